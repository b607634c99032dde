//! Redis, as it is deployed: the only module that knows. It knows nothing of Socket.IO.

mod access;
mod asking;
#[cfg(feature = "cluster")]
mod cluster;
mod fault;
#[cfg(any(feature = "cluster", feature = "sentinel"))]
mod gather;
mod given;
mod listener;
mod monitor;
#[cfg_attr(not(all(feature = "cluster", feature = "sentinel")), allow(dead_code, reason = "what only they need"))]
mod node;
mod pushed;
mod query;
mod reader;
mod recorder;
mod redis;
mod rehearsal;
mod replica;
#[cfg_attr(not(all(feature = "cluster", feature = "sentinel")), allow(dead_code, reason = "what only they need"))]
mod resolve;
mod sending;
#[cfg(feature = "sentinel")]
mod sentinel;
mod shards;
mod tls;
#[cfg_attr(not(all(feature = "cluster", feature = "sentinel")), allow(dead_code, reason = "what only they need"))]
mod topology;
#[cfg_attr(not(all(feature = "cluster", feature = "sentinel")), allow(dead_code, reason = "what only they need"))]
mod url;

use ::redis::{Pipeline, RedisError, RedisFuture, Value, aio::ConnectionLike};
use futures_util::FutureExt;

pub use self::recorder::Recording;
use self::{
    fault::Fault,
    given::{GIVEN, Given, Shared},
};
pub(crate) use self::{
    listener::{Caught, Listen, Listener},
    query::{Answer, Census, Query, Text, literal},
    redis::Redis,
};
use crate::{
    command::Command,
    deadline::{Deadline, Elapsed},
    error::Error,
};

/// A way to Redis, or a recorder in its place.
#[derive(Debug)]
pub(crate) enum Link {
    Redis(Box<Redis>),
    Given(Given),
    Recorder(Recording),
}

/// What Redis made of a batch of commands.
#[derive(Debug)]
pub(crate) struct Replies {
    /// One for each command, in order: Redis' answer, or what went wrong with it.
    pub(crate) taken: Vec<Result<Value, Error>>,
    /// The servers, if there is a way to count them, Redis permits it, and every part of it answered.
    pub(crate) servers: Option<u64>,
}

impl Link {
    pub(crate) fn given<C>(connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Self::Given(Given::new(connection))
    }

    /// Makes sure that there is a connection.
    pub(crate) async fn connect(&self, deadline: Deadline) -> Result<(), Error> {
        match self {
            Self::Redis(redis) => redis.connect(deadline).boxed().await,
            Self::Given(_) | Self::Recorder(_) => Ok(()),
        }
    }

    /// Asks for a sign of life. One that was just given will do.
    pub(crate) async fn ping(&self, deadline: Deadline) -> Result<(), Error> {
        match self {
            Self::Given(given) => given.ping(deadline).await,
            Self::Redis(_) | Self::Recorder(_) => self.connect(deadline).await,
        }
    }

    /// Sends the commands, and with them the question how many servers there are.
    pub(crate) async fn send(
        &self,
        commands: &[Command],
        census: Option<&Census>,
        deadline: Deadline,
    ) -> Result<Replies, Error> {
        let query = census.map(|census| Query::Count(census.clone()));
        match self {
            // Boxed, here and below: as a part of all its callers' futures it would be too deep.
            Self::Redis(redis) => redis.send(commands, query.as_ref(), deadline).boxed().await,
            Self::Given(given) => given.send(commands, query.as_ref(), deadline).boxed().await,
            Self::Recorder(recording) => {
                recording.add(commands);
                Ok(Replies { taken: commands.iter().map(|_| Ok(Value::Nil)).collect(), servers: None })
            }
        }
    }

    /// Asks Redis itself, in one round trip; `None` if there is no Redis to ask. No message is under way, so whatever
    /// goes wrong, nothing was sent.
    pub(crate) async fn ask(
        &self,
        queries: &[Query],
        deadline: Deadline,
    ) -> Result<Option<Vec<Result<Answer, RedisError>>>, Error> {
        let answers = match self {
            Self::Redis(redis) => redis.ask(queries, deadline).boxed().await,
            Self::Given(given) => given.ask(queries, deadline).boxed().await,
            Self::Recorder(_) => return Ok(None),
        };
        answers.map(Some).map_err(|error| self.unsent(error))
    }

    /// Has Redis check each command and send none; `None` where there is no second connection to do that on.
    pub(crate) async fn rehearse(
        &self,
        commands: &[Command],
        deadline: Deadline,
    ) -> Result<Option<Vec<Result<bool, RedisError>>>, Error> {
        match self {
            Self::Redis(redis) => redis.rehearse(commands, deadline).boxed().await.map(Some),
            Self::Given(_) | Self::Recorder(_) => Ok(None),
        }
    }

    /// Subscribes, on a connection of its own.
    ///
    /// # Errors
    /// `Error::CannotListen` on a connection that was given, which has no second one.
    pub(crate) async fn listen(&self, to: &Listen, deadline: Deadline) -> Result<Listener, Error> {
        match self {
            Self::Redis(redis) => redis.listen(to, deadline).boxed().await,
            Self::Given(_) | Self::Recorder(_) => Err(Error::CannotListen),
        }
    }

    /// The same error where no message was under way.
    pub(crate) fn unsent(&self, error: Error) -> Error {
        match error {
            Error::Lost(source) => Error::Unreachable { address: self.address().to_owned(), source },
            Error::Timeout(total) => Fault::silence(self.address(), total).into(),
            error => error,
        }
    }

    fn address(&self) -> &str {
        match self {
            Self::Redis(redis) => redis.address(),
            Self::Given(_) | Self::Recorder(_) => GIVEN,
        }
    }
}

impl Replies {
    /// What became of each command; an error if Redis answered none of them.
    fn new(fates: Vec<Fate>, servers: Option<u64>) -> Result<Self, Error> {
        let answered = fates.iter().any(|fate| fate.as_ref().map_or_else(Fault::is_answer, |_| true));
        match fates.iter().find_map(|fate| fate.as_ref().err()) {
            Some(fault) if !answered => Err(fault.clone().into()),
            _ => Ok(Self { taken: fates.into_iter().map(|fate| fate.map_err(Error::from)).collect(), servers }),
        }
    }
}

/// What one server answered.
type Reply = Result<Value, RedisError>;

/// What became of a command.
type Fate = Result<Value, Fault>;

/// Sends the pipeline on an open connection, and tells apart what is certain from what is not.
async fn query<C>(
    pipeline: &mut Pipeline,
    connection: &mut C,
    address: &str,
    deadline: Deadline,
) -> Result<Vec<Reply>, Fault>
where
    C: Shared + ?Sized,
{
    pipeline.ignore_errors();
    let replies = connection.req_packed_commands(pipeline, 0, pipeline.len());
    Ok(judge(replies, address, deadline).await?.into_iter().map(reply).collect())
}

/// Waits for an answer.
async fn judge<T>(answer: RedisFuture<'_, T>, address: &str, deadline: Deadline) -> Result<T, Fault> {
    match deadline.bound(answer).await {
        Ok(Ok(answer)) => Ok(answer),
        Ok(Err(source)) if source.is_connection_refusal() => {
            Err(Fault::Unreachable { address: address.to_owned(), source })
        }
        Ok(Err(error)) if error.is_io_error() => Err(Fault::Lost(error)),
        Ok(Err(error)) => Err(Fault::Refused(error)),
        Err(Elapsed) => Err(Fault::Timeout(deadline.total)),
    }
}

fn reply(value: Value) -> Reply {
    match value {
        Value::ServerError(error) => Err(error.into()),
        value => Ok(value),
    }
}
