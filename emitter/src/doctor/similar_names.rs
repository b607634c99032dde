/// The number of similar names to suggest.
const MAX_SUGGESTIONS: usize = 3;

/// The length to which names are compared, in characters.
const MAX_COMPARED_LENGTH: usize = 200;

/// The candidates that are most similar to the name, the most similar first: those that contain it, are contained in it,
/// or have a small edit distance to it.
pub(super) fn similar_names<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Vec<String> {
    let name = normalize(name);
    let mut similar: Vec<(usize, &str)> = candidates
        .into_iter()
        .filter_map(|candidate| {
            let other = normalize(candidate);
            let distance = edit_distance(&name, &other);
            let is_close = distance <= 1 + name.len().min(other.len()) / 4;
            let is_part = other.len() > 2 && name.len() > 2 && (contains(&other, &name) || contains(&name, &other));
            (is_close || is_part).then_some((distance, candidate))
        })
        .collect();
    similar.sort_unstable();
    similar.dedup();
    similar.into_iter().take(MAX_SUGGESTIONS).map(|(_, candidate)| candidate.to_owned()).collect()
}

/// The letters and digits of a name, in lower case: `User:42` and `user_42` are equal.
fn normalize(name: &str) -> Vec<char> {
    name.chars().take(MAX_COMPARED_LENGTH).filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn contains(name: &[char], part: &[char]) -> bool {
    name.windows(part.len()).any(|window| window == part)
}

/// The Levenshtein distance: the number of characters to insert, delete or replace.
fn edit_distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typos_case_and_parts_are_similar() {
        assert_eq!(similar_names("/admn", ["/", "/admin", "/orders"]), ["/admin"]);
        assert_eq!(similar_names("lobby", ["Lobby", "lobby-2", "hall"]), ["Lobby", "lobby-2"]);
        assert_eq!(similar_names("user_42", ["user:42", "user:43", "user:7777"]), ["user:42", "user:43"]);
        assert_eq!(similar_names("x", ["/very", "different"]), Vec::<String>::new());
    }
}
