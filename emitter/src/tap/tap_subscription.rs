//! One subscription of a tap, which reconnects.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::sleep;

use super::{TapEvent, queue::TapQueue};
use crate::{
    adapter::SubscriptionTarget,
    base::{Deadline, Error},
    connection::{QueryResult, RedisQuery, Subscription},
    session::Session,
};

/// How long to wait before reconnecting.
const RECONNECT_DELAY: Duration = Duration::from_millis(300);

/// How long to wait before looking for a replica again. Replicas are added seldom, and not every address that a primary names
/// can be reached from here.
const REPLICA_SEARCH_DELAY: Duration = Duration::from_secs(3);

/// How often to look whether the subscription has dropped messages.
const DROP_CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Counts the interrupted subscriptions, to report the first interruption and the last recovery.
#[derive(Debug)]
pub(super) struct OutageTracker {
    interrupted: AtomicUsize,
    queue: TapQueue,
}

impl OutageTracker {
    pub(super) fn new(queue: TapQueue) -> Self {
        Self { interrupted: AtomicUsize::new(0), queue }
    }

    fn begin(&self, reason: String) {
        if self.interrupted.fetch_add(1, Ordering::Relaxed) == 0 {
            self.queue.push_event(TapEvent::Interrupted { reason });
        }
    }

    fn end(&self) {
        if self.interrupted.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.queue.push_event(TapEvent::Resumed);
        }
    }
}

/// One subscription.
pub(super) struct TapSubscription {
    session: Arc<Session>,
    /// The targets, in order of preference.
    targets: Vec<SubscriptionTarget>,
    queue: TapQueue,
    outages: Arc<OutageTracker>,
}

impl TapSubscription {
    pub(super) fn new(
        session: Arc<Session>,
        targets: Vec<SubscriptionTarget>,
        queue: TapQueue,
        outages: Arc<OutageTracker>,
    ) -> Self {
        Self { session, targets, queue, outages }
    }

    /// Subscribes to the first target that is available.
    ///
    /// # Errors
    /// That of the last target, if none is available.
    pub(super) async fn open(&self, deadline: Deadline) -> Result<Subscription, Error> {
        let mut result = Err(Error::CannotListen);
        for (target, remaining) in self.targets.iter().zip((0..self.targets.len()).rev()) {
            let deadline = if remaining > 0 { deadline.half() } else { deadline };
            result = self.session.connection().subscribe(target, deadline).await;
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// Receives for ever, at first from `open`.
    pub(super) async fn run(mut self, open: Option<Subscription>) {
        let mut subscription = match open {
            Some(subscription) => subscription,
            None => self.reopen().await,
        };
        loop {
            if self.shard_channels().is_some() {
                let replica = subscription.replica().map(str::to_owned);
                self.queue.push_event(TapEvent::ShardChannelsTapped { replica });
            }
            let reason = self.receive(subscription).await;
            tracing::warn!(reason, "tap interrupted");
            self.outages.begin(reason);
            self.continue_new_streams();
            sleep(RECONNECT_DELAY).await;
            subscription = self.reopen().await;
            tracing::info!("tap resumed");
            self.outages.end();
        }
    }

    /// Receives until the subscription breaks. Returns why it broke.
    async fn receive(&self, mut subscription: Subscription) -> String {
        let (mut missed, sharded) = (0, self.shard_channels().is_some());
        loop {
            let frame = subscription.next(Deadline::after(DROP_CHECK_INTERVAL)).await;
            if subscription.missed() > missed {
                self.queue.add_dropped(subscription.missed() - missed);
                missed = subscription.missed();
            }
            match frame {
                Some(frame) => self.queue.push(frame, sharded),
                None => {
                    if let Some(lost) = subscription.lost() {
                        return lost.to_string();
                    }
                }
            }
        }
    }

    /// Subscribes, however long it takes. Reports once if servers use shard channels that cannot be tapped.
    async fn reopen(&self) -> Subscription {
        let (mut reported, timeout) = (false, self.session.options().timeout);
        loop {
            if let Ok(subscription) = self.open(Deadline::after(timeout)).await {
                return subscription;
            }
            let Some(prefixes) = self.shard_channels() else {
                sleep(RECONNECT_DELAY).await;
                continue;
            };
            if !reported && let Some(channels) = self.used_shard_channels(prefixes, Deadline::after(timeout)).await {
                self.queue.push_event(TapEvent::ShardChannelsUnavailable { channels });
                reported = true;
            }
            sleep(REPLICA_SEARCH_DELAY).await;
        }
    }

    /// The prefixes of the shard channels, if this subscription is for shard channels.
    fn shard_channels(&self) -> Option<&[String]> {
        match self.targets.as_slice() {
            [SubscriptionTarget::ReplicaShardChannels(prefixes), ..] => Some(prefixes),
            _ => None,
        }
    }

    /// The shard channels that servers are subscribed to, if there are any.
    async fn used_shard_channels(&self, prefixes: &[String], deadline: Deadline) -> Option<Vec<String>> {
        let query = |prefix: &String| RedisQuery::Channels { start: prefix.clone(), sharded: true };
        let queries: Vec<_> = prefixes.iter().map(query).collect();
        let results = self.session.connection().query(&queries, deadline).await.ok().flatten()?;
        // Redis before 7 has no shard channels and refuses the query.
        let channels: Vec<_> = results.into_iter().flatten().flat_map(QueryResult::channels).collect();
        (!channels.is_empty()).then_some(channels)
    }

    /// After the first connection, a new stream is read from its current end like any other.
    fn continue_new_streams(&mut self) {
        for target in &mut self.targets {
            if let SubscriptionTarget::NewStream(key) = target {
                *target = SubscriptionTarget::Stream(key.clone());
            }
        }
    }
}
