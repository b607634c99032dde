//! Redis as it is deployed: one server, a Redis Cluster, sentinels, a connection of the caller, or a recorder in its
//! place. This room knows commands, channels and streams, but not what their payloads mean.

mod access_options;
mod backoff;
#[cfg(feature = "cluster")]
mod cluster_deployment;
mod command_error;
mod command_replies;
mod config_error;
#[cfg_attr(
    not(all(feature = "cluster", feature = "sentinel")),
    allow(dead_code, reason = "some of it is for these features only")
)]
mod deployment;
#[cfg(any(feature = "cluster", feature = "sentinel"))]
mod first_results;
mod host_port;
mod monitor_reader;
mod options;
mod permission_check;
mod pipeline;
mod push_receiver;
mod query_round;
mod recording;
mod redis_client;
#[cfg_attr(
    not(all(feature = "cluster", feature = "sentinel")),
    allow(dead_code, reason = "some of it is for these features only")
)]
mod redis_node;
mod redis_query;
#[cfg_attr(
    not(all(feature = "cluster", feature = "sentinel")),
    allow(dead_code, reason = "some of it is for these features only")
)]
mod redis_url;
mod refresh;
mod replica_subscription;
mod replication;
mod send_rounds;
#[cfg(feature = "sentinel")]
mod sentinel_deployment;
mod stream_reader;
mod subscription;
mod supplied_connection;
mod tls;
#[cfg_attr(
    not(all(feature = "cluster", feature = "sentinel")),
    allow(dead_code, reason = "some of it is for these features only")
)]
mod topology;

use futures_util::FutureExt;
use redis::{RedisResult, Value, aio::ConnectionLike};

use self::{
    command_error::CommandError,
    supplied_connection::{SUPPLIED_ADDRESS, SuppliedConnection},
};
pub(crate) use self::{
    command_replies::CommandReplies,
    redis_client::RedisClient,
    redis_query::{QueryResult, RedisQuery, TextQuery},
    refresh::Refresh,
    subscription::{OwnedFrame, Subscription},
};
pub use self::{options::Options, recording::Recording};
use crate::{
    adapter::{Command, SubscriberCount, SubscriptionTarget},
    base::{Deadline, Error},
};

/// A connection to Redis, or a recorder in its place.
#[derive(Debug)]
pub(crate) enum Connection {
    Redis(Box<RedisClient>),
    Supplied(SuppliedConnection),
    Recorder(Recording),
}

impl Connection {
    pub(crate) fn supplied<C>(connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Self::Supplied(SuppliedConnection::new(connection))
    }

    /// Connects, unless a connection is open.
    pub(crate) async fn connect(&self, deadline: Deadline) -> Result<(), Error> {
        match self {
            Self::Redis(client) => client.connect(deadline).boxed().await,
            Self::Supplied(_) | Self::Recorder(_) => Ok(()),
        }
    }

    /// Checks that Redis answers. A connection that just received a reply is not checked again.
    pub(crate) async fn ping(&self, deadline: Deadline) -> Result<(), Error> {
        match self {
            Self::Supplied(connection) => connection.ping(deadline).await,
            Self::Redis(_) | Self::Recorder(_) => self.connect(deadline).await,
        }
    }

    /// Sends the commands, and with them the query that counts the servers.
    pub(crate) async fn send(
        &self,
        commands: &[Command],
        count: Option<&SubscriberCount>,
        deadline: Deadline,
    ) -> Result<CommandReplies, Error> {
        let count = count.map(|count| RedisQuery::Count(count.clone()));
        match self {
            // Boxed, here and below: the futures of all callers would contain these.
            Self::Redis(client) => client.send(commands, count.as_ref(), deadline).boxed().await,
            Self::Supplied(connection) => connection.send(commands, count.as_ref(), deadline).boxed().await,
            Self::Recorder(recording) => {
                recording.add(commands);
                Ok(CommandReplies { results: commands.iter().map(|_| Ok(Value::Nil)).collect(), servers: None })
            }
        }
    }

    /// Runs the queries in one round trip; `None` without Redis. Whatever the error, no message was sent.
    pub(crate) async fn query(
        &self,
        queries: &[RedisQuery],
        deadline: Deadline,
    ) -> Result<Option<Vec<RedisResult<QueryResult>>>, Error> {
        let results = match self {
            Self::Redis(client) => client.query(queries, deadline).boxed().await,
            Self::Supplied(connection) => connection.query(queries, deadline).boxed().await,
            Self::Recorder(_) => return Ok(None),
        };
        results.map(Some).map_err(|error| self.unsent(error))
    }

    /// Has Redis check each command without running it; `None` where no second connection can be opened for that.
    pub(crate) async fn check_permissions(
        &self,
        commands: &[Command],
        deadline: Deadline,
    ) -> Result<Option<Vec<RedisResult<bool>>>, Error> {
        match self {
            Self::Redis(client) => client.check_permissions(commands, deadline).boxed().await.map(Some),
            Self::Supplied(_) | Self::Recorder(_) => Ok(None),
        }
    }

    /// Subscribes on a connection of its own.
    ///
    /// # Errors
    /// [`Error::CannotListen`] on a connection supplied by the caller: no second one can be opened.
    pub(crate) async fn subscribe(
        &self,
        target: &SubscriptionTarget,
        deadline: Deadline,
    ) -> Result<Subscription, Error> {
        match self {
            Self::Redis(client) => client.subscribe(target, deadline).boxed().await,
            Self::Supplied(_) | Self::Recorder(_) => Err(Error::CannotListen),
        }
    }

    /// Converts an error of an exchange that sent no message: nothing may have been taken.
    pub(crate) fn unsent(&self, error: Error) -> Error {
        match error {
            Error::Lost(source) => Error::Unreachable { address: self.address().to_owned(), source },
            Error::Timeout(total) => CommandError::no_answer(self.address(), total).into(),
            error => error,
        }
    }

    fn address(&self) -> &str {
        match self {
            Self::Redis(client) => client.address(),
            Self::Supplied(_) | Self::Recorder(_) => SUPPLIED_ADDRESS,
        }
    }
}
