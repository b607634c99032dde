use std::time::Duration;

use jiff::SignedDuration;

/// Parses a duration such as `5s`, `250ms`, `1m 30s`, or ISO 8601's `PT5S`.
///
/// # Errors
/// A description of the expected format, if the text is not a duration or not positive.
pub fn duration(text: &str) -> Result<Duration, String> {
    text.parse::<SignedDuration>()
        .ok()
        .filter(SignedDuration::is_positive)
        .and_then(|duration| Duration::try_from(duration).ok())
        .ok_or_else(|| "expected a duration of more than zero, such as 250ms, 5s, 1m30s or 2h".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn duration_accepts_units_and_iso_8601() {
        for (text, millis) in [
            ("5s", 5000),
            ("250ms", 250),
            ("1m30s", 90_000),
            ("1m 30s", 90_000),
            ("1.5s", 1500),
            ("2h", 7_200_000),
            ("PT2S", 2000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(millis)), "{text}");
        }
    }

    #[test]
    fn duration_without_unit_or_not_positive_is_an_error() {
        for text in ["", "5", "0s", "-5s", "5s ago", "five", "1d", "s", "1e9999s", "999999999999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
