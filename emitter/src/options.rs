use std::{fmt, time::Duration};

use crate::{
    adapter::{Adapter, SocketIo},
    args::Numbers,
    connect::Connect,
    emitter::Emitter,
    error::Error,
    link::{Link, Recording, Redis},
};

/// How to connect, and to what kind of cluster.
///
/// ```no_run
/// use std::time::Duration;
/// use socketio_emitter::{Adapter, Classic, Options};
///
/// # async fn run() -> Result<(), socketio_emitter::Error> {
/// let io = Options::new()
///     .prefix("chat")
///     .adapter(Adapter::Classic(Classic::default()))
///     .timeout(Duration::from_secs(2))
///     .connect("redis://127.0.0.1/")
///     .await?;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use]
pub struct Options {
    pub(crate) adapter: Option<Adapter>,
    pub(crate) prefix: Option<String>,
    pub(crate) socket_io: Option<SocketIo>,
    pub(crate) timeout: Duration,
    pub(crate) numbers: Numbers,
    pub(crate) username: Option<String>,
    pub(crate) password: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            adapter: None,
            prefix: None,
            socket_io: None,
            timeout: Duration::from_secs(5),
            numbers: Numbers::Exact,
            username: None,
            password: None,
        }
    }
}

impl Options {
    /// The adapter found at the first send, its default prefix, 5 seconds for every send.
    pub fn new() -> Self {
        Self::default()
    }

    /// The adapter that the servers run, instead of finding out.
    pub fn adapter(mut self, adapter: Adapter) -> Self {
        self.adapter = Some(adapter);
        self
    }

    /// The start of the servers' channel names: the option `key` of their adapter. Each adapter has its default.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Which Socket.IO all servers run, instead of finding out where a message depends on it.
    pub fn socket_io(mut self, version: SocketIo) -> Self {
        self.socket_io = Some(version);
        self
    }

    /// How long one send may take in all, connecting and finding the adapter included.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What to do with integers that JavaScript cannot hold: refuse them, by default.
    pub fn numbers(mut self, numbers: Numbers) -> Self {
        self.numbers = numbers;
        self
    }

    /// The Redis user, unless the URL names one.
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// The Redis password, unless the URL has one.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Connects to Redis; await it, or wait for it. The URL says how Redis is deployed:
    ///
    /// | URL | Redis | needs the feature |
    /// |---|---|---|
    /// | `redis://[user:password@]host[:6379][/db]` | one server; if it turns out to be a node of a Redis Cluster, the cluster | |
    /// | `unix:///path/redis.sock[?db=1&user=…&pass=…]` | one server, by its socket; also `redis+unix://` | |
    /// | `redis-cluster://[user:password@]host[:6379][,host…]` | a Redis Cluster, by some of its nodes | `cluster` |
    /// | `redis-sentinel://[user:password@]host[:26379][,host…]/service[/db]` | the primary that these sentinels name; theirs are `?sentinel_user=…&sentinel_password=…` | `sentinel` |
    /// | `rediss://`, `rediss-cluster://`, `rediss-sentinel://` | the same over TLS; `?ca=FILE` trusts this authority instead of the system's, `?cert=FILE&key=FILE` is the client's certificate, all in PEM | `tls` |
    ///
    /// `valkey` may stand for `redis` in all of them. What is special to URLs is percent-encoded in passwords:
    /// `%2F` for `/`, `%3F` for `?`, `%23` for `#`, `%25` for `%`.
    ///
    /// Over sentinels and in a cluster a failover is followed: what Redis certainly did not take is sent again, to
    /// whoever is in charge then, as long as the timeout permits. What it may have taken never is.
    ///
    /// In a cluster each server of Socket.IO is counted wherever it subscribes, on replicas too. If a node does not
    /// answer in time, the count is unknown.
    ///
    /// # Errors
    /// [`Error::Config`] for a URL that cannot be used, [`Error::Unreachable`] if Redis is not there.
    pub fn connect(self, url: &str) -> Connect {
        Connect::new(self.lazy(url))
    }

    /// An emitter that connects at its first send, and again after an outage.
    ///
    /// # Errors
    /// [`Error::Config`] for a URL that cannot be used.
    pub fn lazy(self, url: &str) -> Result<Emitter, Error> {
        let redis = Redis::open(url, self.username.as_deref(), self.password.as_deref())?;
        Ok(Emitter::new(Link::Redis(Box::new(redis)), self))
    }

    /// An emitter on a connection that the program already has. Reconnecting is the connection's own affair.
    pub fn on<C>(self, connection: C) -> Emitter
    where
        C: redis::aio::ConnectionLike + Clone + Send + Sync + 'static,
    {
        Emitter::new(Link::given(connection), self)
    }

    /// An emitter without Redis, and what it sends, written for the adapter of these options.
    pub fn recorder(self) -> (Emitter, Recording) {
        let recording = Recording::default();
        (Emitter::new(Link::Recorder(recording.clone()), self), recording)
    }

    /// The adapter with these options in it.
    pub(crate) fn complete(&self, mut adapter: Adapter) -> Adapter {
        if let Some(prefix) = &self.prefix {
            adapter = adapter.with_prefix(prefix);
        }
        if let Some(version) = self.socket_io {
            adapter = adapter.with_socket_io(version);
        }
        adapter
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("adapter", &self.adapter)
            .field("prefix", &self.prefix)
            .field("socket_io", &self.socket_io)
            .field("timeout", &self.timeout)
            .field("numbers", &self.numbers)
            .finish_non_exhaustive()
    }
}
