//! Redis, as it is deployed: the only module that knows. It knows nothing of Socket.IO.

mod access;
#[cfg(feature = "cluster")]
mod cluster_deployment;
mod command_error;
#[cfg_attr(
    not(all(feature = "cluster", feature = "sentinel")),
    allow(dead_code, reason = "only these features use all of it")
)]
mod deployment;
#[cfg(any(feature = "cluster", feature = "sentinel"))]
mod gather;
mod monitor;
mod options;
mod permission_check;
mod push_receiver;
mod query;
mod query_round;
mod recorder;
mod redis_client;
#[cfg_attr(
    not(all(feature = "cluster", feature = "sentinel")),
    allow(dead_code, reason = "only these features use all of it")
)]
mod redis_node;
#[cfg_attr(
    not(all(feature = "cluster", feature = "sentinel")),
    allow(dead_code, reason = "only these features use all of it")
)]
mod redis_url;
mod refresh;
mod replica;
mod replica_shards;
mod send_rounds;
#[cfg(feature = "sentinel")]
mod sentinel_deployment;
mod stream_reader;
mod subscription;
mod supplied;
mod tls;
#[cfg_attr(
    not(all(feature = "cluster", feature = "sentinel")),
    allow(dead_code, reason = "only these features use all of it")
)]
mod topology;

use futures_util::FutureExt;
use redis::{Pipeline, RedisError, RedisFuture, Value, aio::ConnectionLike};

use self::{
    command_error::CommandError,
    supplied::{GIVEN, SharedConnection, SuppliedConnection},
};
pub use self::{options::Options, recorder::Recording};
pub(crate) use self::{
    query::{QueryResult, RedisQuery, TextQuery},
    redis_client::RedisClient,
    refresh::Refresh,
    subscription::{OwnedFrame, Subscription},
};
use crate::{
    adapter::{Command, SubscriberCount, SubscriptionTarget},
    base::{Deadline, Elapsed, Error},
};

/// A way to Redis, or a recorder in its place.
#[derive(Debug)]
pub(crate) enum Connection {
    Redis(Box<RedisClient>),
    Supplied(SuppliedConnection),
    Recorder(Recording),
}

/// What Redis made of a batch of commands.
#[derive(Debug)]
pub(crate) struct CommandReplies {
    /// One for each command, in order: Redis' answer, or what went wrong with it.
    pub(crate) taken: Vec<Result<Value, Error>>,
    /// The servers, if there is a way to count them, Redis permits it, and every part of it answered.
    pub(crate) servers: Option<u64>,
}

impl Connection {
    pub(crate) fn supplied<C>(connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Self::Supplied(SuppliedConnection::new(connection))
    }

    /// Makes sure that there is a connection.
    pub(crate) async fn connect(&self, deadline: Deadline) -> Result<(), Error> {
        match self {
            Self::Redis(redis) => redis.connect(deadline).boxed().await,
            Self::Supplied(_) | Self::Recorder(_) => Ok(()),
        }
    }

    /// Asks for a sign of life. One that was just given will do.
    pub(crate) async fn ping(&self, deadline: Deadline) -> Result<(), Error> {
        match self {
            Self::Supplied(given) => given.ping(deadline).await,
            Self::Redis(_) | Self::Recorder(_) => self.connect(deadline).await,
        }
    }

    /// Sends the commands, and with them the question how many servers there are.
    pub(crate) async fn send(
        &self,
        commands: &[Command],
        census: Option<&SubscriberCount>,
        deadline: Deadline,
    ) -> Result<CommandReplies, Error> {
        let query = census.map(|census| RedisQuery::Count(census.clone()));
        match self {
            // Boxed, here and below: as a part of all its callers' futures it would be too deep.
            Self::Redis(redis) => redis.send(commands, query.as_ref(), deadline).boxed().await,
            Self::Supplied(given) => given.send(commands, query.as_ref(), deadline).boxed().await,
            Self::Recorder(recording) => {
                recording.add(commands);
                Ok(CommandReplies { taken: commands.iter().map(|_| Ok(Value::Nil)).collect(), servers: None })
            }
        }
    }

    /// Asks Redis itself, in one round trip; `None` if there is no Redis to ask. No message is under way, so whatever
    /// goes wrong, nothing was sent.
    pub(crate) async fn query(
        &self,
        queries: &[RedisQuery],
        deadline: Deadline,
    ) -> Result<Option<Vec<Result<QueryResult, RedisError>>>, Error> {
        let answers = match self {
            Self::Redis(redis) => redis.query(queries, deadline).boxed().await,
            Self::Supplied(given) => given.query(queries, deadline).boxed().await,
            Self::Recorder(_) => return Ok(None),
        };
        answers.map(Some).map_err(|error| self.unsent(error))
    }

    /// Has Redis check each command and send none; `None` where there is no second connection to do that on.
    pub(crate) async fn check_permissions(
        &self,
        commands: &[Command],
        deadline: Deadline,
    ) -> Result<Option<Vec<Result<bool, RedisError>>>, Error> {
        match self {
            Self::Redis(redis) => redis.check_permissions(commands, deadline).boxed().await.map(Some),
            Self::Supplied(_) | Self::Recorder(_) => Ok(None),
        }
    }

    /// Subscribes, on a connection of its own.
    ///
    /// # Errors
    /// `Error::CannotListen` on a connection that was given, which has no second one.
    pub(crate) async fn subscribe(&self, to: &SubscriptionTarget, deadline: Deadline) -> Result<Subscription, Error> {
        match self {
            Self::Redis(redis) => redis.subscribe(to, deadline).boxed().await,
            Self::Supplied(_) | Self::Recorder(_) => Err(Error::CannotListen),
        }
    }

    /// The same error where no message was under way.
    pub(crate) fn unsent(&self, error: Error) -> Error {
        match error {
            Error::Lost(source) => Error::Unreachable { address: self.address().to_owned(), source },
            Error::Timeout(total) => CommandError::silence(self.address(), total).into(),
            error => error,
        }
    }

    fn address(&self) -> &str {
        match self {
            Self::Redis(redis) => redis.address(),
            Self::Supplied(_) | Self::Recorder(_) => GIVEN,
        }
    }
}

impl CommandReplies {
    /// What became of each command; an error if Redis answered none of them.
    fn new(fates: Vec<Fate>, servers: Option<u64>) -> Result<Self, Error> {
        let answered = fates.iter().any(|fate| fate.as_ref().map_or_else(CommandError::is_answer, |_| true));
        match fates.iter().find_map(|fate| fate.as_ref().err()) {
            Some(fault) if !answered => Err(fault.clone().into()),
            _ => Ok(Self { taken: fates.into_iter().map(|fate| fate.map_err(Error::from)).collect(), servers }),
        }
    }
}

/// What one server answered.
type Reply = Result<Value, RedisError>;

/// What became of a command.
type Fate = Result<Value, CommandError>;

/// Sends the pipeline on an open connection, and tells apart what is certain from what is not.
async fn run_pipeline<C>(
    pipeline: &mut Pipeline,
    connection: &mut C,
    address: &str,
    deadline: Deadline,
) -> Result<Vec<Reply>, CommandError>
where
    C: SharedConnection + ?Sized,
{
    pipeline.ignore_errors();
    let replies = connection.req_packed_commands(pipeline, 0, pipeline.len());
    Ok(judge(replies, address, deadline).await?.into_iter().map(reply).collect())
}

/// Waits for an answer.
async fn judge<T>(answer: RedisFuture<'_, T>, address: &str, deadline: Deadline) -> Result<T, CommandError> {
    match deadline.timeout(answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(source)) if source.is_connection_refusal() => {
            Err(CommandError::Unreachable { address: address.to_owned(), source })
        }
        Ok(Err(error)) if error.is_io_error() => Err(CommandError::Lost(error)),
        Ok(Err(error)) => Err(CommandError::Refused(error)),
        Err(Elapsed) => Err(CommandError::Timeout(deadline.total)),
    }
}

fn reply(value: Value) -> Reply {
    match value {
        Value::ServerError(error) => Err(error.into()),
        value => Ok(value),
    }
}
