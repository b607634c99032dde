use std::future::IntoFuture;

use futures_util::{FutureExt, future::BoxFuture};
use redis::aio::ConnectionLike;

use crate::{
    base::{Deadline, Error},
    connection::{Connection, Options, Recording, RedisClient},
    emitter::Emitter,
};

/// A connection attempt: `.await` it, or `.wait()` for it.
#[derive(Debug)]
#[must_use = "no connection is made until this is awaited or waited for"]
pub struct Connect {
    emitter: Result<Emitter, Error>,
}

impl Connect {
    /// Connects without async; see [`Outgoing::wait`](crate::Outgoing::wait).
    ///
    /// # Errors
    /// As for awaiting it.
    #[cfg(feature = "blocking")]
    pub fn wait(self) -> Result<Emitter, Error> {
        crate::base::blocking::wait(self.into_future())?
    }
}

impl IntoFuture for Connect {
    type Output = Result<Emitter, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        async move {
            let emitter = self.emitter?;
            let session = emitter.session();
            session.connection().connect(Deadline::after(session.options().timeout)).await?;
            Ok(emitter)
        }
        .boxed()
    }
}

impl Options {
    /// Connects to Redis. `.await` it, or `.wait()` for it. The URL says how Redis is deployed:
    ///
    /// | URL | Redis | feature |
    /// |---|---|---|
    /// | `redis://[user:password@]host[:6379][/db]` | one server; if it is a node of a Redis Cluster, the cluster | |
    /// | `unix:///path/redis.sock[?db=1&user=…&pass=…]` | one server, by its Unix socket; also `redis+unix://` | |
    /// | `redis-cluster://[user:password@]host[:6379][,host…]` | a Redis Cluster, by some of its nodes | `cluster` |
    /// | `redis-sentinel://[user:password@]host[:26379][,host…]/service[/db]` | the primary that these sentinels name; the sentinels' own login is `?sentinel_user=…&sentinel_password=…` | `sentinel` |
    /// | `rediss://`, `rediss-cluster://`, `rediss-sentinel://` | the same over TLS; `?ca=FILE` replaces the system's certificate authorities, `?cert=FILE&key=FILE` is the client certificate; all files are PEM | `tls` |
    ///
    /// `valkey` may replace `redis` in all of them. In passwords, percent-encode `/` (`%2F`), `?` (`%3F`), `#` (`%23`) and
    /// `%` (`%25`).
    ///
    /// With sentinels and in a Redis Cluster, failovers are followed: what Redis certainly did not take is sent again, to the
    /// new primary, within the timeout. What Redis may have taken is never sent again.
    ///
    /// In a Redis Cluster, servers are counted on all nodes, replicas included. If a node does not answer in time, the
    /// count is unknown.
    ///
    /// # Errors
    /// [`Error::Config`] for a URL that cannot be used, [`Error::Unreachable`] if Redis cannot be reached.
    pub fn connect(self, url: impl AsRef<str>) -> Connect {
        Connect { emitter: self.lazy(url) }
    }

    /// Returns an emitter that connects at its first send, and reconnects after an outage.
    ///
    /// # Errors
    /// [`Error::Config`] for a URL that cannot be used.
    pub fn lazy(self, url: impl AsRef<str>) -> Result<Emitter, Error> {
        let redis = RedisClient::open(url.as_ref(), self.username.as_deref(), self.password.as_deref())?;
        Ok(Emitter::new(Connection::Redis(Box::new(redis)), self))
    }

    /// Returns an emitter on a connection that the program already has. That connection reconnects by itself, or not.
    pub fn on<C>(self, connection: C) -> Emitter
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Emitter::new(Connection::supplied(connection), self)
    }

    /// Returns an emitter without Redis, and the recording of what it sends.
    pub fn recorder(self) -> (Emitter, Recording) {
        let recording = Recording::default();
        (Emitter::new(Connection::Recorder(recording.clone()), self), recording)
    }
}
