//! Rates on the command line, and their formatting.

use std::{str::FromStr, time::Duration};

use indicatif::HumanCount;

/// A number of messages per second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Rate(f64);

impl Rate {
    pub(crate) fn per_second(self) -> f64 {
        self.0
    }

    /// The time between two messages.
    pub(crate) fn period(self) -> Duration {
        self.due(1)
    }

    /// The due time of message `number`, counted from 0, since the first.
    pub(crate) fn due(self, number: u64) -> Duration {
        Duration::try_from_secs_f64(number as f64 / self.0).unwrap_or(Duration::MAX)
    }

    /// The number of messages that are due within this time.
    pub(crate) fn due_within(self, time: Duration) -> u64 {
        (time.as_secs_f64() * self.0).ceil() as u64
    }
}

impl FromStr for Rate {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (number, seconds) = match text.split_once('/') {
            None | Some((_, "s")) => (text.trim_end_matches("/s"), 1.0),
            Some((number, "m")) => (number, 60.0),
            Some((number, "h")) => (number, 3600.0),
            Some(_) => ("", 1.0),
        };
        let rate = number.parse::<f64>().ok().filter(|rate| *rate > 0.0 && rate.is_finite());
        rate.filter(|rate| Duration::try_from_secs_f64(seconds / rate).is_ok())
            .map(|rate| Self(rate / seconds))
            .ok_or("expected a rate of more than zero, such as 500, 0.5, 100/s, 30/m or 5/h")
    }
}

/// Formats a rate for people, with three significant digits.
pub(crate) fn format_rate(rate: f64) -> String {
    if rate < 10.0 {
        return format!("{rate:.1}");
    }
    let unit = 10_u64.pow((rate.log10() as u32).saturating_sub(2));
    HumanCount((rate / unit as f64).round() as u64 * unit).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rate(text: &str) -> Option<Rate> {
        text.parse().ok()
    }

    #[test]
    fn rate_accepts_units_and_rejects_zero() {
        for (text, millis) in
            [("500", 2), ("0.5", 2000), ("100/s", 10), ("30/m", 2000), ("0.5/m", 120_000), ("5/h", 720_000)]
        {
            assert_eq!(rate(text).map(Rate::period), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "0", "-1", "NaN", "inf", "5/d", "5/", "/s", "5/s/s", "fast", "1e-300"] {
            assert_eq!(rate(text), None, "{text}");
        }
    }

    #[test]
    fn due_times_do_not_drift() {
        let rate = rate("3").unwrap();
        assert_eq!(rate.due(0), Duration::ZERO);
        assert_eq!(rate.due(3_000_000_000), Duration::from_secs(1_000_000_000), "rounding errors do not accumulate");
        for (millis, due) in [(0, 0), (1, 1), (333, 1), (334, 2), (1000, 3), (1001, 4)] {
            assert_eq!(rate.due_within(Duration::from_millis(millis)), due, "{millis}");
        }
        assert_eq!("1e-9".parse::<Rate>().unwrap().due(u64::MAX), Duration::MAX);
    }

    #[test]
    fn rates_are_formatted_with_three_digits() {
        for (number, text) in
            [(0.04, "0.0"), (9.94, "9.9"), (10.4, "10"), (999.4, "999"), (12_345.0, "12,300"), (406_504.0, "407,000")]
        {
            assert_eq!(format_rate(number), text);
        }
    }
}
