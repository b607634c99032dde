//! Shard channels on a replica, each subscribed to by name: Redis has no patterns for shard channels.

use std::{collections::HashSet, io, sync::Arc, time::Duration};

use redis::{Pipeline, RedisError, RedisResult, Value};
use tokio::time::Instant;

use super::{
    CommandError, OwnedFrame, RedisQuery, push_receiver::PushReceiver, redis_node::RedisNode, replication::Replication,
};
use crate::base::Deadline;

/// How often to look for new channels.
const UPDATE_INTERVAL: Duration = Duration::from_secs(1);

/// An update may take one part in `UPDATE_SHARE` of the time: with very many channels, each update keeps Redis busy.
const UPDATE_SHARE: u32 = 20;

/// How long an update may take.
const UPDATE_TIMEOUT: Duration = Duration::from_secs(5);

/// The number of channels in one pipeline.
const PIPELINE_CHANNELS: usize = 256;

/// Subscribes on a replica to all shard channels with certain prefixes that have subscribers on its primary.
pub(super) struct ReplicaSubscription {
    receiver: PushReceiver,
    primary: Arc<RedisNode>,
    replica: RedisNode,
    prefixes: Vec<String>,
    subscribed: HashSet<String>,
    next_update: Instant,
}

impl ReplicaSubscription {
    /// Subscribes to the channels that have subscribers now.
    pub(super) async fn open(
        primary: Arc<RedisNode>,
        replica: RedisNode,
        prefixes: &[String],
    ) -> Result<Self, RedisError> {
        // The push SUNSUBSCRIBE ends nothing here: updates unsubscribe from channels that have no other subscribers.
        let receiver = PushReceiver::open(&replica, None).await?;
        let (prefixes, subscribed, next_update) = (prefixes.to_vec(), HashSet::new(), Instant::now());
        let mut subscription = Self { receiver, primary, replica, prefixes, subscribed, next_update };
        subscription.update().await?;
        Ok(subscription)
    }

    /// The address of the replica.
    pub(super) fn address(&self) -> &str {
        self.replica.address()
    }

    pub(super) fn missed(&self) -> u64 {
        self.receiver.missed()
    }

    pub(super) async fn next(&mut self, deadline: Deadline) -> RedisResult<Option<OwnedFrame>> {
        if self.next_update <= Instant::now() {
            self.update().await?;
        }
        let until_update = self.next_update.saturating_duration_since(Instant::now());
        self.receiver.next(deadline.at_most(until_update)).await
    }

    /// Subscribes to new channels, and unsubscribes from those without subscribers on the primary.
    ///
    /// # Errors
    /// If the node is no longer a replica of the primary: as a primary it would count this subscriber.
    async fn update(&mut self) -> RedisResult<()> {
        let started = Instant::now();
        let deadline = Deadline::after(UPDATE_TIMEOUT);
        let primary = Replication::of(&self.primary, deadline).await.map_err(source)?;
        let replica = Replication::of(&self.replica, deadline).await.map_err(source)?;
        if !primary.is_repeated_by(&replica) {
            let address = self.address();
            return Err(io::Error::other(format!("{address} does not repeat what the primary publishes")).into());
        }
        let channels = self.channels(deadline).await?;
        let new: Vec<_> = channels.difference(&self.subscribed).cloned().collect();
        let unused: Vec<_> = self.subscribed.difference(&channels).cloned().collect();
        self.run_for_each("SSUBSCRIBE", &new, deadline).await?;
        self.run_for_each("SUNSUBSCRIBE", &unused, deadline).await?;
        self.subscribed = channels;
        self.next_update = Instant::now() + UPDATE_INTERVAL.max(started.elapsed() * UPDATE_SHARE);
        Ok(())
    }

    /// The channels with subscribers on the primary.
    async fn channels(&self, deadline: Deadline) -> RedisResult<HashSet<String>> {
        let mut pipeline = Pipeline::with_capacity(self.prefixes.len());
        for prefix in &self.prefixes {
            pipeline.add_command(RedisQuery::Channels { start: prefix.clone(), sharded: true }.to_redis());
        }
        let mut channels = HashSet::new();
        for reply in self.primary.run(&mut pipeline, deadline).await.map_err(source)? {
            let names: Vec<Vec<u8>> = redis::from_redis_value(reply?)?;
            channels.extend(names.into_iter().filter_map(|name| String::from_utf8(name).ok()));
        }
        Ok(channels)
    }

    /// Runs the command once for each channel: a command with several channels would have several replies.
    async fn run_for_each(&mut self, command: &str, channels: &[String], deadline: Deadline) -> RedisResult<()> {
        for channels in channels.chunks(PIPELINE_CHANNELS) {
            let mut pipeline = Pipeline::with_capacity(channels.len());
            for channel in channels {
                pipeline.add_command(redis::cmd(command).arg(channel).take());
            }
            let replies = pipeline.query_async::<Vec<Value>>(&mut self.receiver.connection);
            deadline
                .timeout(replies)
                .await
                .map_err(|_| RedisError::from(io::Error::from(io::ErrorKind::TimedOut)))??;
        }
        Ok(())
    }
}

fn source(error: CommandError) -> RedisError {
    match error {
        CommandError::Unreachable { source, .. } | CommandError::Refused(source) | CommandError::Lost(source) => source,
        CommandError::Timeout(_) => io::Error::from(io::ErrorKind::TimedOut).into(),
    }
}
