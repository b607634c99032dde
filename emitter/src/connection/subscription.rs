use std::{fmt, sync::Arc};

use redis::{PushKind, RedisError};

use super::{
    CommandError, monitor::Monitor, push_receiver::Pushed, redis_node::RedisNode, replica_shards::Shards,
    stream_reader::StreamReader,
};
use crate::{
    adapter::{Frame, SubscriptionTarget},
    base::Deadline,
};

/// What was heard: a frame that owns its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OwnedFrame {
    Published { channel: String, payload: Vec<u8> },
    Entry { stream: String, fields: Vec<(String, Vec<u8>)> },
}

/// A subscription on a connection of its own. It ends with its connection, and does not subscribe again: what was
/// said in between would be missing without a word.
pub(crate) struct Subscription {
    source: SubscriptionSource,
    lost: Option<RedisError>,
}

enum SubscriptionSource {
    Pushed(Pushed),
    Read(StreamReader),
    Overheard(Monitor),
    Replica(Box<Shards>),
}

impl OwnedFrame {
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
/// [`SubscriptionTarget::Monitor`].
pub(super) async fn subscribe(
    nodes: &[&RedisNode],
    to: &SubscriptionTarget,
    deadline: Deadline,
) -> Result<Subscription, CommandError> {
    let [node, ..] = nodes else {
        return Err(CommandError::silence("no server", deadline.total));
    };
    let attempt = async {
        let source = match to {
            SubscriptionTarget::Stream(key) => SubscriptionSource::Read(StreamReader::open(node, key).await?),
            SubscriptionTarget::NewStream(key) => SubscriptionSource::Read(StreamReader::open_new(node, key).await?),
            SubscriptionTarget::Monitor => SubscriptionSource::Overheard(Monitor::open(nodes).await?),
            SubscriptionTarget::Channels(_)
            | SubscriptionTarget::Patterns(_)
            | SubscriptionTarget::ShardChannel(_)
            | SubscriptionTarget::ReplicaShardChannels(_) => subscribe_by_push(node, to).await?,
        };
        Ok(Subscription { source, lost: None })
    };
    let Ok(attempt) = deadline.timeout(attempt).await else {
        return Err(CommandError::silence(node.address(), deadline.total));
    };
    attempt.map_err(|source| failed(node.address().to_owned(), source))
}

/// Listens at a primary's replica to all shard channels whose names begin so, which it has confirmed when this returns.
pub(super) async fn subscribe_on_replica(
    primary: &Arc<RedisNode>,
    replica: RedisNode,
    starts: &[String],
    deadline: Deadline,
) -> Result<Subscription, CommandError> {
    let address = replica.address().to_owned();
    let attempt = Shards::open(Arc::clone(primary), replica, starts);
    let Ok(attempt) = deadline.timeout(attempt).await else {
        return Err(CommandError::silence(&address, deadline.total));
    };
    let shards = attempt.map_err(|source| failed(address, source))?;
    Ok(Subscription { source: SubscriptionSource::Replica(Box::new(shards)), lost: None })
}

fn failed(address: String, source: RedisError) -> CommandError {
    match source.is_io_error() {
        true => CommandError::Unreachable { address, source },
        false => CommandError::Refused(source),
    }
}

async fn subscribe_by_push(node: &RedisNode, to: &SubscriptionTarget) -> Result<SubscriptionSource, RedisError> {
    // A slot that moves takes its subscribers' subscriptions away.
    let mut pushed = Pushed::open(node, Some(PushKind::SUnsubscribe)).await?;
    match to {
        SubscriptionTarget::Channels(names) => pushed.connection.subscribe(names).await?,
        SubscriptionTarget::Patterns(patterns) => pushed.connection.psubscribe(patterns).await?,
        SubscriptionTarget::ShardChannel(name) => {
            redis::cmd("SSUBSCRIBE").arg(name).exec_async(&mut pushed.connection).await?
        }
        // Nothing to subscribe to, or not here.
        SubscriptionTarget::Stream(_)
        | SubscriptionTarget::NewStream(_)
        | SubscriptionTarget::Monitor
        | SubscriptionTarget::ReplicaShardChannels(_) => {}
    }
    Ok(SubscriptionSource::Pushed(pushed))
}

impl Subscription {
    /// The next message, if one comes in time and the connection [lives](Self::lost). What came in time is there also
    /// if it is fetched late.
    pub(crate) async fn next(&mut self, deadline: Deadline) -> Option<OwnedFrame> {
        while self.lost.is_none() {
            let next = match &mut self.source {
                SubscriptionSource::Pushed(pushed) => pushed.next(deadline).await,
                SubscriptionSource::Read(reader) => reader.next(deadline).await,
                SubscriptionSource::Overheard(_) | SubscriptionSource::Replica(_) if deadline.has_passed() => Ok(None),
                SubscriptionSource::Overheard(monitor) => monitor.next(deadline).await,
                SubscriptionSource::Replica(shards) => shards.next(deadline).await,
            };
            match next {
                Ok(Some(caught)) => return Some(caught),
                Ok(None) if deadline.has_passed() => return None,
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
        match &self.source {
            SubscriptionSource::Pushed(pushed) => pushed.missed(),
            SubscriptionSource::Replica(shards) => shards.missed(),
            SubscriptionSource::Read(_) | SubscriptionSource::Overheard(_) => 0,
        }
    }

    /// The replica that it listens at, if it does.
    pub(crate) fn replica(&self) -> Option<&str> {
        match &self.source {
            SubscriptionSource::Replica(shards) => Some(shards.address()),
            SubscriptionSource::Pushed(_) | SubscriptionSource::Read(_) | SubscriptionSource::Overheard(_) => None,
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("lost", &self.lost).finish_non_exhaustive()
    }
}
