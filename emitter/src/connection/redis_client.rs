use std::{fmt, sync::Arc, time::Duration};

use redis::RedisError;
use tokio::{sync::Mutex, time::Instant};

use super::{
    CommandError, CommandReplies, QueryResult, RedisQuery, Subscription, SubscriptionTarget,
    deployment::{Deployment, ResolveError},
    permission_check, query_round,
    redis_url::RedisUrl,
    replica,
    send_rounds::SendRounds,
    subscription,
    topology::Topology,
};
use crate::{
    adapter::Command,
    base::{Deadline, Elapsed, Error},
};

/// How long a topology holds without looking again: a server that was cut off may not know it.
const FRESH: Duration = Duration::from_secs(2);

/// How long a look may take that nobody needs yet.
const GLANCE: Duration = Duration::from_millis(100);

/// Redis, however it is deployed: one way to send, ask and listen for all of them.
pub(crate) struct RedisClient {
    source: Deployment,
    address: String,
    known: Mutex<Option<CachedTopology>>,
}

struct CachedTopology {
    topology: Arc<Topology>,
    at: Instant,
}

/// How long to wait before the next attempt: what moves is mostly there at once.
pub(super) struct Backoff(Duration);

impl RedisClient {
    pub(crate) fn open(url: &str, username: Option<&str>, password: Option<&str>) -> Result<Self, Error> {
        let source = Deployment::new(RedisUrl::parse(url, username, password)?)?;
        Ok(Self { address: source.address(), source, known: Mutex::new(None) })
    }

    /// Hosts and ports, or the socket's path.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Makes sure that there is a connection.
    pub(crate) async fn connect(&self, deadline: Deadline) -> Result<(), Error> {
        let (mut backoff, mut last) = (Backoff::default(), None);
        loop {
            let topology = self.topology_after(last, deadline).await?;
            let Err(fault) = topology.publisher.connect(deadline).await else { return Ok(()) };
            if !self.should_retry(&topology, &fault, &mut backoff, deadline).await {
                return Err(fault.into());
            }
            last = Some(fault);
        }
    }

    /// Sends the commands, those for one server together, and with them the question how many servers there are.
    ///
    /// What was certainly not taken, for a reason that passes, is sent again within the deadline; but no command
    /// overtakes an earlier one of the same key.
    pub(crate) async fn send(
        &self,
        commands: &[Command],
        census: Option<&RedisQuery>,
        deadline: Deadline,
    ) -> Result<CommandReplies, Error> {
        let mut sending = SendRounds::new(commands, census);
        let mut backoff = Backoff::default();
        loop {
            let topology = match self.topology(deadline).await {
                Ok(topology) => topology,
                Err(error) if sending.is_new() => return Err(error),
                Err(_) => break,
            };
            sending.round(&topology, &self.source, deadline).await;
            let Some(fault) = sending.fault() else { break };
            if !self.should_retry(&topology, &fault, &mut backoff, deadline).await || !sending.has_more() {
                break;
            }
        }
        sending.replies()
    }

    /// Asks every server that knows a part of the answer. Nothing is sent, whatever goes wrong.
    pub(crate) async fn query(
        &self,
        queries: &[RedisQuery],
        deadline: Deadline,
    ) -> Result<Vec<Result<QueryResult, RedisError>>, Error> {
        let (mut backoff, mut last) = (Backoff::default(), None);
        loop {
            let topology = self.topology_after(last, deadline).await?;
            let fault = match query_round::query_round(&topology, &self.source, queries, deadline).await {
                Ok(answers) => return Ok(answers),
                Err(fault) => fault,
            };
            if !self.should_retry(&topology, &fault, &mut backoff, deadline).await {
                return Err(fault.into());
            }
            last = Some(fault);
        }
    }

    /// Has Redis check commands that are not sent.
    pub(crate) async fn check_permissions(
        &self,
        commands: &[Command],
        deadline: Deadline,
    ) -> Result<Vec<Result<bool, RedisError>>, Error> {
        let topology = self.topology(deadline).await?;
        Ok(permission_check::check_permissions(&topology, commands, deadline).await?)
    }

    /// Subscribes, on a connection of its own.
    pub(crate) async fn subscribe(&self, to: &SubscriptionTarget, deadline: Deadline) -> Result<Subscription, Error> {
        if let SubscriptionTarget::ReplicaShardChannels(starts) = to {
            return self.subscribe_on_replica(starts, deadline).await;
        }
        let (mut backoff, mut last) = (Backoff::default(), None);
        loop {
            let topology = self.topology_after(last, deadline).await?;
            let nodes = match to {
                SubscriptionTarget::Monitor => topology.owners(),
                _ => vec![&**topology.owner(to.key())],
            };
            let fault = match subscription::subscribe(&nodes, to, deadline).await {
                Ok(listener) => return Ok(listener),
                Err(fault) => fault,
            };
            if !self.should_retry(&topology, &fault, &mut backoff, deadline).await {
                return Err(fault.into());
            }
            last = Some(fault);
        }
    }

    /// Subscribes at a replica, if there is one at this moment: nobody waits for one.
    async fn subscribe_on_replica(&self, starts: &[String], deadline: Deadline) -> Result<Subscription, Error> {
        let topology = self.topology(deadline).await?;
        let primary = &topology.publisher;
        let replica = replica::find(primary, &self.source, deadline).await?;
        Ok(subscription::subscribe_on_replica(primary, replica, starts, deadline).await?)
    }

    /// True if it is worth another attempt, after a pause.
    async fn should_retry(
        &self,
        topology: &Topology,
        fault: &CommandError,
        backoff: &mut Backoff,
        deadline: Deadline,
    ) -> bool {
        if fault.is_transient() || !fault.is_answer() {
            topology.doubt();
        }
        self.source.moves() && fault.is_transient() && backoff.wait(deadline).await
    }

    /// Who is there, for another attempt. What the end of the deadline interrupted tells less than what went wrong
    /// before.
    async fn topology_after(&self, last: Option<CommandError>, deadline: Deadline) -> Result<Arc<Topology>, Error> {
        let found = self.topology(deadline).await;
        match last {
            Some(fault) if found.is_err() && deadline.has_passed() => Err(fault.into()),
            _ => found,
        }
    }

    /// Who is there: as it was found lately, or now.
    async fn topology(&self, deadline: Deadline) -> Result<Arc<Topology>, Error> {
        let mut last = None;
        let attempt = async {
            let mut slot = self.known.lock().await;
            if let Some(CachedTopology { topology, at }) = &mut *slot
                && (!topology.is_doubtful() || !self.source.moves())
            {
                if !self.source.moves() || at.elapsed() < FRESH {
                    return Ok(Arc::clone(topology));
                }
                let glance = deadline.at_most(GLANCE);
                match glance.timeout(self.source.resolve(Some(topology), glance)).await {
                    Ok(Ok(found)) => *topology = Arc::new(found),
                    // Those who know say that it is not as it was.
                    Ok(Err(ResolveError::Passing(_))) => topology.doubt(),
                    // Nobody says so.
                    Ok(Err(_)) | Err(Elapsed) => {}
                }
                *at = Instant::now();
                if !topology.is_doubtful() {
                    return Ok(Arc::clone(topology));
                }
            }
            let mut backoff = Backoff::default();
            loop {
                let before = slot.as_ref().map(|known| &*known.topology);
                match self.source.resolve(before, deadline).await {
                    Ok(found) => {
                        let topology = Arc::new(found);
                        *slot = Some(CachedTopology { topology: Arc::clone(&topology), at: Instant::now() });
                        return Ok(topology);
                    }
                    // What the end of the deadline interrupted tells less than what was found out before.
                    Err(ResolveError::Passing(_) | ResolveError::Final(_))
                        if deadline.has_passed() && last.is_some() => {}
                    Err(ResolveError::Passing(fault)) => last = Some(fault.unsent(&self.address)),
                    Err(ResolveError::Final(fault)) => return Err(fault.unsent(&self.address).into()),
                    Err(ResolveError::Wrong(error)) => return Err(error),
                }
                if !backoff.wait(deadline).await {
                    let fault = last.take().unwrap_or_else(|| CommandError::silence(&self.address, deadline.total));
                    return Err(fault.into());
                }
            }
        };
        match deadline.timeout(attempt).await {
            Ok(found) => found,
            Err(Elapsed) => Err(last.unwrap_or_else(|| CommandError::silence(&self.address, deadline.total)).into()),
        }
    }
}

impl Backoff {
    /// False if the time was over first.
    pub(super) async fn wait(&mut self, deadline: Deadline) -> bool {
        let time = self.0;
        self.0 = (time * 2).clamp(Duration::from_millis(10), Duration::from_millis(200));
        deadline.timeout(tokio::time::sleep(time)).await.is_ok()
    }
}

impl Default for Backoff {
    fn default() -> Self {
        Self(Duration::ZERO)
    }
}

impl fmt::Debug for RedisClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisClient").field("address", &self.address).finish_non_exhaustive()
    }
}
