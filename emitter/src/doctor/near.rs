//! Names that somebody may have meant.

/// How many are suggested.
const MOST: usize = 3;

/// Those of the names that are most like this one.
pub(super) fn near<'a>(name: &str, names: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let name = folded(name);
    let mut near: Vec<(usize, &str)> = names
        .into_iter()
        .filter_map(|other| {
            let folded = folded(other);
            let distance = distance(&name, &folded);
            let part = folded.len() > 2 && name.len() > 2 && (holds(&folded, &name) || holds(&name, &folded));
            let close = distance <= 1 + name.len().min(folded.len()) / 4;
            (close || part).then_some((distance, other))
        })
        .collect();
    near.sort_unstable();
    near.dedup();
    near.into_iter().take(MOST).map(|(_, other)| other.to_owned()).collect()
}

/// Letters and digits, without case: `User:42` and `user_42` are the same.
fn folded(name: &str) -> Vec<char> {
    name.chars().take(200).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn holds(name: &[char], part: &[char]) -> bool {
    name.windows(part.len()).any(|window| window == part)
}

/// How many letters have to be added, left out or changed.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_is_seen() {
        assert_eq!(near("/admn", ["/", "/admin", "/orders"]), ["/admin"]);
        assert_eq!(near("lobby", ["Lobby", "lobby-2", "hall"]), ["Lobby", "lobby-2"]);
        assert_eq!(near("user_42", ["user:42", "user:43", "user:7777"]), ["user:42", "user:43"]);
        assert_eq!(near("x", ["/very", "different"]), Vec::<String>::new());
    }
}
