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
mod node;
mod query;
mod reader;
mod recorder;
mod redis;
mod resolve;
mod sending;
#[cfg(feature = "sentinel")]
mod sentinel;
mod tls;
mod topology;
mod url;

use ::redis::{Pipeline, RedisError, Value, aio::ConnectionLike};
use futures_util::FutureExt;

pub use self::recorder::Recording;
use self::{
    fault::Fault,
    given::{Given, Shared},
};
pub(crate) use self::{
    listener::{Caught, Listen, Listener},
    query::{Answer, Census, Query},
    redis::Redis,
};
use crate::{
    command::Command,
    deadline::{Deadline, Elapsed},
    error::Error,
};

/// A connection that the program already had, in an error's words.
const GIVEN: &str = "the given connection";

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
        let Self::Given(_) = self else {
            return self.connect(deadline).await;
        };
        let mut pipeline = Pipeline::with_capacity(1);
        pipeline.add_command(::redis::cmd("PING"));
        let replies = self.run(&mut pipeline, deadline).await?;
        replies.into_iter().try_for_each(|reply| reply.map(drop)).map_err(Error::Refused)
    }

    /// Sends the commands, and with them the question how many servers there are.
    pub(crate) async fn send(
        &self,
        commands: &[Command],
        census: Option<&Census>,
        deadline: Deadline,
    ) -> Result<Replies, Error> {
        if let Self::Recorder(recording) = self {
            recording.add(commands);
            return Ok(Replies { taken: commands.iter().map(|_| Ok(Value::Nil)).collect(), servers: None });
        }
        let query = census.map(|census| Query::Count(census.clone()));
        if let Self::Redis(redis) = self {
            // Boxed, here and below: as a part of all its callers' futures it would be too deep.
            return redis.send(commands, query.as_ref(), deadline).boxed().await;
        }
        let mut pipeline = Pipeline::with_capacity(commands.len() + 1);
        for command in commands {
            pipeline.add_command(command.to_redis());
        }
        if let Some(query) = &query {
            pipeline.add_command(query.to_redis());
        }
        let mut replies = self.run(&mut pipeline, deadline).await?;
        let counted = query.and_then(|query| query.answer(vec![replies.pop()?.ok()?]).ok());
        let taken = replies.into_iter().map(|reply| reply.map_err(Error::Refused)).collect();
        Ok(Replies { taken, servers: counted.map(|answer| answer.count()) })
    }

    /// Asks Redis itself, in one round trip; `None` if there is no Redis to ask. No message is under way, so whatever
    /// goes wrong, nothing was sent.
    pub(crate) async fn ask(
        &self,
        queries: &[Query],
        deadline: Deadline,
    ) -> Result<Option<Vec<Result<Answer, RedisError>>>, Error> {
        match self {
            Self::Recorder(_) => return Ok(None),
            Self::Redis(redis) => {
                let answers = redis.ask(queries, deadline).boxed().await;
                return answers.map(Some).map_err(|error| self.unsent(error));
            }
            Self::Given(_) => {}
        }
        let mut pipeline = Pipeline::with_capacity(queries.len());
        for query in queries {
            pipeline.add_command(query.to_redis());
        }
        let replies = self.run(&mut pipeline, deadline).await.map_err(|error| self.unsent(error))?;
        let answers = queries.iter().zip(replies).map(|(query, reply)| query.answer(vec![reply?]));
        Ok(Some(answers.collect()))
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

    /// On the connection that was given.
    async fn run(&self, pipeline: &mut Pipeline, deadline: Deadline) -> Result<Vec<Reply>, Error> {
        match self {
            Self::Given(given) => Ok(query(pipeline, &mut *given.connection(), GIVEN, deadline).await?),
            Self::Redis(_) | Self::Recorder(_) => Ok(Vec::new()),
        }
    }
}

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
    match deadline.bound(replies).await {
        Ok(Ok(replies)) => Ok(replies.into_iter().map(reply).collect()),
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
