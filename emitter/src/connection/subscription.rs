use std::{fmt, sync::Arc};

use redis::{PushKind, RedisError, RedisResult};

use super::{
    CommandError, monitor_reader::MonitorReader, push_receiver::PushReceiver, redis_node::RedisNode,
    replica_subscription::ReplicaSubscription, stream_reader::StreamReader,
};
use crate::{
    adapter::{Frame, SubscriptionTarget},
    base::Deadline,
};

/// A frame that owns its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum OwnedFrame {
    Published { channel: String, payload: Vec<u8> },
    Entry { stream: String, fields: Vec<(String, Vec<u8>)> },
}

/// A subscription on a connection of its own. It ends with its connection and never resubscribes by itself: that would
/// hide a gap.
pub(crate) struct Subscription {
    source: SubscriptionSource,
    lost: Option<RedisError>,
}

/// Where the frames of a subscription come from.
enum SubscriptionSource {
    Push(PushReceiver),
    Stream(StreamReader),
    Monitor(MonitorReader),
    Replica(Box<ReplicaSubscription>),
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

    /// The size in bytes, names included.
    pub(crate) fn size(&self) -> usize {
        match self {
            Self::Published { channel, payload } => channel.len() + payload.len(),
            Self::Entry { fields, .. } => fields.iter().map(|(name, value)| name.len() + value.len()).sum(),
        }
    }
}

/// Subscribes on the first of these nodes, for [`SubscriptionTarget::Monitor`] on all. They have confirmed the
/// subscription when this returns.
pub(super) async fn subscribe(
    nodes: &[&RedisNode],
    target: &SubscriptionTarget,
    deadline: Deadline,
) -> Result<Subscription, CommandError> {
    let [node, ..] = nodes else {
        return Err(CommandError::no_answer("no server", deadline.total));
    };
    let attempt = async {
        let source = match target {
            SubscriptionTarget::Stream(key) => SubscriptionSource::Stream(StreamReader::open(node, key).await?),
            SubscriptionTarget::NewStream(key) => SubscriptionSource::Stream(StreamReader::open_new(node, key).await?),
            SubscriptionTarget::Monitor => SubscriptionSource::Monitor(MonitorReader::open(nodes).await?),
            SubscriptionTarget::Channels(_)
            | SubscriptionTarget::Patterns(_)
            | SubscriptionTarget::ShardChannel(_)
            | SubscriptionTarget::ReplicaShardChannels(_) => {
                SubscriptionSource::Push(subscribe_by_push(node, target).await?)
            }
        };
        Ok(Subscription { source, lost: None })
    };
    let Ok(result) = deadline.timeout(attempt).await else {
        return Err(CommandError::no_answer(node.address(), deadline.total));
    };
    result.map_err(|error| subscribe_error(node.address().to_owned(), error))
}

/// Subscribes on a replica of `primary` to all shard channels with these prefixes. The replica has confirmed the
/// subscription when this returns.
pub(super) async fn subscribe_on_replica(
    primary: &Arc<RedisNode>,
    replica: RedisNode,
    prefixes: &[String],
    deadline: Deadline,
) -> Result<Subscription, CommandError> {
    let address = replica.address().to_owned();
    let attempt = ReplicaSubscription::open(Arc::clone(primary), replica, prefixes);
    let Ok(result) = deadline.timeout(attempt).await else {
        return Err(CommandError::no_answer(&address, deadline.total));
    };
    let subscription = result.map_err(|error| subscribe_error(address, error))?;
    Ok(Subscription { source: SubscriptionSource::Replica(Box::new(subscription)), lost: None })
}

fn subscribe_error(address: String, source: RedisError) -> CommandError {
    match source.is_io_error() {
        true => CommandError::Unreachable { address, source },
        false => CommandError::Refused(source),
    }
}

async fn subscribe_by_push(node: &RedisNode, target: &SubscriptionTarget) -> RedisResult<PushReceiver> {
    // When a slot moves to another node, Redis unsubscribes the subscribers of its shard channels.
    let mut receiver = PushReceiver::open(node, Some(PushKind::SUnsubscribe)).await?;
    match target {
        SubscriptionTarget::Channels(names) => receiver.connection.subscribe(names).await?,
        SubscriptionTarget::Patterns(patterns) => receiver.connection.psubscribe(patterns).await?,
        SubscriptionTarget::ShardChannel(name) => {
            redis::cmd("SSUBSCRIBE").arg(name).exec_async(&mut receiver.connection).await?
        }
        // These have sources of their own.
        SubscriptionTarget::Stream(_)
        | SubscriptionTarget::NewStream(_)
        | SubscriptionTarget::Monitor
        | SubscriptionTarget::ReplicaShardChannels(_) => {}
    }
    Ok(receiver)
}

impl Subscription {
    /// The next frame; `None` at the deadline, or once the subscription is [lost](Self::lost). A frame that arrived
    /// before the deadline is returned also after it.
    pub(crate) async fn next(&mut self, deadline: Deadline) -> Option<OwnedFrame> {
        while self.lost.is_none() {
            let next = match &mut self.source {
                SubscriptionSource::Push(receiver) => receiver.next(deadline).await,
                SubscriptionSource::Stream(reader) => reader.next(deadline).await,
                SubscriptionSource::Monitor(_) | SubscriptionSource::Replica(_) if deadline.has_passed() => Ok(None),
                SubscriptionSource::Monitor(reader) => reader.next(deadline).await,
                SubscriptionSource::Replica(subscription) => subscription.next(deadline).await,
            };
            match next {
                Ok(Some(frame)) => return Some(frame),
                Ok(None) if deadline.has_passed() => return None,
                Ok(None) => {}
                Err(error) => self.lost = Some(error),
            }
        }
        None
    }

    /// Whether the subscription has ended.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost.is_some()
    }

    /// Why the subscription has ended: its connection broke, or another node serves the channel now.
    pub(crate) fn lost(&self) -> Option<&RedisError> {
        self.lost.as_ref()
    }

    /// The number of frames that were dropped because they were not read in time.
    pub(crate) fn missed(&self) -> u64 {
        match &self.source {
            SubscriptionSource::Push(receiver) => receiver.missed(),
            SubscriptionSource::Replica(subscription) => subscription.missed(),
            SubscriptionSource::Stream(_) | SubscriptionSource::Monitor(_) => 0,
        }
    }

    /// The address of the replica that it is on, if it is on one.
    pub(crate) fn replica(&self) -> Option<&str> {
        match &self.source {
            SubscriptionSource::Replica(subscription) => Some(subscription.address()),
            SubscriptionSource::Push(_) | SubscriptionSource::Stream(_) | SubscriptionSource::Monitor(_) => None,
        }
    }
}

impl fmt::Debug for Subscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("lost", &self.lost).finish_non_exhaustive()
    }
}
