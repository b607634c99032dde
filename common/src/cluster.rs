use std::{env, fmt, str::FromStr, time::Duration};

use clap::{Args, builder::NonEmptyStringValueParser};
use socketio_emitter::{Adapter, Emitter, Error, Numbers, Options, SocketIo};

use crate::duration;

const DEFAULT_URL: &str = "redis://127.0.0.1:6379";

/// The environment that [`ClusterArgs`] reads, for a program's help.
pub const ENVIRONMENT: &str = concat!(
    "  SIO_URL, REDIS_URL   the Redis to use, in this order\n",
    "                       (a password in --url shows in the process list, one in here does not)\n",
    "  REDISCLI_AUTH        its password, where the URL has none\n",
    "  SIO_ADAPTER          what --adapter says",
);

/// The flags that say which Redis, and which cluster on it. It holds passwords.
#[derive(Args)]
pub struct ClusterArgs {
    /// Redis of the servers: redis://, rediss:// (TLS), unix://, redis-cluster://HOST,HOST or
    /// redis-sentinel://HOST,HOST/SERVICE [env: SIO_URL, REDIS_URL] [default: redis://127.0.0.1:6379]
    #[arg(short, long, global = true, value_name = "URL")]
    url: Option<String>,

    /// Adapter of the servers: auto finds it; classic, sharded, streams, socketioxide, python, with options behind
    /// commas [env: SIO_ADAPTER] [default: auto]
    #[arg(long, global = true, value_name = "NAME")]
    adapter: Option<AdapterChoice>,

    /// Start of the servers' channel names, if it is not the adapter's default
    #[arg(long, global = true, value_name = "TEXT", value_parser = NonEmptyStringValueParser::new())]
    prefix: Option<String>,

    /// Socket.IO of all servers, 2, 3 or 4, instead of finding out where it matters
    #[arg(long, global = true, value_name = "VERSION")]
    socket_io: Option<SocketIo>,

    /// Longest time for one send or one question, connecting included
    #[arg(long, global = true, value_name = "DUR", default_value = "5s", value_parser = duration)]
    timeout: Duration,

    /// Round integers beyond 2^53-1 as JavaScript does, instead of refusing them
    #[arg(long, global = true)]
    lossy_numbers: bool,
}

/// An adapter, or none where it is to be found.
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
    /// The longest time for one send.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// The start of the servers' channel names, if it is named.
    pub fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    /// What to do with integers that JavaScript cannot hold.
    pub fn numbers(&self) -> Numbers {
        if self.lossy_numbers { Numbers::Lossy } else { Numbers::Exact }
    }

    /// An emitter that connects when it first has to.
    ///
    /// # Errors
    /// [`Error::Config`] for a URL or an environment that cannot be used.
    pub fn emitter(&self) -> Result<Emitter, Error> {
        let options = match variable("REDISCLI_AUTH") {
            Some(password) => self.options()?.password(password),
            None => self.options()?,
        };
        options.lazy(&self.url().1)
    }

    /// An emitter that writes commands and sends none. Where the adapter is given it needs no Redis.
    ///
    /// # Errors
    /// As for [`emitter`](Self::emitter).
    pub fn writer(&self) -> Result<Emitter, Error> {
        match self.adapter()? {
            Some(_) => Ok(self.options()?.recorder().0),
            None => self.emitter(),
        }
    }

    /// Who named the Redis to use. Only this may be printed, since the URL may hold a password.
    pub fn url_source(&self) -> &'static str {
        self.url().0
    }

    fn url(&self) -> (&'static str, String) {
        // An empty --url is not "left out": it may be a variable that is missing.
        let flag = self.url.clone().map(|url| ("--url", url));
        let from = |name| variable(name).map(|url| (name, url));
        flag.or_else(|| from("SIO_URL"))
            .or_else(|| from("REDIS_URL"))
            .unwrap_or_else(|| ("the default", DEFAULT_URL.to_owned()))
    }

    fn adapter(&self) -> Result<Option<Adapter>, Error> {
        let AdapterChoice(adapter) = match (&self.adapter, variable("SIO_ADAPTER")) {
            (Some(choice), _) => choice.clone(),
            (None, Some(name)) => name.parse().map_err(|error| Error::Config(format!("SIO_ADAPTER: {error}")))?,
            (None, None) => AdapterChoice(None),
        };
        Ok(adapter)
    }

    fn options(&self) -> Result<Options, Error> {
        let mut options = Options::new().timeout(self.timeout).numbers(self.numbers());
        if let Some(adapter) = self.adapter()? {
            options = options.adapter(adapter);
        }
        if let Some(prefix) = &self.prefix {
            options = options.prefix(prefix);
        }
        if let Some(version) = self.socket_io {
            options = options.socket_io(version);
        }
        Ok(options)
    }
}

/// An environment variable that says something.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().filter(|value| !value.is_empty())
}

impl fmt::Debug for ClusterArgs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClusterArgs").field("url", &self.url_source()).finish_non_exhaustive()
    }
}
