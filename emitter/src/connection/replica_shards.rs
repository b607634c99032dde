//! Shard channels, as a replica repeats them: by name, for there are no patterns.

use std::{collections::HashSet, io, sync::Arc, time::Duration};

use redis::{Pipeline, RedisError, Value};
use tokio::time::Instant;

use super::{CommandError, OwnedFrame, RedisQuery, push_receiver::Pushed, redis_node::RedisNode, replica::Replication};
use crate::base::Deadline;

/// How often it is looked for new ones.
const LOOK: Duration = Duration::from_secs(1);

/// At most one part in so many of the time goes to looking: where there are very many, it takes Redis a while.
const SHARE: u32 = 20;

/// How long a look may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// So many are subscribed to in one round trip.
const BATCH: usize = 256;

/// All that are subscribed to at the primary and whose names begin so, subscribed to at its replica.
pub(super) struct Shards {
    pushed: Pushed,
    primary: Arc<RedisNode>,
    replica: RedisNode,
    starts: Vec<String>,
    subscribed: HashSet<String>,
    next_look: Instant,
}

impl Shards {
    /// Subscribes to those that there are.
    pub(super) async fn open(
        primary: Arc<RedisNode>,
        replica: RedisNode,
        starts: &[String],
    ) -> Result<Self, RedisError> {
        // To be unsubscribed is no end: that is done here, of what nobody listens to any more.
        let pushed = Pushed::open(&replica, None).await?;
        let (starts, subscribed) = (starts.to_vec(), HashSet::new());
        let mut shards = Self { pushed, primary, replica, starts, subscribed, next_look: Instant::now() };
        shards.look().await?;
        Ok(shards)
    }

    /// Where it listens.
    pub(super) fn address(&self) -> &str {
        self.replica.address()
    }

    pub(super) fn missed(&self) -> u64 {
        self.pushed.missed()
    }

    pub(super) async fn next(&mut self, deadline: Deadline) -> Result<Option<OwnedFrame>, RedisError> {
        if self.next_look <= Instant::now() {
            self.look().await?;
        }
        self.pushed.next(deadline.at_most(self.next_look.saturating_duration_since(Instant::now()))).await
    }

    /// Subscribes to what is new, and not to what is gone any more.
    ///
    /// # Errors
    /// Where the one is not the other's replica any more: as a primary it would count this subscriber.
    async fn look(&mut self) -> Result<(), RedisError> {
        let began = Instant::now();
        let deadline = Deadline::after(PATIENCE);
        let said = Replication::of(&self.primary, deadline).await.map_err(reason)?;
        let copy = Replication::of(&self.replica, deadline).await.map_err(reason)?;
        if !said.is_copied_by(&copy) {
            let address = self.address();
            return Err(io::Error::other(format!("{address} does not repeat what the primary publishes")).into());
        }
        let there = self.there(deadline).await?;
        let new: Vec<_> = there.difference(&self.subscribed).cloned().collect();
        let gone: Vec<_> = self.subscribed.difference(&there).cloned().collect();
        self.tell("SSUBSCRIBE", &new, deadline).await?;
        self.tell("SUNSUBSCRIBE", &gone, deadline).await?;
        self.subscribed = there;
        self.next_look = Instant::now() + LOOK.max(began.elapsed() * SHARE);
        Ok(())
    }

    /// The channels that somebody listens to at the primary.
    async fn there(&self, deadline: Deadline) -> Result<HashSet<String>, RedisError> {
        let mut pipeline = Pipeline::with_capacity(self.starts.len());
        for start in &self.starts {
            pipeline.add_command(RedisQuery::Channels { start: start.clone(), sharded: true }.to_redis());
        }
        let mut there = HashSet::new();
        for reply in self.primary.run(&mut pipeline, deadline).await.map_err(reason)? {
            let names: Vec<Vec<u8>> = redis::from_redis_value(reply?)?;
            there.extend(names.into_iter().filter_map(|name| String::from_utf8(name).ok()));
        }
        Ok(there)
    }

    /// One command for each: each is answered by itself.
    async fn tell(&mut self, command: &str, names: &[String], deadline: Deadline) -> Result<(), RedisError> {
        for batch in names.chunks(BATCH) {
            let mut pipeline = Pipeline::with_capacity(batch.len());
            for name in batch {
                pipeline.add_command(redis::cmd(command).arg(name).take());
            }
            let told = pipeline.query_async::<Vec<Value>>(&mut self.pushed.connection);
            deadline.timeout(told).await.map_err(|_| RedisError::from(io::Error::from(io::ErrorKind::TimedOut)))??;
        }
        Ok(())
    }
}

fn reason(fault: CommandError) -> RedisError {
    match fault {
        CommandError::Unreachable { source, .. } | CommandError::Refused(source) | CommandError::Lost(source) => source,
        CommandError::Timeout(_) => io::Error::from(io::ErrorKind::TimedOut).into(),
    }
}
