//! Integers that JavaScript cannot hold exactly.

use std::fmt::Display;

use super::RuleViolation;
use crate::{base::Code, message::MAX_SAFE_INTEGER};

/// What to do with integers that JavaScript cannot hold exactly.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Numbers {
    /// Refuse them.
    #[default]
    Exact,
    /// Round them to the nearest double, as JavaScript does.
    Lossy,
}

/// The rule that an integer beyond 2^53-1 breaks.
pub(crate) fn unsafe_integer(integer: impl Display) -> RuleViolation {
    let reason = format!("{integer} is beyond 2^53-1 and JavaScript would round it; send it as a string");
    RuleViolation::new(Code::UnsafeInteger, reason)
}

/// Finds the first integer in a JSON text that a double cannot hold exactly.
pub(crate) fn rounded_integer(json: &str) -> Option<&str> {
    let mut rest = json;
    while let Some(start) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        rest = &rest[start..];
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

/// The length of the JSON string at the start of the text, quotes included.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|b| {
        let closes = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |end| end + 2)
}
