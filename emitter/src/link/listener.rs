use std::{fmt, sync::Arc};

use redis::{PushKind, RedisError};

use super::{Fault, monitor::Monitor, node::Node, pushed::Pushed, reader::Reader, shards::Shards};
use crate::{deadline::Deadline, frame::Frame};

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
    /// All shard channels whose names begin so, at a replica, where nobody counts. A new one is heard after a second.
    Repeated(Vec<String>),
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
    Pushed(Pushed),
    Read(Reader),
    Overheard(Monitor),
    Repeated(Box<Shards>),
}

impl Listen {
    /// The key whose owner must be listened to, in a cluster.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::ShardChannel(key) | Self::Stream(key) | Self::NewStream(key) => Some(key),
            Self::Channels(_) | Self::Patterns(_) | Self::Monitor | Self::Repeated(_) => None,
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
            Listen::Channels(_) | Listen::Patterns(_) | Listen::ShardChannel(_) | Listen::Repeated(_) => {
                subscribe(node, to).await?
            }
        };
        Ok(Listener { ear, lost: None })
    };
    let Ok(attempt) = deadline.bound(attempt).await else {
        return Err(Fault::silence(node.address(), deadline.total));
    };
    attempt.map_err(|source| failed(node.address().to_owned(), source))
}

/// Listens at a primary's replica to all shard channels whose names begin so, which it has confirmed when this returns.
pub(super) async fn listen_beside(
    primary: &Arc<Node>,
    replica: Node,
    starts: &[String],
    deadline: Deadline,
) -> Result<Listener, Fault> {
    let address = replica.address().to_owned();
    let attempt = Shards::open(Arc::clone(primary), replica, starts);
    let Ok(attempt) = deadline.bound(attempt).await else {
        return Err(Fault::silence(&address, deadline.total));
    };
    let shards = attempt.map_err(|source| failed(address, source))?;
    Ok(Listener { ear: Ear::Repeated(Box::new(shards)), lost: None })
}

fn failed(address: String, source: RedisError) -> Fault {
    match source.is_io_error() {
        true => Fault::Unreachable { address, source },
        false => Fault::Refused(source),
    }
}

async fn subscribe(node: &Node, to: &Listen) -> Result<Ear, RedisError> {
    // A slot that moves takes its subscribers' subscriptions away.
    let mut pushed = Pushed::open(node, Some(PushKind::SUnsubscribe)).await?;
    match to {
        Listen::Channels(names) => pushed.connection.subscribe(names).await?,
        Listen::Patterns(patterns) => pushed.connection.psubscribe(patterns).await?,
        Listen::ShardChannel(name) => redis::cmd("SSUBSCRIBE").arg(name).exec_async(&mut pushed.connection).await?,
        // Nothing to subscribe to, or not here.
        Listen::Stream(_) | Listen::NewStream(_) | Listen::Monitor | Listen::Repeated(_) => {}
    }
    Ok(Ear::Pushed(pushed))
}

impl Listener {
    /// The next message, if one comes in time and the connection [lives](Self::lost). What came in time is there also
    /// if it is fetched late.
    pub(crate) async fn next(&mut self, deadline: Deadline) -> Option<Caught> {
        while self.lost.is_none() {
            let next = match &mut self.ear {
                Ear::Pushed(pushed) => pushed.next(deadline).await,
                Ear::Read(reader) => reader.next(deadline).await,
                Ear::Overheard(_) | Ear::Repeated(_) if deadline.is_over() => Ok(None),
                Ear::Overheard(monitor) => monitor.next(deadline).await,
                Ear::Repeated(shards) => shards.next(deadline).await,
            };
            match next {
                Ok(Some(caught)) => return Some(caught),
                Ok(None) if deadline.is_over() => return None,
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
            Ear::Pushed(pushed) => pushed.missed(),
            Ear::Repeated(shards) => shards.missed(),
            Ear::Read(_) | Ear::Overheard(_) => 0,
        }
    }

    /// The replica that it listens at, if it does.
    pub(crate) fn replica(&self) -> Option<&str> {
        match &self.ear {
            Ear::Repeated(shards) => Some(shards.address()),
            Ear::Pushed(_) | Ear::Read(_) | Ear::Overheard(_) => None,
        }
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Listener").field("lost", &self.lost).finish_non_exhaustive()
    }
}
