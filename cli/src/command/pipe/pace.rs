//! How fast messages may go.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::rate::Rate;

/// A message that is late by no more than this does not hold up the others: clocks tick in milliseconds. An input that
/// was silent for longer is not made up for.
const SLACK: Duration = Duration::from_millis(10);

/// A rate being kept: evenly, without bursts.
pub(super) struct Pace {
    period: Duration,
    due: Instant,
    sleep: Pin<Box<Sleep>>,
}

impl From<Rate> for Pace {
    fn from(rate: Rate) -> Self {
        let now = Instant::now();
        Self { period: rate.period(), due: now, sleep: Box::pin(sleep_until(now)) }
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
