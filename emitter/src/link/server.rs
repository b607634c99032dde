use std::{
    fmt,
    sync::Arc,
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

use redis::{
    AsyncConnectionConfig, Client, ConnectionInfo, IntoConnectionInfo, Pipeline, aio::MultiplexedConnection,
    io::tcp::TcpSettings,
};
use tokio::{sync::Mutex, time::Instant};

use super::{Listen, Listener, Reply, query, silence};
use crate::{
    deadline::{Deadline, Elapsed},
    error::Error,
};

/// A connection that was quiet for longer is asked for a sign of life first: a message handed to one that broke in
/// the meantime would have an unknown fate.
const QUIET: Duration = Duration::from_millis(100);

/// One Redis server: connects when first needed, and again after an outage.
///
/// A send that finds no connection makes one attempt of its own, so the first send after an outage works and
/// none inherits an earlier failure.
pub(crate) struct Redis {
    client: Client,
    address: String,
    open: Mutex<Option<Open>>,
    born: Instant,
}

#[derive(Clone)]
struct Open {
    connection: MultiplexedConnection,
    /// When it last answered, in milliseconds since `born`.
    answered: Arc<AtomicU64>,
}

impl Redis {
    pub(crate) fn open(url: &str, username: Option<&str>, password: Option<&str>) -> Result<Self, Error> {
        let config = |reason: &str| Error::Config(format!("the Redis URL cannot be used: {reason}"));
        if ["rediss:", "valkeys:"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(config("TLS (rediss://) is not supported yet"));
        }
        let info: ConnectionInfo = url
            .into_connection_info()
            .map_err(|_| config("expected redis://[user:password@]host[:port][/db], or unix:///path/to/redis.sock"))?;
        let settings = info.redis_settings().clone();
        let settings = match (settings.username(), username) {
            (None, Some(username)) => settings.set_username(username),
            _ => settings,
        };
        let settings = match (settings.password(), password) {
            (None, Some(password)) => settings.set_password(password),
            _ => settings,
        };
        let info = info.set_redis_settings(settings).set_tcp_settings(TcpSettings::default().set_nodelay(true));
        let address = info.addr().to_string();
        let client = Client::open(info).map_err(|error| config(&error.to_string()))?;
        Ok(Self { client, address, open: Mutex::new(None), born: Instant::now() })
    }

    /// Host and port, or the socket's path.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    pub(crate) async fn connect(&self, deadline: Deadline) -> Result<(), Error> {
        self.living(deadline).await.map(drop)
    }

    pub(crate) async fn run(&self, pipeline: &mut Pipeline, deadline: Deadline) -> Result<Vec<Reply>, Error> {
        let mut open = self.living(deadline).await?;
        let replies = query(pipeline, &mut open.connection, deadline).await;
        match &replies {
            Ok(_) => self.answered(&open),
            Err(Error::Lost(_)) => self.forget(&open).await,
            Err(_) => {}
        }
        replies
    }

    /// Subscribes, on a connection of its own.
    pub(crate) async fn listen(&self, to: &Listen, deadline: Deadline) -> Result<Listener, Error> {
        let Listen::Channels(channels) = to else { todo!("shard channels and streams") };
        let attempt = async {
            let mut subscribed = self.client.get_async_pubsub().await?;
            subscribed.subscribe(channels).await?;
            Ok(Listener::new(subscribed))
        };
        let attempt = deadline.bound(attempt).await.unwrap_or_else(|Elapsed| Err(silence(deadline.total)));
        attempt.map_err(|source| match source.is_io_error() {
            true => Error::Unreachable { address: self.address.clone(), source },
            false => Error::Refused(source),
        })
    }

    /// A connection that answered just now, or a new one.
    async fn living(&self, deadline: Deadline) -> Result<Open, Error> {
        let attempt = async {
            let mut slot = self.open.lock().await;
            if let Some(open) = &*slot
                && (self.is_fresh(open) || self.ping(open, deadline.half()).await)
            {
                return Ok(open.clone());
            }
            *slot = None;
            let open = self.dial().await?;
            *slot = Some(open.clone());
            Ok(open)
        };
        let attempt = deadline.bound(attempt).await.unwrap_or_else(|Elapsed| Err(silence(deadline.total)));
        attempt.map_err(|source| Error::Unreachable { address: self.address.clone(), source })
    }

    async fn dial(&self) -> Result<Open, redis::RedisError> {
        // The deadline is kept by the caller, for everything at once.
        let config = AsyncConnectionConfig::new().set_connection_timeout(None).set_response_timeout(None);
        let connection = self.client.get_multiplexed_async_connection_with_config(&config).await?;
        let open = Open { connection, answered: Arc::new(AtomicU64::new(0)) };
        self.answered(&open);
        Ok(open)
    }

    async fn ping(&self, open: &Open, deadline: Deadline) -> bool {
        let mut connection = open.connection.clone();
        let alive = deadline.bound(connection.send_packed_command(&redis::cmd("PING"))).await;
        let alive = matches!(alive, Ok(Ok(_)));
        if alive {
            self.answered(open);
        }
        alive
    }

    fn is_fresh(&self, open: &Open) -> bool {
        let quiet = self.millis().saturating_sub(open.answered.load(Ordering::Relaxed));
        u128::from(quiet) < QUIET.as_millis()
    }

    fn answered(&self, open: &Open) {
        open.answered.store(self.millis(), Ordering::Relaxed);
    }

    fn millis(&self) -> u64 {
        u64::try_from(self.born.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Drops a broken connection, unless another send has replaced it.
    async fn forget(&self, broken: &Open) {
        let mut slot = self.open.lock().await;
        if slot.as_ref().is_some_and(|open| Arc::ptr_eq(&open.answered, &broken.answered)) {
            *slot = None;
        }
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("address", &self.address).finish_non_exhaustive()
    }
}
