//! Messages that Redis pushes, as they wait to be fetched: bounded, and counted where they do not fit.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use redis::{PushInfo, PushKind, RedisError, Value, aio::MultiplexedConnection};
use tokio::{
    sync::mpsc::{self, UnboundedReceiver, UnboundedSender},
    time::Instant,
};

use super::{OwnedFrame, redis_node::RedisNode};
use crate::base::{Deadline, Elapsed};

/// How many bytes may wait for the listener. What does not fit is dropped and counted: Redis would cut off a listener
/// that does not read. A message that is larger by itself has to fit, or nobody could ever hear it.
const WAITING: usize = 64 << 20;

/// What each of them takes beside its bytes.
const EACH: usize = 128;

/// A connection that was quiet for longer is asked whether it lives.
const QUIET: Duration = Duration::from_secs(5);

/// A connection over which messages are pushed, and those that wait.
pub(super) struct Pushed {
    /// Whatever is subscribed to is so by this.
    pub(super) connection: MultiplexedConnection,
    queue: UnboundedReceiver<Came>,
    /// Taken from the queue, for whoever waits longer than the one who took it.
    ahead: Option<Came>,
    fill: Arc<PushQueueLevel>,
}

/// A message, and when it came.
type Came = (Instant, OwnedFrame);

/// How full the queue is.
#[derive(Default)]
struct PushQueueLevel {
    bytes: AtomicUsize,
    missed: AtomicU64,
}

impl Pushed {
    /// Connects. The messages end with the connection, or with a push of this kind.
    pub(super) async fn open(node: &RedisNode, end: Option<PushKind>) -> Result<Self, RedisError> {
        let (sender, queue) = mpsc::unbounded_channel();
        let fill = Arc::new(PushQueueLevel::default());
        let pushed = Arc::clone(&fill);
        // Dropped at the end of the connection, so that the queue ends too.
        let sender = Mutex::new(Some(sender));
        let connection = node
            .listen(move |info: PushInfo| {
                let mut sender = sender.lock().unwrap_or_else(PoisonError::into_inner);
                if info.kind == PushKind::Disconnection || Some(&info.kind) == end.as_ref() {
                    *sender = None;
                } else {
                    pushed.push(sender.as_ref(), info);
                }
                Ok::<_, redis::aio::SendError>(())
            })
            .await?;
        Ok(Self { connection, queue, ahead: None, fill })
    }

    /// The next one, if one comes in time: also if it was in time and is fetched late.
    ///
    /// # Errors
    /// Where no more will come.
    pub(super) async fn next(&mut self, deadline: Deadline) -> Result<Option<OwnedFrame>, RedisError> {
        match self.ahead.take().or_else(|| self.queue.try_recv().ok()) {
            Some((at, caught)) if deadline.is_after(at) => return Ok(Some(self.fill.taken(caught))),
            late @ Some(_) => {
                self.ahead = late;
                return Ok(None);
            }
            None => {}
        }
        match deadline.at_most(QUIET).timeout(self.queue.recv()).await {
            Ok(Some((_, caught))) => return Ok(Some(self.fill.taken(caught))),
            Ok(None) => return Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()),
            Err(Elapsed) if deadline.has_passed() => return Ok(None),
            Err(Elapsed) => {}
        }
        let ping = redis::cmd("PING");
        match deadline.at_most(QUIET).timeout(ping.exec_async(&mut self.connection)).await {
            Ok(alive) => alive.map(|()| None),
            Err(Elapsed) if deadline.has_passed() => Ok(None),
            Err(Elapsed) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
        }
    }

    /// How many were dropped because they were not fetched in time.
    pub(super) fn missed(&self) -> u64 {
        self.fill.missed.load(Ordering::Relaxed)
    }
}

impl PushQueueLevel {
    fn taken(&self, caught: OwnedFrame) -> OwnedFrame {
        self.bytes.fetch_sub(caught.size() + EACH, Ordering::Relaxed);
        caught
    }

    fn push(&self, sender: Option<&UnboundedSender<Came>>, info: PushInfo) {
        let Some((sender, caught)) = sender.zip(published(info)) else { return };
        let size = caught.size() + EACH;
        let before = self.bytes.fetch_add(size, Ordering::Relaxed);
        let fits = before == 0 || before + size <= WAITING;
        if !fits || sender.send((Instant::now(), caught)).is_err() {
            self.bytes.fetch_sub(size, Ordering::Relaxed);
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A message, and none of the confirmations.
fn published(info: PushInfo) -> Option<OwnedFrame> {
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
    fn as_much_waits_as_may_and_a_large_one_by_itself() {
        let (fill, (sender, mut queue)) = (PushQueueLevel::default(), mpsc::unbounded_channel());
        let push = |size| fill.push(Some(&sender), message(size));
        push(WAITING + 1);
        push(1);
        assert_eq!(fill.missed.load(Ordering::Relaxed), 1);
        fill.taken(queue.try_recv().unwrap().1);
        let push = |size| fill.push(Some(&sender), message(size));
        (0..100_000).for_each(|_| push(1));
        assert_eq!(fill.missed.load(Ordering::Relaxed), 1);
        (0..WAITING / EACH).for_each(|_| push(1));
        let (missed, waiting) = (fill.missed.load(Ordering::Relaxed), queue.len());
        assert!(missed > 1 && waiting * EACH <= WAITING, "{missed} missed, {waiting} wait");
    }
}
