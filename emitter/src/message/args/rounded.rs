//! Integers in JSON text that a double rounds.

use crate::message::MAX_SAFE_INTEGER;

/// The first integer in a JSON text that a double cannot hold, as a part of the text.
pub(crate) fn rounded_integer(json: &str) -> Option<&str> {
    let mut rest = json;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        rest = &rest[at..];
        let len = match rest.starts_with('"') {
            true => string_len(rest),
            false => rest.find(|c: char| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9')).unwrap_or(rest.len()),
        };
        let (literal, after) = rest.split_at(len);
        if literal.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit())
            && !literal.parse::<i64>().is_ok_and(|n| n.unsigned_abs() <= MAX_SAFE_INTEGER)
        {
            return Some(literal);
        }
        rest = after;
    }
    None
}

/// The length of the JSON string that the text begins with, quotes included.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|b| {
        let closes = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |end| end + 2)
}
