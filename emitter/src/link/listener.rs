use std::{
    fmt,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::Duration,
};

use redis::{PushInfo, PushKind, RedisError, Value, aio::MultiplexedConnection};
use tokio::sync::mpsc::{self, Receiver, Sender};

use super::{Fault, monitor::Monitor, node::Node, reader::Reader};
use crate::{
    deadline::{Deadline, Elapsed},
    frame::Frame,
};

/// Messages that wait for the listener.
const WAITING: usize = 1 << 14;

/// Their bytes. What does not fit is dropped and counted: Redis would cut off a listener that does not read.
const WAITING_BYTES: usize = 64 << 20;

/// A connection that was quiet for longer is asked whether it lives.
const QUIET: Duration = Duration::from_secs(5);

/// What to listen to: where servers answer, and never where they count each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Listen {
    /// Channels, by their names.
    Channels(Vec<String>),
    /// Channels, by patterns, which nobody counts. In a cluster any server hears all of them.
    Patterns(Vec<String>),
    /// A shard channel.
    ShardChannel(String),
    /// A stream, from now on.
    Stream(String),
    /// A stream that has just begun, from its first entry on.
    NewStream(String),
    /// All shard channels, by what every server that takes messages runs: at a cost for Redis.
    Monitor,
}

/// What was heard: a frame that owns its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caught {
    Published { channel: String, payload: Vec<u8> },
    Entry { stream: String, fields: Vec<(String, Vec<u8>)> },
}

/// A subscription on a connection of its own. It ends with its connection, and does not subscribe again: what was
/// said in between would be missing without a word.
pub(crate) struct Listener {
    ear: Ear,
    lost: Option<RedisError>,
}

enum Ear {
    Pushed { connection: MultiplexedConnection, queue: Receiver<Caught>, fill: Arc<Fill> },
    Read(Reader),
    Overheard(Monitor),
}

/// How full the queue is.
#[derive(Default)]
struct Fill {
    bytes: AtomicUsize,
    missed: AtomicU64,
}

impl Listen {
    /// The key whose owner must be listened to, in a cluster.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::ShardChannel(key) | Self::Stream(key) | Self::NewStream(key) => Some(key),
            Self::Channels(_) | Self::Patterns(_) | Self::Monitor => None,
        }
    }
}

impl Caught {
    pub(crate) fn frame(&self) -> Frame<'_> {
        match self {
            Self::Published { channel, payload } => Frame::Published { channel, payload },
            Self::Entry { stream, fields } => {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
                Frame::Entry { stream, fields }
            }
        }
    }

    /// In bytes, with all names.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Published { channel, payload } => channel.len() + payload.len(),
            Self::Entry { fields, .. } => fields.iter().map(|(name, value)| name.len() + value.len()).sum(),
        }
    }
}

/// Listens at these servers, which have confirmed that when this returns: one of them, but for
/// [`Listen::Monitor`].
pub(super) async fn listen(nodes: &[&Node], to: &Listen, deadline: Deadline) -> Result<Listener, Fault> {
    let [node, ..] = nodes else {
        return Err(Fault::silence("no server", deadline.total));
    };
    let attempt = async {
        let ear = match to {
            Listen::Stream(key) => Ear::Read(Reader::open(node, key).await?),
            Listen::NewStream(key) => Ear::Read(Reader::open_new(node, key).await?),
            Listen::Monitor => Ear::Overheard(Monitor::open(nodes).await?),
            Listen::Channels(_) | Listen::Patterns(_) | Listen::ShardChannel(_) => subscribe(node, to).await?,
        };
        Ok(Listener { ear, lost: None })
    };
    let Ok(attempt) = deadline.bound(attempt).await else {
        return Err(Fault::silence(node.address(), deadline.total));
    };
    attempt.map_err(|source: RedisError| match source.is_io_error() {
        true => Fault::Unreachable { address: node.address().to_owned(), source },
        false => Fault::Refused(source),
    })
}

async fn subscribe(node: &Node, to: &Listen) -> Result<Ear, RedisError> {
    let (sender, queue) = mpsc::channel(WAITING);
    let fill = Arc::new(Fill::default());
    let pushed = Arc::clone(&fill);
    // Dropped at the end of the connection, so that the queue ends too.
    let sender = Mutex::new(Some(sender));
    let mut connection = node
        .listen(move |info: PushInfo| {
            let mut sender = sender.lock().unwrap_or_else(PoisonError::into_inner);
            match info.kind {
                // A slot that moves takes its subscribers' subscriptions away.
                PushKind::Disconnection | PushKind::SUnsubscribe => *sender = None,
                _ => pushed.push(sender.as_ref(), info),
            }
            Ok::<_, redis::aio::SendError>(())
        })
        .await?;
    match to {
        Listen::Channels(names) => connection.subscribe(names).await?,
        Listen::Patterns(patterns) => connection.psubscribe(patterns).await?,
        Listen::ShardChannel(name) => redis::cmd("SSUBSCRIBE").arg(name).exec_async(&mut connection).await?,
        // Nothing to subscribe to.
        Listen::Stream(_) | Listen::NewStream(_) | Listen::Monitor => {}
    }
    Ok(Ear::Pushed { connection, queue, fill })
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

impl Listener {
    /// The next message, if one comes in time and the connection [lives](Self::lost).
    pub(crate) async fn next(&mut self, deadline: Deadline) -> Option<Caught> {
        while self.lost.is_none() && !deadline.is_over() {
            let next = match &mut self.ear {
                Ear::Pushed { connection, queue, fill } => pushed(connection, queue, fill, deadline).await,
                Ear::Read(reader) => reader.next(deadline).await,
                Ear::Overheard(monitor) => monitor.next(deadline).await,
            };
            match next {
                Ok(Some(caught)) => return Some(caught),
                Ok(None) => {}
                Err(error) => self.lost = Some(error),
            }
        }
        None
    }

    /// True once nothing more will come.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// Why nothing more will come: the connection broke, or what was listened to is elsewhere.
    pub(crate) fn lost(&self) -> Option<&RedisError> {
        self.lost.as_ref()
    }

    /// How many messages were dropped because they were not fetched in time.
    pub(crate) fn missed(&self) -> u64 {
        match &self.ear {
            Ear::Pushed { fill, .. } => fill.missed.load(Ordering::Relaxed),
            Ear::Read(_) | Ear::Overheard(_) => 0,
        }
    }
}

async fn pushed(
    connection: &mut MultiplexedConnection,
    queue: &mut Receiver<Caught>,
    fill: &Fill,
    deadline: Deadline,
) -> Result<Option<Caught>, RedisError> {
    match deadline.at_most(QUIET).bound(queue.recv()).await {
        Ok(Some(caught)) => {
            fill.bytes.fetch_sub(caught.size(), Ordering::Relaxed);
            return Ok(Some(caught));
        }
        Ok(None) => return Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()),
        Err(Elapsed) if deadline.is_over() => return Ok(None),
        Err(Elapsed) => {}
    }
    let ping = redis::cmd("PING");
    match deadline.at_most(QUIET).bound(ping.exec_async(connection)).await {
        Ok(alive) => alive.map(|()| None),
        Err(Elapsed) if deadline.is_over() => Ok(None),
        Err(Elapsed) => Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("lost", &self.lost).finish_non_exhaustive()
    }
}
