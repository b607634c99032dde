use std::{fmt, str::FromStr, time::Duration};

use clap::{Args, builder::NonEmptyStringValueParser};
use socketio_emitter::{Adapter, Emitter, Error, Options, adapter::SocketIo, message::Numbers};

use crate::duration;

/// The environment variables that [`ClusterArgs`] reads, for `--help`.
pub const ENVIRONMENT: &str = concat!(
    "  SIO_URL, REDIS_URL   Redis URL; the first that is set. Safer than --url for passwords\n",
    "  REDISCLI_AUTH        Redis password, if the URL has none\n",
    "  SIO_ADAPTER          Default for --adapter",
);

/// The options that select the Redis and the Socket.IO cluster. The URL may hold a password.
#[derive(Args)]
pub struct ClusterArgs {
    /// Redis of the servers: redis://, rediss:// (TLS), unix://, redis-cluster://HOST,HOST or
    /// redis-sentinel://HOST,HOST/SERVICE [env: SIO_URL, REDIS_URL] [default: redis://127.0.0.1:6379]
    #[arg(short, long, global = true, value_name = "URL")]
    url: Option<String>,

    /// Adapter of the servers: auto (detect it), classic, sharded, streams, socketioxide or python, with options after
    /// commas [env: SIO_ADAPTER] [default: auto]
    #[arg(long, global = true, value_name = "NAME")]
    adapter: Option<AdapterChoice>,

    /// Prefix of the servers' channel names, if it is not the adapter's default
    #[arg(long, global = true, value_name = "PREFIX", value_parser = NonEmptyStringValueParser::new())]
    prefix: Option<String>,

    /// Socket.IO version of all servers: 2, 3 or 4 [default: detected when it matters]
    #[arg(long, global = true, value_name = "VERSION")]
    socket_io: Option<SocketIo>,

    /// Timeout of one send or one request, including the connect
    #[arg(long, global = true, value_name = "DUR", default_value = "5s", value_parser = duration)]
    timeout: Duration,

    /// Round integers beyond 2^53-1 as JavaScript does, instead of rejecting them
    #[arg(long, global = true)]
    lossy_numbers: bool,
}

/// The value of `--adapter`; `None` stands for `auto`.
#[derive(Clone)]
struct AdapterChoice(Option<Adapter>);

impl FromStr for AdapterChoice {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "auto" => Ok(Self(None)),
            name => name.parse().map(Some).map(Self),
        }
    }
}

impl ClusterArgs {
    /// The timeout of one send or one request.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The value of `--prefix`.
    pub fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    /// How to handle integers that JavaScript cannot represent.
    pub fn numbers(&self) -> Numbers {
        if self.lossy_numbers { Numbers::Lossy } else { Numbers::Exact }
    }

    /// Returns an emitter that connects on first use.
    ///
    /// # Errors
    /// [`Error::Config`] if the URL or an environment variable is invalid.
    pub fn emitter(&self) -> Result<Emitter, Error> {
        self.options()?.lazy(self.url()?.1)
    }

    /// Returns an emitter for dry runs, which only encodes commands. It uses Redis only to detect the adapter, if none
    /// is given.
    ///
    /// # Errors
    /// Same as [`emitter`](Self::emitter).
    pub fn writer(&self) -> Result<Emitter, Error> {
        let options = self.options()?;
        match options.has_adapter() {
            true => Ok(options.recorder().0),
            false => options.lazy(self.url()?.1),
        }
    }

    /// Where the Redis URL comes from, such as `--url` or `SIO_URL`. Print this instead of the URL, which may hold a
    /// password.
    pub fn url_source(&self) -> &'static str {
        self.url().map_or("the environment", |(source, _)| source)
    }

    /// The source and the URL. An empty `--url` is not ignored: the shell variable that should hold it may be unset.
    fn url(&self) -> Result<(&'static str, String), Error> {
        match &self.url {
            Some(url) => Ok(("--url", url.clone())),
            None => Options::url_from_env(),
        }
    }

    fn options(&self) -> Result<Options, Error> {
        let mut options = match &self.adapter {
            None => Options::from_env()?,
            Some(AdapterChoice(None)) => Options::new().password_from_env(),
            Some(AdapterChoice(Some(adapter))) => Options::new().password_from_env().adapter(adapter.clone()),
        };
        options = options.timeout(self.timeout).numbers(self.numbers());
        if let Some(prefix) = &self.prefix {
            options = options.prefix(prefix);
        }
        if let Some(version) = self.socket_io {
            options = options.socket_io(version);
        }
        Ok(options)
    }
}

impl fmt::Debug for ClusterArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterArgs").field("url", &self.url_source()).finish_non_exhaustive()
    }
}
