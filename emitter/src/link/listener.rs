use std::fmt;

use futures_util::StreamExt;
use redis::aio::PubSub;

use crate::deadline::Deadline;

/// A subscription to channels that others answer on.
pub(crate) struct Listener(PubSub);

impl Listener {
    pub(crate) fn new(subscribed: PubSub) -> Self {
        Self(subscribed)
    }

    /// The next message, if one comes in time.
    pub(crate) async fn next(&mut self, deadline: Deadline) -> Option<Vec<u8>> {
        let message = deadline.bound(self.0.on_message().next()).await.ok()??;
        Some(message.get_payload_bytes().to_vec())
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}
