use std::{
    fmt, io,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use futures_util::Stream;
use redis::{
    AsyncConnectionConfig, Client, Pipeline, ProtocolVersion, RedisError, RedisResult, Value,
    aio::{AsyncPushSender, MultiplexedConnection},
};
use tokio::{sync::Mutex, time::Instant};

use super::{CommandError, access_options::AccessOptions, host_port::HostPort, pipeline::run_pipeline};
use crate::base::{Deadline, is_transient};

/// A connection without a reply for this long is checked with PING before a command is written to it: if it broke in
/// the meantime, it would be unknown whether Redis took the command.
const IDLE_BEFORE_PING: Duration = Duration::from_millis(100);

/// How long connecting may take where another node may be used instead.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// One Redis server. It connects when it is first needed, and again after an outage.
///
/// A command that finds no connection makes an attempt of its own to connect. So the first command after an outage
/// succeeds, and no command fails because of an earlier attempt.
pub(super) struct RedisNode {
    client: Client,
    address: String,
    role: NodeRole,
    open: Mutex<Option<OpenConnection>>,
    /// When the server last failed to answer in time, in milliseconds since `created`; 0 if it has answered since.
    unanswered_at: AtomicU64,
    created: Instant,
}

/// A server's place in the deployment. It decides how long connecting may take, and whether a command reconnects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NodeRole {
    /// The only server: connecting may take until the deadline.
    Standalone,
    /// A cluster node, a sentinel or a replica: connecting leaves time to use others.
    Member,
    /// A primary that sentinels may replace: a command does not reconnect before they are asked again.
    SentinelPrimary,
}

/// What a server says about itself in reply to HELLO. Redis before 6 says nothing.
#[derive(Debug, Default)]
pub(super) struct HelloReply {
    /// `master` or `replica`.
    pub(super) role: Option<String>,
    /// `standalone`, `cluster` or `sentinel`.
    pub(super) mode: Option<String>,
}

#[derive(Clone)]
struct OpenConnection {
    connection: MultiplexedConnection,
    /// When the server last answered on it, in milliseconds since the node's `created`.
    answered_at: Arc<AtomicU64>,
}

impl RedisNode {
    pub(super) fn new(client: Client, role: NodeRole) -> Self {
        let address = client.get_connection_info().addr().to_string();
        let (open, unanswered_at, created) = (Mutex::new(None), AtomicU64::new(0), Instant::now());
        Self { client, address, role, open, unanswered_at, created }
    }

    pub(super) fn at(host: &HostPort, access: &AccessOptions, role: NodeRole) -> Result<Self, CommandError> {
        let unusable = |source| CommandError::Unreachable { address: host.to_string(), source };
        Ok(Self { address: host.to_string(), ..Self::new(access.client(host).map_err(unusable)?, role) })
    }

    /// Host and port, or the path of the socket.
    pub(super) fn address(&self) -> &str {
        &self.address
    }

    /// Connects, unless a healthy connection is open. Every role reconnects.
    pub(super) async fn connect(&self, deadline: Deadline) -> Result<(), CommandError> {
        self.healthy_connection(true, deadline).await.map(drop)
    }

    /// Sends the pipeline and returns the reply to each of its commands.
    pub(super) async fn run(
        &self,
        pipeline: &mut Pipeline,
        deadline: Deadline,
    ) -> Result<Vec<RedisResult<Value>>, CommandError> {
        let connect_deadline = match self.role {
            NodeRole::Standalone => deadline,
            NodeRole::Member | NodeRole::SentinelPrimary => deadline.half().at_most(CONNECT_TIMEOUT),
        };
        self.run_within(pipeline, connect_deadline, deadline).await
    }

    /// As [`run`](Self::run), with a deadline to find or open a healthy connection and one for everything.
    pub(super) async fn run_within(
        &self,
        pipeline: &mut Pipeline,
        connect_deadline: Deadline,
        deadline: Deadline,
    ) -> Result<Vec<RedisResult<Value>>, CommandError> {
        let reconnects = self.role != NodeRole::SentinelPrimary;
        let mut open = self.healthy_connection(reconnects, connect_deadline).await?;
        let replies = run_pipeline(pipeline, &mut open.connection, &self.address, deadline).await;
        match &replies {
            Ok(_) => self.note_answer(&open),
            Err(CommandError::Lost(error)) => self.discard(&open, error).await,
            Err(CommandError::Timeout(_)) => self.note_no_answer(),
            Err(_) => {}
        }
        replies
    }

    /// Asks for the server's role and mode.
    pub(super) async fn hello(&self, deadline: Deadline) -> Result<HelloReply, CommandError> {
        // ROLE is permitted to few users. Connections that run commands speak RESP2, so HELLO 2 changes nothing.
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.add_command(redis::cmd("HELLO").arg(2).take());
        Ok(match self.run(&mut pipeline, deadline).await?.pop() {
            Some(Ok(reply)) => HelloReply { role: text_field(&reply, "role"), mode: text_field(&reply, "mode") },
            Some(Err(error)) if is_transient(&error) => return Err(CommandError::Refused(error)),
            _ => HelloReply::default(),
        })
    }

    /// Opens another connection, for commands that block or may not be interleaved with others.
    pub(super) async fn open_connection(&self) -> RedisResult<MultiplexedConnection> {
        tracing::debug!(address = self.address, "connecting");
        self.client.get_multiplexed_async_connection_with_config(&connection_config()).await
    }

    /// Opens another connection, for subscriptions. Their messages go to `sender`.
    pub(super) async fn open_push_connection(
        &self,
        sender: impl AsyncPushSender,
    ) -> RedisResult<MultiplexedConnection> {
        tracing::debug!(address = self.address, "connecting to subscribe");
        let info = self.client.get_connection_info().clone();
        let settings = info.redis_settings().clone().set_protocol(ProtocolVersion::RESP3);
        let client = Client::open(info.set_redis_settings(settings))?;
        client.get_multiplexed_async_connection_with_config(&connection_config().set_push_sender(sender)).await
    }

    /// Opens another connection for MONITOR: each item is a command that the server runs.
    pub(super) async fn open_monitor(&self) -> RedisResult<impl Stream<Item = String> + Send + use<>> {
        tracing::debug!(address = self.address, "connecting for MONITOR");
        Ok(self.client.get_async_monitor().await?.into_on_message())
    }

    /// Whether the server failed to answer within the last `period`, and has not answered since.
    pub(super) fn is_unresponsive(&self, period: Duration) -> bool {
        let unanswered_at = self.unanswered_at.load(Ordering::Relaxed);
        unanswered_at > 0 && u128::from(self.elapsed_millis() - unanswered_at) < period.as_millis()
    }

    /// A connection on which the server answered just now, or a new one.
    async fn healthy_connection(&self, reconnects: bool, deadline: Deadline) -> Result<OpenConnection, CommandError> {
        let attempt = async {
            let mut slot = self.open.lock().await;
            if let Some(open) = &*slot {
                if self.is_recent(open) {
                    return Ok(open.clone());
                }
                match self.ping(open, deadline.half()).await {
                    Ok(()) => return Ok(open.clone()),
                    Err(error) => self.warn_lost(&error),
                }
            }
            *slot = None;
            if !reconnects {
                return Err(io::Error::from(io::ErrorKind::NotConnected).into());
            }
            let open =
                OpenConnection { connection: self.open_connection().await?, answered_at: Arc::new(AtomicU64::new(0)) };
            self.note_answer(&open);
            *slot = Some(open.clone());
            Ok(open)
        };
        let Ok(result) = deadline.timeout(attempt).await else {
            self.note_no_answer();
            return Err(CommandError::no_answer(&self.address, deadline.total));
        };
        result.map_err(|source| CommandError::Unreachable { address: self.address.clone(), source })
    }

    async fn ping(&self, open: &OpenConnection, deadline: Deadline) -> RedisResult<()> {
        let mut connection = open.connection.clone();
        match deadline.timeout(connection.send_packed_command(&redis::cmd("PING"))).await {
            Ok(reply) => reply.map(|_| self.note_answer(open)),
            Err(_) => Err(io::Error::new(io::ErrorKind::TimedOut, "no answer to PING").into()),
        }
    }

    /// Drops a broken connection, unless another command has replaced it already.
    async fn discard(&self, broken: &OpenConnection, error: &RedisError) {
        let mut slot = self.open.lock().await;
        if slot.as_ref().is_some_and(|open| Arc::ptr_eq(&open.answered_at, &broken.answered_at)) {
            *slot = None;
            self.warn_lost(error);
        }
    }

    fn warn_lost(&self, error: &RedisError) {
        tracing::warn!(address = self.address, reason = %error, "connection lost; reconnecting");
    }

    fn is_recent(&self, open: &OpenConnection) -> bool {
        let idle = self.elapsed_millis().saturating_sub(open.answered_at.load(Ordering::Relaxed));
        u128::from(idle) < IDLE_BEFORE_PING.as_millis()
    }

    fn note_answer(&self, open: &OpenConnection) {
        open.answered_at.store(self.elapsed_millis(), Ordering::Relaxed);
        self.unanswered_at.store(0, Ordering::Relaxed);
    }

    fn note_no_answer(&self) {
        self.unanswered_at.store(self.elapsed_millis(), Ordering::Relaxed);
    }

    fn elapsed_millis(&self) -> u64 {
        u64::try_from(self.created.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

impl fmt::Debug for RedisNode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("RedisNode").field(&self.address).finish()
    }
}

/// No timeouts: callers have one deadline for everything.
fn connection_config() -> AsyncConnectionConfig {
    AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None)
}

/// The value of a field in a reply that lists names and values in turn.
fn text_field(reply: &Value, name: &str) -> Option<String> {
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
