use std::{future::Future, time::Duration};

use tokio::time::{Instant, timeout_at};

/// A century. The end of a deadline is at most this far away, because an `Instant` overflows.
const MAX_TIMEOUT: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The longest reserve of [`Deadline::minus_reserve`].
const MAX_RESERVE: Duration = Duration::from_millis(250);

/// The point in time at which an operation, such as a send, must have ended.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    end: Instant,
    /// The timeout of the whole operation, for error texts.
    pub(crate) total: Duration,
}

/// The deadline has passed.
#[derive(Debug)]
pub(crate) struct Elapsed;

impl Deadline {
    pub(crate) fn after(total: Duration) -> Self {
        Self { end: Instant::now() + total.min(MAX_TIMEOUT), total }
    }

    /// Leaves half of the remaining time for a second attempt.
    pub(crate) fn half(&self) -> Self {
        Self { end: Instant::now() + self.remaining() / 2, total: self.total }
    }

    /// Leaves a tenth of the total time, at most 250 ms, for what follows.
    pub(crate) fn minus_reserve(&self) -> Self {
        Self { end: self.end - (self.total / 10).min(MAX_RESERVE), total: self.total }
    }

    /// Ends after `time`, or at the deadline if that is earlier.
    pub(crate) fn at_most(self, time: Duration) -> Self {
        Self { end: self.end.min(Instant::now() + time), total: self.total }
    }

    /// The time until the deadline; zero once it has passed.
    pub(crate) fn remaining(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    pub(crate) fn has_passed(&self) -> bool {
        self.remaining().is_zero()
    }

    pub(crate) fn is_after(&self, instant: Instant) -> bool {
        instant < self.end
    }

    /// Waits for the future until the deadline.
    pub(crate) async fn timeout<F: Future>(&self, future: F) -> Result<F::Output, Elapsed> {
        timeout_at(self.end, future).await.map_err(|_| Elapsed)
    }
}
