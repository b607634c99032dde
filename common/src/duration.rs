use std::time::Duration;

use jiff::SignedDuration;

/// Reads a duration as people write it: `5s`, `250ms`, `1m 30s`, or ISO 8601's `PT5S`.
///
/// # Errors
/// What is wrong with anything else; zero and less are wrong, too.
pub fn duration(text: &str) -> Result<Duration, String> {
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
    fn durations_are_written_as_people_do() {
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
    fn nothing_negative_empty_or_without_a_unit() {
        for text in ["", "5", "0s", "-5s", "5s ago", "five", "1d", "s", "1e9999s", "999999999999999999999h"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}
