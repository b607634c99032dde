//! Messages that Redis pushes, in a bounded queue until they are read.

use std::{
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use redis::{PushInfo, PushKind, RedisResult, Value, aio::MultiplexedConnection};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    time::Instant,
};

use super::{OwnedFrame, redis_node::RedisNode};
use crate::base::{Deadline, Elapsed};

/// How many bytes the queue holds. Frames that do not fit are dropped and counted: if the connection were not read,
/// Redis would close it. A larger frame fits if it is the only one.
const MAX_QUEUE_BYTES: usize = 64 << 20;

/// The memory that a frame in the queue takes besides its bytes.
const FRAME_OVERHEAD: usize = 128;

/// A connection that receives nothing for this long is checked with PING. It is lost if no reply comes within the same
/// time.
const IDLE_BEFORE_PING: Duration = Duration::from_secs(5);

/// A connection for subscriptions, and the queue of its frames.
pub(super) struct PushReceiver {
    /// The connection to subscribe on.
    pub(super) connection: MultiplexedConnection,
    queue: UnboundedReceiver<ReceivedFrame>,
    /// A frame that was taken from the queue and had arrived after the reader's deadline.
    next: Option<ReceivedFrame>,
    counters: Arc<PushQueueCounters>,
}

struct ReceivedFrame {
    frame: OwnedFrame,
    received_at: Instant,
}

#[derive(Default)]
struct PushQueueCounters {
    /// The size of all frames in the queue.
    bytes: AtomicUsize,
    /// The number of frames that were dropped.
    missed: AtomicU64,
}

impl PushReceiver {
    /// Connects. The queue ends with the connection, or with a push of the kind `end`.
    pub(super) async fn open(node: &RedisNode, end: Option<PushKind>) -> RedisResult<Self> {
        let (sender, queue) = mpsc::unbounded_channel();
        let counters = Arc::new(PushQueueCounters::default());
        let push_counters = Arc::clone(&counters);
        // Dropped when the connection ends, so that the queue ends too.
        let sender = Mutex::new(Some(sender));
        let connection = node
            .open_push_connection(move |info: PushInfo| {
                let mut sender = sender.lock().unwrap_or_else(PoisonError::into_inner);
                if info.kind == PushKind::Disconnection || Some(&info.kind) == end.as_ref() {
                    *sender = None;
                } else {
                    push_counters.push(sender.as_ref(), info);
                }
                Ok::<_, redis::aio::SendError>(())
            })
            .await?;
        Ok(Self { connection, queue, next: None, counters })
    }

    /// The next frame that arrives before the deadline, even if it is read later; `None` if none has arrived so far.
    ///
    /// # Errors
    /// If the connection is lost and the queue is empty.
    pub(super) async fn next(&mut self, deadline: Deadline) -> RedisResult<Option<OwnedFrame>> {
        match self.next.take().or_else(|| self.queue.try_recv().ok()) {
            Some(received) if deadline.is_after(received.received_at) => {
                return Ok(Some(self.counters.taken(received.frame)));
            }
            late @ Some(_) => {
                self.next = late;
                return Ok(None);
            }
            None => {}
        }
        match deadline.at_most(IDLE_BEFORE_PING).timeout(self.queue.recv()).await {
            Ok(Some(received)) => return Ok(Some(self.counters.taken(received.frame))),
            Ok(None) => return Err(io::Error::from(io::ErrorKind::ConnectionReset).into()),
            Err(Elapsed) if deadline.has_passed() => return Ok(None),
            Err(Elapsed) => {}
        }
        let ping = redis::cmd("PING");
        match deadline.at_most(IDLE_BEFORE_PING).timeout(ping.exec_async(&mut self.connection)).await {
            Ok(reply) => reply.map(|()| None),
            Err(Elapsed) if deadline.has_passed() => Ok(None),
            Err(Elapsed) => Err(io::Error::from(io::ErrorKind::TimedOut).into()),
        }
    }

    /// The number of frames that were dropped because they were not read in time.
    pub(super) fn missed(&self) -> u64 {
        self.counters.missed.load(Ordering::Relaxed)
    }
}

impl PushQueueCounters {
    fn taken(&self, frame: OwnedFrame) -> OwnedFrame {
        self.bytes.fetch_sub(frame.size() + FRAME_OVERHEAD, Ordering::Relaxed);
        frame
    }

    fn push(&self, sender: Option<&UnboundedSender<ReceivedFrame>>, info: PushInfo) {
        let Some((sender, frame)) = sender.zip(published_frame(info)) else { return };
        let size = frame.size() + FRAME_OVERHEAD;
        let before = self.bytes.fetch_add(size, Ordering::Relaxed);
        let fits = before == 0 || before + size <= MAX_QUEUE_BYTES;
        if !fits || sender.send(ReceivedFrame { frame, received_at: Instant::now() }).is_err() {
            self.bytes.fetch_sub(size, Ordering::Relaxed);
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The message; `None` for the confirmation of a subscription.
fn published_frame(info: PushInfo) -> Option<OwnedFrame> {
    if !matches!(info.kind, PushKind::Message | PushKind::PMessage | PushKind::SMessage) {
        return None;
    }
    let mut data = info.data.into_iter().rev();
    let (Some(Value::BulkString(payload)), Some(Value::BulkString(channel))) = (data.next(), data.next()) else {
        return None;
    };
    Some(OwnedFrame::Published { channel: String::from_utf8(channel).ok()?, payload })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(size: usize) -> PushInfo {
        let text = |bytes: Vec<u8>| Value::BulkString(bytes);
        PushInfo { kind: PushKind::Message, data: vec![text(b"channel".to_vec()), text(vec![0; size])] }
    }

    #[test]
    fn frames_that_do_not_fit_are_counted_and_a_large_one_fits_alone() {
        let (counters, (sender, mut queue)) = (PushQueueCounters::default(), mpsc::unbounded_channel());
        let push = |size| counters.push(Some(&sender), message(size));
        push(MAX_QUEUE_BYTES + 1);
        push(1);
        assert_eq!(counters.missed.load(Ordering::Relaxed), 1);
        counters.taken(queue.try_recv().unwrap().frame);
        (0..100_000).for_each(|_| push(1));
        assert_eq!(counters.missed.load(Ordering::Relaxed), 1);
        (0..MAX_QUEUE_BYTES / FRAME_OVERHEAD).for_each(|_| push(1));
        let (missed, waiting) = (counters.missed.load(Ordering::Relaxed), queue.len());
        assert!(missed > 1 && waiting * FRAME_OVERHEAD <= MAX_QUEUE_BYTES, "{missed} missed, {waiting} in the queue");
    }
}
