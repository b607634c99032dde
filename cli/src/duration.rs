//! The one way to write a duration.

use std::time::Duration;

use jiff::SignedDuration;

/// Reads a duration such as `5s`, which is never zero.
pub(crate) fn parse(text: &str) -> Result<Duration, String> {
    text.parse::<SignedDuration>()
        .ok()
        .filter(SignedDuration::is_positive)
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "a duration looks like 250ms, 5s, 1m30s or 2h, and is more than zero".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_has_a_unit() {
        for (text, millis) in [("5s", 5000), ("250ms", 250), ("1m30s", 90_000), ("1.5s", 1500), ("2h", 7_200_000)] {
            assert_eq!(parse(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn nothing_negative_empty_or_without_a_unit() {
        for text in ["", "5", "0s", "-5s", "5s ago", "five", "1d", "s", "1e9999s", "999999999999999999999h"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
