use std::{fmt, sync::Arc, time::Duration};

use futures_util::FutureExt;
use redis::RedisResult;

use super::{
    CommandError, CommandReplies, QueryResult, RedisQuery, Refresh, Subscription, SubscriptionTarget,
    backoff::Backoff,
    deployment::{Deployment, ResolveError},
    permission_check,
    query_round::query_round,
    redis_url::RedisUrl,
    refresh::Lookup,
    replication,
    send_rounds::SendRounds,
    subscription,
    topology::Topology,
};
use crate::{
    adapter::Command,
    base::{Deadline, Elapsed, Error},
};

/// How long a topology is used before it is checked: a node that is cut off from the others may not know that.
const TOPOLOGY_MAX_AGE: Duration = Duration::from_secs(2);

/// How long the check of an old topology may delay its caller.
const TOPOLOGY_CHECK_TIMEOUT: Duration = Duration::from_millis(100);

/// A client for Redis in any deployment.
pub(crate) struct RedisClient {
    deployment: Deployment,
    address: String,
    topology: Refresh<Arc<Topology>>,
}

impl RedisClient {
    /// A client for the Redis at a URL. It connects when it is first used. `username` and `password` are used where the
    /// URL has none.
    pub(crate) fn open(url: &str, username: Option<&str>, password: Option<&str>) -> Result<Self, Error> {
        let deployment = Deployment::new(RedisUrl::parse(url, username, password)?)?;
        Ok(Self { address: deployment.address(), deployment, topology: Refresh::new(TOPOLOGY_MAX_AGE) })
    }

    /// Hosts and ports, or the path of the socket.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Connects, unless a healthy connection is open.
    pub(crate) async fn connect(&self, deadline: Deadline) -> Result<(), Error> {
        let (mut backoff, mut last_error) = (Backoff::default(), None);
        loop {
            let topology = self.topology_after(last_error, deadline).await?;
            let Err(error) = topology.publisher.connect(deadline).await else { return Ok(()) };
            if !self.should_retry(&topology, &error, &mut backoff, deadline).await {
                return Err(error.into());
            }
            last_error = Some(error);
        }
    }

    /// Sends the commands, those for one node in one pipeline, and with them the query that counts the servers.
    ///
    /// Commands that certainly were not taken, for a transient reason, are sent again until the deadline. No command
    /// overtakes an earlier one with the same key.
    pub(crate) async fn send(
        &self,
        commands: &[Command],
        count: Option<&RedisQuery>,
        deadline: Deadline,
    ) -> Result<CommandReplies, Error> {
        let mut rounds = SendRounds::new(commands, count);
        let mut backoff = Backoff::default();
        loop {
            let topology = match self.topology(deadline).await {
                Ok(topology) => topology,
                Err(error) if rounds.is_new() => return Err(error),
                Err(_) => break,
            };
            rounds.send_round(&topology, &self.deployment, deadline).await;
            let Some(error) = rounds.error() else { break };
            if !self.should_retry(&topology, &error, &mut backoff, deadline).await || !rounds.has_pending() {
                break;
            }
            log_retry(&error);
        }
        rounds.replies()
    }

    /// Sends the queries to each node that knows a part of the result, and combines the replies.
    pub(crate) async fn query(
        &self,
        queries: &[RedisQuery],
        deadline: Deadline,
    ) -> Result<Vec<RedisResult<QueryResult>>, Error> {
        let (mut backoff, mut last_error) = (Backoff::default(), None);
        loop {
            let topology = self.topology_after(last_error, deadline).await?;
            let error = match query_round(&topology, &self.deployment, queries, deadline).await {
                Ok(results) => return Ok(results),
                Err(error) => error,
            };
            if !self.should_retry(&topology, &error, &mut backoff, deadline).await {
                return Err(error.into());
            }
            last_error = Some(error);
        }
    }

    /// Has Redis check each command without running it.
    pub(crate) async fn check_permissions(
        &self,
        commands: &[Command],
        deadline: Deadline,
    ) -> Result<Vec<RedisResult<bool>>, Error> {
        let topology = self.topology(deadline).await?;
        Ok(permission_check::check_permissions(&topology, commands, deadline).await?)
    }

    /// Subscribes on a connection of its own.
    pub(crate) async fn subscribe(
        &self,
        target: &SubscriptionTarget,
        deadline: Deadline,
    ) -> Result<Subscription, Error> {
        if let SubscriptionTarget::ReplicaShardChannels(prefixes) = target {
            return self.subscribe_on_replica(prefixes, deadline).await;
        }
        let (mut backoff, mut last_error) = (Backoff::default(), None);
        loop {
            let topology = self.topology_after(last_error, deadline).await?;
            let nodes = match target {
                SubscriptionTarget::Monitor => topology.primaries(),
                _ => vec![&**topology.primary(target.key())],
            };
            let error = match subscription::subscribe(&nodes, target, deadline).await {
                Ok(subscription) => return Ok(subscription),
                Err(error) => error,
            };
            if !self.should_retry(&topology, &error, &mut backoff, deadline).await {
                return Err(error.into());
            }
            last_error = Some(error);
        }
    }

    /// Subscribes on a replica, if there is one. Makes one attempt: there may never be a replica.
    async fn subscribe_on_replica(&self, prefixes: &[String], deadline: Deadline) -> Result<Subscription, Error> {
        let topology = self.topology(deadline).await?;
        let primary = &topology.publisher;
        let replica = replication::find_replica(primary, &self.deployment, deadline).await?;
        Ok(subscription::subscribe_on_replica(primary, replica, prefixes, deadline).await?)
    }

    /// Whether another attempt may succeed. Waits before it, and has the topology resolved anew if the error
    /// contradicts it.
    async fn should_retry(
        &self,
        topology: &Arc<Topology>,
        error: &CommandError,
        backoff: &mut Backoff,
        deadline: Deadline,
    ) -> bool {
        if error.is_transient() || !error.is_refused() {
            self.topology.invalidate_if(|current| Arc::ptr_eq(current, topology));
        }
        self.deployment.has_failover() && error.is_transient() && backoff.wait(deadline).await
    }

    /// The topology for another attempt after `last_error`. If the deadline interrupts resolving it, that error is
    /// returned: it says more.
    async fn topology_after(
        &self,
        last_error: Option<CommandError>,
        deadline: Deadline,
    ) -> Result<Arc<Topology>, Error> {
        if let Some(error) = &last_error {
            log_retry(error);
        }
        let result = self.topology(deadline).await;
        match last_error {
            Some(error) if result.is_err() && deadline.has_passed() => Err(error.into()),
            _ => result,
        }
    }

    /// The topology: cached, or resolved now.
    async fn topology(&self, deadline: Deadline) -> Result<Arc<Topology>, Error> {
        // Nothing can take the place of a single server, so its topology is resolved once.
        let cached = match self.deployment.has_failover() {
            true => self.topology.fresh(),
            false => self.topology.peek().map(|cached| cached.value),
        };
        if let Some(topology) = cached {
            return Ok(topology);
        }
        let mut last_error = None;
        let lookup = self.topology.get_or_keep(async |before| {
            if let Some(before) = &before
                && before.valid
                && let Some(checked) = self.check(&before.value, deadline).await
            {
                return Ok(checked);
            }
            let before = before.as_ref().map(|before| &*before.value);
            self.resolve(before, &mut last_error, deadline).await.map(Lookup::Found)
        });
        // Boxed: most calls do not get here, and all of their futures would be as large.
        match deadline.timeout(lookup.boxed()).await {
            Ok(result) => result,
            Err(Elapsed) => {
                let error = last_error.unwrap_or_else(|| CommandError::no_answer(&self.address, deadline.total));
                Err(error.into())
            }
        }
    }

    /// Looks for changes of an old topology. Keeps it if no server answers in time; `None` if it must not be used any
    /// more.
    async fn check(&self, topology: &Arc<Topology>, deadline: Deadline) -> Option<Lookup<Arc<Topology>>> {
        let deadline = deadline.at_most(TOPOLOGY_CHECK_TIMEOUT);
        match deadline.timeout(self.deployment.resolve(Some(topology), deadline)).await {
            Ok(Ok(found)) => return Some(Lookup::Found(Arc::new(found))),
            // The servers say that the topology is changing.
            Ok(Err(ResolveError::Transient(_))) => self.topology.invalidate(),
            Ok(Err(_)) | Err(Elapsed) => {}
        }
        // An error of another caller may have invalidated it in the meantime.
        let valid = self.topology.peek().is_some_and(|cached| cached.valid);
        valid.then(|| Lookup::Kept(Arc::clone(topology)))
    }

    /// Resolves the topology; again until the deadline while the reason for a failure is transient. `last_error` is the
    /// last one that was not caused by the deadline.
    async fn resolve(
        &self,
        before: Option<&Topology>,
        last_error: &mut Option<CommandError>,
        deadline: Deadline,
    ) -> Result<Arc<Topology>, Error> {
        let mut backoff = Backoff::default();
        loop {
            match self.deployment.resolve(before, deadline).await {
                Ok(topology) => return Ok(Arc::new(topology)),
                Err(ResolveError::Transient(_) | ResolveError::Permanent(_))
                    if deadline.has_passed() && last_error.is_some() => {}
                Err(ResolveError::Transient(error)) => *last_error = Some(error.unsent(&self.address)),
                Err(ResolveError::Permanent(error)) => return Err(error.unsent(&self.address).into()),
                Err(ResolveError::Config(error)) => return Err(error),
            }
            if !backoff.wait(deadline).await {
                let error = last_error.take();
                return Err(error.unwrap_or_else(|| CommandError::no_answer(&self.address, deadline.total)).into());
            }
            if let Some(error) = last_error {
                log_retry(error);
            }
        }
    }
}

fn log_retry(error: &CommandError) {
    tracing::debug!(reason = %Error::from(error.clone()), "retrying");
}

impl fmt::Debug for RedisClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisClient").field("address", &self.address).finish_non_exhaustive()
    }
}
