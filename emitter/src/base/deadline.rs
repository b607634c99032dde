use std::{future::Future, time::Duration};

use tokio::time::{Instant, timeout_at};

/// The end of the time that one send may take.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    end: Instant,
    /// The time it had in all.
    pub(crate) total: Duration,
}

/// The time is over.
#[derive(Debug)]
pub(crate) struct Elapsed;

impl Deadline {
    pub(crate) fn after(total: Duration) -> Self {
        // Instants are bounded; a century is as good as for ever.
        let far = Duration::from_secs(100 * 365 * 24 * 60 * 60);
        Self { end: Instant::now() + total.min(far), total }
    }

    /// Half of what is left, so that there is time for a second way.
    pub(crate) fn half(&self) -> Self {
        Self { end: Instant::now() + self.remaining() / 2, total: self.total }
    }

    /// The time that is left.
    pub(crate) fn remaining(&self) -> Duration {
        self.end.saturating_duration_since(Instant::now())
    }

    /// True for a moment before the end.
    pub(crate) fn has(&self, moment: Instant) -> bool {
        moment < self.end
    }

    pub(crate) fn has_passed(&self) -> bool {
        self.remaining().is_zero()
    }

    /// A little sooner, so that there is time for a last word.
    pub(crate) fn minus_reserve(&self) -> Self {
        let rest = (self.total / 10).min(Duration::from_millis(250));
        Self { end: self.end - rest, total: self.total }
    }

    /// The same, or sooner.
    pub(crate) fn at_most(self, time: Duration) -> Self {
        Self { end: self.end.min(Instant::now() + time), total: self.total }
    }

    pub(crate) async fn timeout<F: Future>(&self, future: F) -> Result<F::Output, Elapsed> {
        timeout_at(self.end, future).await.map_err(|_| Elapsed)
    }
}
