use std::{env, fmt, time::Duration};

use crate::{
    adapter::{Adapter, SocketIo},
    base::Error,
    message::Numbers,
};

const DEFAULT_URL: &str = "redis://127.0.0.1:6379";

/// How to connect, and to which servers.
///
/// ```no_run
/// use std::time::Duration;
/// use socketio_emitter::{Adapter, Options, adapter::Classic};
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
    /// The adapter is detected at the first send, its prefix is its default, and a send may take 5 seconds.
    pub fn new() -> Self {
        Self::default()
    }

    /// The options that the environment sets, as `sio` and `sio-bridge` read them:
    ///
    /// | variable | |
    /// |---|---|
    /// | `SIO_ADAPTER` | the adapter, with options after commas, or `auto` |
    /// | `REDISCLI_AUTH` | the Redis password, unless the URL has one |
    ///
    /// # Errors
    /// [`Error::Config`] for a variable that cannot be used.
    pub fn from_env() -> Result<Self, Error> {
        let mut options = Self::new();
        if let Some(name) = variable("SIO_ADAPTER").filter(|name| name != "auto") {
            options.adapter = Some(name.parse().map_err(|error| Error::Config(format!("SIO_ADAPTER: {error}")))?);
        }
        Ok(options.password_from_env())
    }

    /// Sets the Redis password to `REDISCLI_AUTH`, if that is set. A password in the URL takes precedence.
    pub fn password_from_env(mut self) -> Self {
        self.password = variable("REDISCLI_AUTH").or(self.password);
        self
    }

    /// The Redis URL that the environment sets, and the name of the variable: `SIO_URL`, then `REDIS_URL`, then the
    /// default `redis://127.0.0.1:6379`. The URL may hold a password: print the name only.
    ///
    /// # Errors
    /// [`Error::Config`] for a variable that cannot be used.
    pub fn url_from_env() -> Result<(&'static str, String), Error> {
        let url = ["SIO_URL", "REDIS_URL"].into_iter().find_map(|name| Some((name, variable(name)?)));
        Ok(url.unwrap_or_else(|| ("the default", DEFAULT_URL.to_owned())))
    }

    /// Sets the adapter that the servers run, instead of detecting it.
    pub fn adapter(mut self, adapter: Adapter) -> Self {
        self.adapter = Some(adapter);
        self
    }

    /// Sets the prefix of the servers' channel names: the adapter's option `key`, `channelPrefix`, `streamName` or
    /// `channel`. Each adapter has a default.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// Sets the Socket.IO version of all servers, instead of asking them when a message depends on it.
    pub fn socket_io(mut self, version: SocketIo) -> Self {
        self.socket_io = Some(version);
        self
    }

    /// Sets how long one send may take, connecting and detecting the adapter included.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sets what to do with integers that JavaScript cannot hold. By default they are refused.
    pub fn numbers(mut self, numbers: Numbers) -> Self {
        self.numbers = numbers;
        self
    }

    /// Sets the Redis user, unless the URL has one.
    pub fn username(mut self, username: impl Into<String>) -> Self {
        self.username = Some(username.into());
        self
    }

    /// Sets the Redis password, unless the URL has one.
    pub fn password(mut self, password: impl Into<String>) -> Self {
        self.password = Some(password.into());
        self
    }

    /// Whether the adapter is set, so that it is not detected.
    pub fn has_adapter(&self) -> bool {
        self.adapter.is_some()
    }

    /// The adapter with the prefix and version of these options.
    pub(crate) fn apply_to(&self, mut adapter: Adapter) -> Adapter {
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

/// A variable of the environment that is not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}
