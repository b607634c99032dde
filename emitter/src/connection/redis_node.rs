use std::{
    fmt,
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use futures_util::Stream;
use redis::{
    AsyncConnectionConfig, Client, Pipeline, ProtocolVersion, RedisError, Value,
    aio::{AsyncPushSender, MultiplexedConnection},
};
use tokio::{sync::Mutex, time::Instant};

use super::{CommandError, Reply, access::AccessOptions, access::HostPort, run_pipeline};
use crate::base::{Deadline, is_transient};

/// A connection that was quiet for longer is asked for a sign of life first: a message handed to one that broke in
/// the meantime would have an unknown fate.
const QUIET: Duration = Duration::from_millis(100);

/// How long it may take to find one alive where there are others.
const REACHING: Duration = Duration::from_secs(1);

/// One Redis server: connects when first needed, and again after an outage.
///
/// A send that finds no connection makes one attempt of its own, so the first send after an outage works and
/// none inherits an earlier failure.
pub(super) struct RedisNode {
    client: Client,
    address: String,
    place: NodeRole,
    open: Mutex<Option<OpenConnection>>,
    /// When it last failed to answer in time, in milliseconds since `born`.
    silent: AtomicU64,
    born: Instant,
}

/// What there is beside a server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeRole {
    /// Nothing: it is worth the whole deadline to reach it.
    Only,
    /// Others, so there must be time for them.
    Many,
    /// Sentinels, who may put another in its place: a send does not connect again by itself.
    Watched,
}

/// What a server says about itself. `None` where it is too old to say.
#[derive(Debug, Default)]
pub(super) struct NodeInfo {
    /// `master` or `replica`.
    pub(super) role: Option<String>,
    /// `standalone`, `cluster` or `sentinel`.
    pub(super) mode: Option<String>,
}

#[derive(Clone)]
struct OpenConnection {
    connection: MultiplexedConnection,
    /// When it last answered, in milliseconds since `born`.
    answered: Arc<AtomicU64>,
}

impl RedisNode {
    pub(super) fn new(client: Client, place: NodeRole) -> Self {
        let address = client.get_connection_info().addr().to_string();
        Self { client, address, place, open: Mutex::new(None), silent: AtomicU64::new(0), born: Instant::now() }
    }

    pub(super) fn at(host: &HostPort, access: &AccessOptions, place: NodeRole) -> Result<Self, CommandError> {
        let unusable = |source| CommandError::Unreachable { address: host.to_string(), source };
        Ok(Self { address: host.to_string(), ..Self::new(access.client(host).map_err(unusable)?, place) })
    }

    /// HostPort and port, or the socket's path.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Makes sure that there is a connection, whatever its place.
    pub(super) async fn connect(&self, deadline: Deadline) -> Result<(), CommandError> {
        self.healthy_connection(true, deadline).await.map(drop)
    }

    pub(super) async fn run(&self, pipeline: &mut Pipeline, deadline: Deadline) -> Result<Vec<Reply>, CommandError> {
        let reaching = if self.place == NodeRole::Only { deadline } else { deadline.half().at_most(REACHING) };
        self.run_within(pipeline, reaching, deadline).await
    }

    /// Two deadlines: one to find it alive, one for all.
    pub(super) async fn run_within(
        &self,
        pipeline: &mut Pipeline,
        reaching: Deadline,
        deadline: Deadline,
    ) -> Result<Vec<Reply>, CommandError> {
        let mut open = self.healthy_connection(self.place != NodeRole::Watched, reaching).await?;
        let replies = run_pipeline(pipeline, &mut open.connection, &self.address, deadline).await;
        match &replies {
            Ok(_) => self.answered(&open),
            Err(CommandError::Lost(_)) => self.forget(&open).await,
            Err(CommandError::Timeout(_)) => self.silent.store(self.millis(), Ordering::Relaxed),
            Err(_) => {}
        }
        replies
    }

    /// Asks which part it plays.
    pub(super) async fn part(&self, deadline: Deadline) -> Result<NodeInfo, CommandError> {
        // Not ROLE, which few users may ask; and the connections that are asked speak RESP2 already.
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.add_command(redis::cmd("HELLO").arg(2).take());
        let reply = self.run(&mut pipeline, deadline).await?.pop();
        Ok(match reply {
            Some(Ok(reply)) => NodeInfo { role: text(&reply, "role"), mode: text(&reply, "mode") },
            Some(Err(error)) if is_transient(&error) => return Err(CommandError::Refused(error)),
            _ => NodeInfo::default(),
        })
    }

    /// A connection of its own, over which messages are pushed.
    pub(super) async fn listen(&self, sender: impl AsyncPushSender) -> Result<MultiplexedConnection, RedisError> {
        let info = self.client.get_connection_info().clone();
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings))?;
        client.get_multiplexed_async_connection_with_config(&config().set_push_sender(sender)).await
    }

    /// A connection of its own, for commands that wait.
    pub(super) async fn dial(&self) -> Result<MultiplexedConnection, RedisError> {
        self.client.get_multiplexed_async_connection_with_config(&config()).await
    }

    /// What it runs, one command a line, over a connection of its own.
    pub(super) async fn monitor(&self) -> Result<impl Stream<Item = String> + Send + use<>, RedisError> {
        Ok(self.client.get_async_monitor().await?.into_on_message())
    }

    /// True if it did not answer just now.
    pub(super) fn was_silent(&self, within: Duration) -> bool {
        let at = self.silent.load(Ordering::Relaxed);
        at > 0 && u128::from(self.millis() - at) < within.as_millis()
    }

    /// A connection that answered just now, or a new one.
    async fn healthy_connection(&self, dials: bool, deadline: Deadline) -> Result<OpenConnection, CommandError> {
        let attempt = async {
            let mut slot = self.open.lock().await;
            if let Some(open) = &*slot
                && (self.is_fresh(open) || self.ping(open, deadline.half()).await)
            {
                return Ok(open.clone());
            }
            *slot = None;
            if !dials {
                return Err(std::io::Error::from(std::io::ErrorKind::NotConnected).into());
            }
            let open = OpenConnection { connection: self.dial().await?, answered: Arc::new(AtomicU64::new(0)) };
            self.answered(&open);
            *slot = Some(open.clone());
            Ok(open)
        };
        let Ok(attempt) = deadline.timeout(attempt).await else {
            self.silent.store(self.millis(), Ordering::Relaxed);
            return Err(CommandError::silence(&self.address, deadline.total));
        };
        attempt.map_err(|source| CommandError::Unreachable { address: self.address.clone(), source })
    }

    async fn ping(&self, open: &OpenConnection, deadline: Deadline) -> bool {
        let mut connection = open.connection.clone();
        let alive = deadline.timeout(connection.send_packed_command(&redis::cmd("PING"))).await;
        let alive = matches!(alive, Ok(Ok(_)));
        if alive {
            self.answered(open);
        }
        alive
    }

    fn is_fresh(&self, open: &OpenConnection) -> bool {
        let quiet = self.millis().saturating_sub(open.answered.load(Ordering::Relaxed));
        u128::from(quiet) < QUIET.as_millis()
    }

    fn answered(&self, open: &OpenConnection) {
        open.answered.store(self.millis(), Ordering::Relaxed);
        self.silent.store(0, Ordering::Relaxed);
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Drops a broken connection, unless another send has replaced it.
    async fn forget(&self, broken: &OpenConnection) {
        let mut slot = self.open.lock().await;
        if slot.as_ref().is_some_and(|open| Arc::ptr_eq(&open.answered, &broken.answered)) {
            *slot = None;
        }
    }
}

impl fmt::Debug for RedisNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisNode").field(&self.address).finish()
    }
}

/// The deadline is kept by the caller, for everything at once.
fn config() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None)
}

/// A field of an answer that is a list of names and values in turn.
fn text(reply: &Value, name: &str) -> Option<String> {
    let Value::Array(items) = reply else { return None };
    let (_, value) = items.chunks_exact(2).map(|pair| (&pair[0], &pair[1])).find(|(key, _)| is_text(key, name))?;
    redis::from_redis_value(value.clone()).ok()
}

fn is_text(value: &Value, text: &str) -> bool {
    match value {
        Value::BulkString(bytes) => bytes == text.as_bytes(),
        Value::SimpleString(string) => string == text,
        _ => false,
    }
}
