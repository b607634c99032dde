//! A live, decoded, read-only view of bus traffic. Servers do not count it.
//!
//! | what | how it is tapped | are servers affected? |
//! |---|---|---|
//! | channels | subscribed to by pattern | no: `PUBSUB NUMSUB` does not count patterns |
//! | streams | read with `XREAD` | no |
//! | shard channels | subscribed to by name on a replica, which delivers what its primary publishes | no: servers count on the primary |
//! | shard channels without a replica | `MONITOR`, if [permitted](TapBuilder::monitor); otherwise not tapped | no, but Redis is slower |
//!
//! A new shard channel is tapped within about a second. If the replica becomes the primary, the tap leaves it within about a
//! second; until then servers count the tap. In a Redis Cluster, shard channels are tapped with `MONITOR` only, since ioredis
//! counts subscribers on replicas too.

mod bus_decoder;
mod event;
mod json;
mod line;
mod origin;
mod queue;
mod stream_watcher;
mod tap_subscription;

use std::{
    fmt,
    future::IntoFuture,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{FutureExt, Stream, future::BoxFuture};
use tokio::task::JoinSet;

use self::{
    bus_decoder::BusDecoder,
    queue::{TapQueue, TapQueueItem, TapQueueReader},
    stream_watcher::StreamWatcher,
    tap_subscription::{OutageTracker, TapSubscription},
};
pub use self::{
    event::{MalformedMessage, TapEvent, TapMessage},
    line::TapLine,
    origin::TapOrigin,
};
use crate::{
    adapter::SubscriptionTarget,
    base::{Deadline, Error},
    connection::{Options, QueryResult, RedisQuery},
    session::Session,
};

/// Opens a tap: `.await` it. See [`Emitter::tap`](crate::Emitter::tap).
#[derive(Debug, Clone)]
#[must_use = "a tap receives nothing until it is awaited"]
pub struct TapBuilder {
    session: Arc<Session>,
    monitor: bool,
}

/// A [`Stream`] of every message on the bus, as it arrives. It never ends.
///
/// It survives outages of Redis: it reports the interruption, reconnects, and reports when it has resumed. It receives on
/// background tasks until it is dropped. A bounded queue holds what the caller has not read; what does not fit is dropped and
/// counted. Cancelling a wait for the next event loses nothing.
#[must_use = "streams do nothing unless polled"]
pub struct TapStream {
    decoder: BusDecoder,
    origin: Arc<TapOrigin>,
    queue: TapQueueReader,
    /// Aborted when this is dropped.
    _subscriptions: JoinSet<()>,
}

impl TapBuilder {
    pub(crate) fn new(session: Arc<Session>) -> Self {
        Self { session, monitor: false }
    }

    /// Taps shard channels with MONITOR if there is no replica. Redis then repeats every command that it runs to this
    /// connection, which can halve its throughput.
    pub fn monitor(mut self, monitor: bool) -> Self {
        self.monitor = monitor;
        self
    }

    async fn open(self) -> Result<TapStream, Error> {
        let Self { session, monitor } = self;
        let deadline = Deadline::after(session.options().timeout);
        let decoder = BusDecoder::new(session.options());
        let run_id = run_ids(&session, deadline).await?.into_iter().min();
        let origin = Arc::new(TapOrigin::new(session.options(), run_id));

        let (queue, reader) = TapQueue::new();
        let outages = Arc::new(OutageTracker::new(queue.clone()));
        let mut subscriptions = JoinSet::new();
        let tap = |targets| TapSubscription::new(Arc::clone(&session), targets, queue.clone(), Arc::clone(&outages));
        if !decoder.shard_channels().is_empty() {
            let on_replica = SubscriptionTarget::ReplicaShardChannels(decoder.shard_channels());
            let tap = tap(if monitor { vec![on_replica, SubscriptionTarget::Monitor] } else { vec![on_replica] });
            let open = match tap.open(if monitor { deadline } else { deadline.half() }).await {
                Ok(subscription) => Some(subscription),
                Err(error) if monitor => return Err(error),
                Err(_) if decoder.is_sharded_only() => return Err(shard_channels_unavailable(session.options())),
                // A replica may be added later.
                Err(_) => None,
            };
            subscriptions.spawn(tap.run(open));
        }
        if !decoder.patterns().is_empty() {
            let tap = tap(vec![SubscriptionTarget::Patterns(decoder.patterns())]);
            let open = tap.open(deadline).await?;
            subscriptions.spawn(tap.run(Some(open)));
        }
        let mut streams = StreamWatcher::new(Arc::clone(&session), &decoder, queue.clone(), Arc::clone(&outages));
        streams.open(deadline).await?;
        subscriptions.spawn(streams.run());
        tracing::debug!(monitor, "tap opened");
        Ok(TapStream { decoder, origin, queue: reader, _subscriptions: subscriptions })
    }
}

impl Stream for TapStream {
    type Item = TapEvent;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<TapEvent>> {
        let this = self.get_mut();
        loop {
            match ready!(this.queue.poll_next(cx)) {
                TapQueueItem::Frame { frame, sharded, time } => {
                    if let Some(message) = this.decoder.decode(frame, sharded, time, &this.origin) {
                        return Poll::Ready(Some(TapEvent::Message(Box::new(message))));
                    }
                }
                TapQueueItem::Event(event) => return Poll::Ready(Some(event)),
            }
        }
    }
}

impl IntoFuture for TapBuilder {
    type Output = Result<TapStream, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.open().boxed()
    }
}

impl fmt::Debug for TapStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TapStream").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// The run ids of all servers of this Redis; none if it refuses to tell them.
async fn run_ids(session: &Session, deadline: Deadline) -> Result<Vec<String>, Error> {
    let results = session.connection().query(&[RedisQuery::RunIds], deadline).await?.ok_or(Error::CannotListen)?;
    Ok(match results.into_iter().next() {
        Some(Ok(QueryResult::RunIds(ids))) => ids,
        _ => Vec::new(),
    })
}

fn shard_channels_unavailable(options: &Options) -> Error {
    Error::Unsupported {
        adapter: options.adapter.as_ref().map_or("sharded", |adapter| adapter.name()),
        what: "a tap without a replica or MONITOR".to_owned(),
        instead: "servers would count a subscriber of the primary's shard channels as a server; add a replica, or permit \
                  MONITOR, which slows Redis down",
    }
}
