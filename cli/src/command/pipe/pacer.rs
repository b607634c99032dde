//! Limits the rate of messages.

use std::{
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use tokio::time::{Instant, Sleep, sleep_until};

use crate::rate::Rate;

/// A message that is late by up to this does not delay the following ones, since timers tick in milliseconds. Longer
/// pauses of the input are not caught up.
const MAX_CATCH_UP: Duration = Duration::from_millis(10);

/// Spaces messages evenly, without bursts.
pub(super) struct SendPacer {
    period: Duration,
    due: Instant,
    sleep: Pin<Box<Sleep>>,
}

impl From<Rate> for SendPacer {
    fn from(rate: Rate) -> Self {
        let now = Instant::now();
        Self { period: rate.period(), due: now, sleep: Box::pin(sleep_until(now)) }
    }
}

impl SendPacer {
    /// Waits until the next message may be sent. Each call is for another message.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let now = Instant::now();
        if now < self.due {
            self.sleep.as_mut().reset(self.due);
            ready!(self.sleep.as_mut().poll(cx));
        }
        let from = self.due.max(now.checked_sub(MAX_CATCH_UP).unwrap_or(now));
        self.due = from.checked_add(self.period).unwrap_or(from);
        Poll::Ready(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The times at which messages may be sent if they are requested at these times, in milliseconds.
    async fn send_times(rate: &str, requested: &[u64]) -> Vec<u128> {
        let start = Instant::now();
        let mut pacer = SendPacer::from(rate.parse::<Rate>().unwrap());
        let mut times = Vec::new();
        for requested in requested {
            sleep_until(start + Duration::from_millis(*requested)).await;
            std::future::poll_fn(|cx| pacer.poll_next(cx)).await;
            times.push(start.elapsed().as_millis());
        }
        times
    }

    #[tokio::test(start_paused = true)]
    async fn messages_are_evenly_spaced_and_pauses_are_not_caught_up() {
        assert_eq!(send_times("10", &[0, 0, 0, 0]).await, [0, 100, 200, 300]);
        assert_eq!(send_times("10", &[0, 1000, 1000, 1000]).await, [0, 1000, 1090, 1190]);
        assert_eq!(send_times("1000", &[0, 5000, 5000, 5000]).await, [0, 5000, 5000, 5000]);
    }
}
