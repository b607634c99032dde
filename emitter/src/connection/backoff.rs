use std::time::Duration;

use crate::base::Deadline;

const MIN_DELAY: Duration = Duration::from_millis(10);
const MAX_DELAY: Duration = Duration::from_millis(200);

/// The delay before each further attempt: none at first, since a command that was redirected can be sent again at once,
/// then longer ones.
#[derive(Debug, Default)]
pub(super) struct Backoff {
    delay: Duration,
}

impl Backoff {
    /// Waits before the next attempt. Returns false if the deadline passed first.
    pub(super) async fn wait(&mut self, deadline: Deadline) -> bool {
        let delay = self.delay;
        self.delay = (delay * 2).clamp(MIN_DELAY, MAX_DELAY);
        deadline.timeout(tokio::time::sleep(delay)).await.is_ok()
    }
}
