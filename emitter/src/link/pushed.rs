//! Messages that Redis pushes, as they wait to be fetched: bounded, and counted where they do not fit.

use std::{
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use redis::{PushInfo, PushKind, RedisError, Value, aio::MultiplexedConnection};
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::{Caught, node::Node};
use crate::deadline::{Deadline, Elapsed};

/// Messages that wait for the listener.
const WAITING: usize = 1 << 14;

/// Their bytes. What does not fit is dropped and counted: Redis would cut off a listener that does not read.
const WAITING_BYTES: usize = 64 << 20;

/// A connection that was quiet for longer is asked whether it lives.
const QUIET: Duration = Duration::from_secs(5);

/// A connection over which messages are pushed, and those that wait.
pub(super) struct Pushed {
    /// Whatever is subscribed to is so by this.
    pub(super) connection: MultiplexedConnection,
    queue: Receiver<Caught>,
    fill: Arc<Fill>,
}

/// How full the queue is.
#[derive(Default)]
struct Fill {
    bytes: AtomicUsize,
    missed: AtomicU64,
}

impl Pushed {
    /// Connects. The messages end with the connection, or with a push of this kind.
    pub(super) async fn open(node: &Node, end: Option<PushKind>) -> Result<Self, RedisError> {
        let (sender, queue) = mpsc::channel(WAITING);
        let fill = Arc::new(Fill::default());
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
        Ok(Self { connection, queue, fill })
    }

    /// The next one, if one comes in time.
    ///
    /// # Errors
    /// Where no more will come.
    pub(super) async fn next(&mut self, deadline: Deadline) -> Result<Option<Caught>, RedisError> {
        match deadline.at_most(QUIET).bound(self.queue.recv()).await {
            Ok(Some(caught)) => {
                self.fill.bytes.fetch_sub(caught.size(), Ordering::Relaxed);
                return Ok(Some(caught));
            }
            Ok(None) => return Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()),
            Err(Elapsed) if deadline.is_over() => return Ok(None),
            Err(Elapsed) => {}
        }
        let ping = redis::cmd("PING");
        match deadline.at_most(QUIET).bound(ping.exec_async(&mut self.connection)).await {
            Ok(alive) => alive.map(|()| None),
            Err(Elapsed) if deadline.is_over() => Ok(None),
            Err(Elapsed) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
        }
    }

    /// How many were dropped because they were not fetched in time.
    pub(super) fn missed(&self) -> u64 {
        self.fill.missed.load(Ordering::Relaxed)
    }
}

impl Fill {
    fn push(&self, sender: Option<&Sender<Caught>>, info: PushInfo) {
        let Some((sender, caught)) = sender.zip(published(info)) else { return };
        let size = caught.size();
        let fits = self.bytes.fetch_add(size, Ordering::Relaxed) + size <= WAITING_BYTES;
        if !fits || sender.try_send(caught).is_err() {
            self.bytes.fetch_sub(size, Ordering::Relaxed);
            self.missed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// A message, and none of the confirmations.
fn published(info: PushInfo) -> Option<Caught> {
    if !matches!(info.kind, PushKind::Message | PushKind::PMessage | PushKind::SMessage) {
        return None;
    }
    let mut data = info.data.into_iter().rev();
    let (Some(Value::BulkString(payload)), Some(Value::BulkString(channel))) = (data.next(), data.next()) else {
        return None;
    };
    Some(Caught::Published { channel: String::from_utf8(channel).ok()?, payload })
}
