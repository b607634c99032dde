use std::{convert::Infallible, time::Duration};

use axum::body::Body;
use bytes::Bytes;
use futures_util::{FutureExt, StreamExt, stream};
use socketio_common::TapFilter;
use socketio_emitter::{
    adapter::DecodedMessage,
    tap::{TapEvent, TapMessage, TapStream},
};
use tokio::{
    sync::OwnedSemaphorePermit,
    time::{Instant, sleep_until, timeout},
};

use super::accept::TapFormat;
use crate::{shutdown::ShutdownNotice, state::BridgeState};

/// The size from which a chunk is sent, although more messages are ready.
const CHUNK_BYTES: usize = 64 * 1024;

/// The idle time after which a keep-alive is sent, so that a broken connection is noticed.
const KEEP_ALIVE_INTERVAL: Duration = Duration::from_secs(15);

/// The longest time of a tap. A limit keeps the deadline computable.
const MAX_DURATION: Duration = Duration::from_secs(100 * 365 * 24 * 60 * 60);

/// The body of a tap's response. It holds one of the bridge's tap permits.
pub(crate) struct TapBody {
    pub(crate) tap: TapStream,
    pub(crate) bridge: BridgeState,
    pub(crate) filter: TapFilter,
    pub(crate) format: TapFormat,
    /// Messages to show until the end.
    pub(crate) remaining: u64,
    pub(crate) deadline: Instant,
    pub(crate) shutdown: Option<ShutdownNotice>,
    pub(crate) _permit: OwnedSemaphorePermit,
}

/// The end of a tap that starts now.
pub(crate) fn tap_deadline(duration: Option<Duration>) -> Instant {
    Instant::now() + duration.unwrap_or(MAX_DURATION).min(MAX_DURATION)
}

impl TapBody {
    pub(crate) fn into_body(self) -> Body {
        Body::from_stream(stream::unfold(self, |mut tap| async move {
            let chunk = tap.next_chunk().await?;
            Some((Ok::<_, Infallible>(chunk), tap))
        }))
    }

    /// Everything that is ready, or the next event; `None` at the end.
    async fn next_chunk(&mut self) -> Option<Bytes> {
        if self.remaining == 0 {
            return None;
        }
        let mut chunk = Vec::new();
        while chunk.is_empty() {
            let Self { tap, shutdown, deadline, .. } = self;
            let shutdown_given = async {
                match shutdown {
                    Some(notice) => notice.given().await,
                    None => std::future::pending().await,
                }
            };
            let next = tokio::select! {
                next = timeout(KEEP_ALIVE_INTERVAL, tap.next()) => next,
                () = sleep_until(*deadline) => return None,
                () = shutdown_given => return None,
            };
            let Ok(event) = next else { return Some(Bytes::from_static(self.format.keep_alive())) };
            self.write_event(&event?, &mut chunk);
            while chunk.len() < CHUNK_BYTES
                && self.remaining > 0
                && let Some(event) = self.tap.next().now_or_never().flatten()
            {
                self.write_event(&event, &mut chunk);
            }
        }
        Some(chunk.into())
    }

    fn write_event(&mut self, event: &TapEvent, chunk: &mut Vec<u8>) {
        match event {
            TapEvent::Message(message) => {
                if !self.filter.wants(message) || !self.is_allowed(message) {
                    return;
                }
                self.remaining -= 1;
                self.bridge.metrics.tap_messages.inc();
            }
            TapEvent::Dropped { messages, .. } => {
                self.bridge.metrics.tap_messages_dropped.inc_by(*messages);
            }
            _ => {}
        }
        // A decoded event can always be written as JSON.
        let Ok(json) = serde_json::to_vec(event) else { return };
        let (before, after) = match self.format {
            TapFormat::Events => (&b"data: "[..], &b"\n\n"[..]),
            TapFormat::Lines => (&b""[..], &b"\n"[..]),
        };
        chunk.extend_from_slice(before);
        chunk.extend_from_slice(&json);
        chunk.extend_from_slice(after);
    }

    fn is_allowed(&self, message: &TapMessage) -> bool {
        let allowed_events = &self.bridge.config.allowed_events;
        match &message.decoded {
            Ok(DecodedMessage::Message { message, .. }) => allowed_events.check(&message.action).is_ok(),
            _ => allowed_events.allows_all(),
        }
    }
}

impl TapFormat {
    fn keep_alive(self) -> &'static [u8] {
        match self {
            Self::Events => b":\n\n",
            Self::Lines => b"\n",
        }
    }
}
