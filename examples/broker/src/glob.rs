//! Redis' glob patterns: `*`, `?`, `[a-z]`, `[^a]`, and `\` before a literal character.

/// True if the pattern matches the whole text.
///
/// Backtracks to the last `*` only, which gives the same result as Redis' recursion and takes at most
/// `pattern.len() * text.len()` steps.
pub(crate) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    // In Redis even `*` does not match the empty text.
    if text.is_empty() {
        return pattern.is_empty();
    }
    let (mut pattern, mut text) = (pattern, text);
    let mut last_star = None;
    loop {
        if let [b'*', rest @ ..] = pattern {
            last_star = Some((rest, text));
            pattern = rest;
            continue;
        }
        if pattern.is_empty() && text.is_empty() {
            return true;
        }
        if let [first, after @ ..] = text
            && let Some(rest) = match_byte(pattern, *first)
        {
            (pattern, text) = (rest, after);
            continue;
        }
        let Some((rest, [_, after @ ..])) = last_star else {
            return false;
        };
        last_star = Some((rest, after));
        (pattern, text) = (rest, after);
    }
}

/// The pattern without its first element, which is not `*`; `None` if that element does not match the byte.
fn match_byte(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    let (matched, rest) = match pattern {
        [] => return None,
        [b'?', rest @ ..] => (true, rest),
        [b'[', b'^', class @ ..] => {
            let (found, rest) = match_class(class, byte);
            (!found, rest)
        }
        [b'[', class @ ..] => match_class(class, byte),
        [b'\\', literal, rest @ ..] | [literal, rest @ ..] => (*literal == byte, rest),
    };
    matched.then_some(rest)
}

/// Whether the byte is in the class, and the pattern after the class. A class without `]` extends to the pattern's end.
fn match_class(mut class: &[u8], byte: u8) -> (bool, &[u8]) {
    let mut found = false;
    loop {
        class = match class {
            [] => return (found, class),
            [b'\\', literal, rest @ ..] => {
                found |= *literal == byte;
                rest
            }
            [b']', rest @ ..] => return (found, rest),
            [start, b'-', end, rest @ ..] => {
                // Redis compares values of C's `char`, which is signed on most machines, and accepts reversed ranges.
                let (start, end, byte) = (*start as i8, *end as i8, byte as i8);
                found |= (start.min(end)..=start.max(end)).contains(&byte);
                rest
            }
            [literal, rest @ ..] => {
                found |= *literal == byte;
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_as_in_redis() {
        // Results of PUBSUB CHANNELS on redis-server 7.0.15.
        let table: &[(&str, &[&str], &[&str])] = &[
            ("*", &["a", "ab", "*"], &[""]),
            ("", &[""], &["a"]),
            ("a*", &["a", "ab"], &["", "ba"]),
            ("*a*b", &["ab", "xaxb", "aab"], &["ba", "abc"]),
            ("a**b", &["ab", "axb"], &["a"]),
            ("?", &["a", "?"], &["", "ab"]),
            ("a?c", &["abc"], &["ac"]),
            ("[abc]", &["a", "c"], &["d", "ab", "[abc]"]),
            ("[a-c]", &["a", "b", "c"], &["d", "-"]),
            ("[c-a]", &["a", "b", "c"], &["d"]),
            ("[^a]", &["b", "^"], &["a", ""]),
            ("[^a-c]x", &["dx"], &["ax", "x"]),
            ("[]", &[], &["", "]", "[]"]),
            ("[^]", &["a", "]"], &[""]),
            ("[a", &["a"], &["b", "[a"]),
            ("[", &[], &["["]),
            ("[^", &["a", "["], &[""]),
            ("[a-]", &["a", "]", "^"], &["-", "b"]),
            ("[a-]x", &["a", "]"], &["ax"]),
            ("[\\]]", &["]"], &["\\"]),
            ("[a\\-c]", &["a", "-", "c"], &["b"]),
            ("[\\", &["\\"], &["a"]),
            ("\\*", &["*"], &["a", "\\*"]),
            ("\\a", &["a"], &["\\a"]),
            ("\\", &["\\"], &["a"]),
            ("a\\", &["a\\"], &["a"]),
            ("socket.io#/#*", &["socket.io#/#", "socket.io#/#room#"], &["socket.io#/admin#"]),
            ("socket.io#/a[b]#*", &["socket.io#/ab#"], &["socket.io#/a[b]#"]),
        ];
        for (pattern, yes, no) in table {
            for (texts, expected) in [(yes, true), (no, false)] {
                for text in *texts {
                    assert_eq!(matches(pattern.as_bytes(), text.as_bytes()), expected, "{pattern:?} on {text:?}");
                }
            }
        }
    }

    #[test]
    fn pattern_with_many_stars_takes_bounded_time() {
        let text = "a".repeat(10_000);
        assert!(!matches("*a".repeat(1_000).as_bytes(), format!("{text}b").as_bytes()));
    }
}
