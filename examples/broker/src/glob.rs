//! Redis' patterns: `*`, `?`, `[a-z]`, `[^a]`, and `\` before what is meant literally.

/// True if the whole of `text` is what `pattern` describes.
///
/// Redis gives up on a pattern as soon as the rest behind its last `*` fits nowhere, so going back to the last `*`
/// alone is the same, and costs at most the product of both lengths.
pub(crate) fn matches(pattern: &[u8], text: &[u8]) -> bool {
    // In Redis not even `*` matches nothing at all.
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
            && let Some(rest) = one(pattern, *first)
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

/// What is left of a pattern without star after its first element took a byte.
fn one(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    let (fits, rest) = match pattern {
        [] => return None,
        [b'?', rest @ ..] => (true, rest),
        [b'[', b'^', class @ ..] => {
            let (found, rest) = in_class(class, byte);
            (!found, rest)
        }
        [b'[', class @ ..] => in_class(class, byte),
        [b'\\', literal, rest @ ..] | [literal, rest @ ..] => (*literal == byte, rest),
    };
    fits.then_some(rest)
}

/// True if a byte is in the class, and what follows it. A class that does not close goes on to the end.
fn in_class(mut class: &[u8], byte: u8) -> (bool, &[u8]) {
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
                // Redis compares C's `char`, which is signed on most machines, and takes the ends in any order.
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
        // Every row was asked of redis-server 7.0.15 with PUBSUB CHANNELS.
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
    fn a_hard_pattern_is_quick() {
        let text = "a".repeat(10_000);
        assert!(!matches("*a".repeat(1_000).as_bytes(), format!("{text}b").as_bytes()));
    }
}
