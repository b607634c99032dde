//! How fast messages may go.

use std::{
    pin::Pin,
    str::FromStr,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

/// A message that is late by no more than this does not hold up the others: clocks tick in milliseconds. An input that
/// was silent for longer is not made up for.
const SLACK: Duration = Duration::from_millis(10);

/// Messages in a time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rate {
    /// From one message to the next.
    period: Duration,
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
        rate.and_then(|rate| Duration::try_from_secs_f64(seconds / rate).ok())
            .map(|period| Self { period })
            .ok_or("a rate looks like 500, 0.5, 100/s, 30/m or 5/h, and is more than zero")
    }
}

/// A rate being kept: evenly, without bursts.
pub(super) struct Pace {
    period: Duration,
    due: Instant,
    sleep: Pin<Box<Sleep>>,
}

impl From<Rate> for Pace {
    fn from(rate: Rate) -> Self {
        let now = Instant::now();
        Self { period: rate.period, due: now, sleep: Box::pin(sleep_until(now)) }
    }
}

impl Pace {
    /// Waits until a message may go; the next call is about the one after it.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        if now < self.due {
            self.sleep.as_mut().reset(self.due);
            ready!(self.sleep.as_mut().poll(cx));
        }
        let from = self.due.max(now.checked_sub(SLACK).unwrap_or(now));
        self.due = from.checked_add(self.period).unwrap_or(from);
        Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn period(rate: &str) -> Option<Duration> {
        rate.parse::<Rate>().ok().map(|rate| rate.period)
    }

    #[test]
    fn rates_are_written_as_people_do() {
        for (text, millis) in
            [("500", 2), ("0.5", 2000), ("100/s", 10), ("30/m", 2000), ("0.5/m", 120_000), ("5/h", 720_000)]
        {
            assert_eq!(period(text), Some(Duration::from_millis(millis)), "{text}");
        }
        for text in ["", "0", "-1", "NaN", "inf", "5/d", "5/", "/s", "5/s/s", "fast", "1e-300"] {
            assert_eq!(period(text), None, "{text}");
        }
    }

    /// When so many messages may go, in milliseconds, if each is asked for at such a time.
    async fn times(rate: &str, asked: &[u64]) -> Vec<u128> {
        let start = Instant::now();
        let mut pace = Pace::from(rate.parse::<Rate>().unwrap());
        let mut times = Vec::new();
        for asked in asked {
            sleep_until(start + Duration::from_millis(*asked)).await;
            std::future::poll_fn(|cx| pace.poll_next(cx)).await;
            times.push(start.elapsed().as_millis());
        }
        times
    }

    #[tokio::test(start_paused = true)]
    async fn messages_are_spread_evenly_and_silence_is_not_made_up_for() {
        assert_eq!(times("10", &[0, 0, 0, 0]).await, [0, 100, 200, 300]);
        assert_eq!(times("10", &[0, 1000, 1000, 1000]).await, [0, 1000, 1090, 1190]);
        assert_eq!(times("1000", &[0, 5000, 5000, 5000]).await, [0, 5000, 5000, 5000]);
    }
}
