//! Streams, those that are created while the tap runs included.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::{task::JoinSet, time::sleep};

use super::{
    bus_decoder::BusDecoder,
    queue::TapQueue,
    tap_subscription::{OutageTracker, TapSubscription},
};
use crate::{
    adapter::SubscriptionTarget,
    base::{Deadline, Error},
    connection::{QueryResult, RedisQuery},
    session::Session,
};

/// How often to look for new streams.
const SCAN_INTERVAL: Duration = Duration::from_secs(1);

/// Reads the streams that exist, and looks for new ones.
pub(super) struct StreamWatcher {
    session: Arc<Session>,
    /// The keys that may become streams.
    missing: Vec<String>,
    queue: TapQueue,
    outages: Arc<OutageTracker>,
    readers: JoinSet<()>,
}

impl StreamWatcher {
    pub(super) fn new(
        session: Arc<Session>,
        decoder: &BusDecoder,
        queue: TapQueue,
        outages: Arc<OutageTracker>,
    ) -> Self {
        Self { session, missing: decoder.streams(), queue, outages, readers: JoinSet::new() }
    }

    /// Starts to read the streams that exist, from their current ends.
    ///
    /// # Errors
    /// If one cannot be read.
    pub(super) async fn open(&mut self, deadline: Deadline) -> Result<(), Error> {
        for key in self.scan(deadline).await? {
            let target = SubscriptionTarget::Stream(key);
            let open = self.session.connection().subscribe(&target, deadline).await?;
            let tap = self.tap(target);
            self.readers.spawn(tap.run(Some(open)));
        }
        Ok(())
    }

    /// Looks for new streams. A stream that did not exist at the last scan is read from its beginning.
    pub(super) async fn run(mut self) {
        while !self.missing.is_empty() {
            sleep(SCAN_INTERVAL).await;
            // The subscriptions report that Redis cannot be reached.
            let Ok(keys) = self.scan(Deadline::after(self.session.options().timeout)).await else { continue };
            for key in keys {
                let tap = self.tap(SubscriptionTarget::NewStream(key));
                self.readers.spawn(tap.run(None));
            }
        }
        // The readers end when this future is dropped.
        std::future::pending().await
    }

    /// The streams that exist and are not read yet.
    async fn scan(&mut self, deadline: Deadline) -> Result<Vec<String>, Error> {
        let queries: Vec<_> = self.missing.iter().cloned().map(RedisQuery::Type).collect();
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let results = self.session.connection().query(&queries, deadline).await?.unwrap_or_default();
        let streams: HashSet<String> = self
            .missing
            .iter()
            .zip(results)
            .filter(|(_, result)| result.as_ref().is_ok_and(QueryResult::is_stream))
            .map(|(key, _)| key.clone())
            .collect();
        let (found, missing) = std::mem::take(&mut self.missing).into_iter().partition(|key| streams.contains(key));
        self.missing = missing;
        Ok(found)
    }

    fn tap(&self, target: SubscriptionTarget) -> TapSubscription {
        TapSubscription::new(Arc::clone(&self.session), vec![target], self.queue.clone(), Arc::clone(&self.outages))
    }
}
