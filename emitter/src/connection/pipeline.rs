//! Sends commands on an open connection, and tells errors that are certain from those that are not.

use redis::{Pipeline, RedisFuture, RedisResult, Value};

use super::{CommandError, supplied_connection::SharedConnection};
use crate::base::{Deadline, Elapsed};

/// Sends the pipeline and returns the reply to each of its commands.
pub(super) async fn run_pipeline<C>(
    pipeline: &mut Pipeline,
    connection: &mut C,
    address: &str,
    deadline: Deadline,
) -> Result<Vec<RedisResult<Value>>, CommandError>
where
    C: SharedConnection + ?Sized,
{
    pipeline.ignore_errors();
    let replies = connection.req_packed_commands(pipeline, 0, pipeline.len());
    Ok(await_reply(replies, address, deadline).await?.into_iter().map(into_result).collect())
}

/// Waits for a reply until the deadline.
pub(super) async fn await_reply<T>(
    reply: RedisFuture<'_, T>,
    address: &str,
    deadline: Deadline,
) -> Result<T, CommandError> {
    match deadline.timeout(reply).await {
        Ok(Ok(reply)) => Ok(reply),
        Ok(Err(source)) if source.is_connection_refusal() => {
            Err(CommandError::Unreachable { address: address.to_owned(), source })
        }
        Ok(Err(error)) if error.is_io_error() => Err(CommandError::Lost(error)),
        Ok(Err(error)) => Err(CommandError::Refused(error)),
        Err(Elapsed) => Err(CommandError::Timeout(deadline.total)),
    }
}

/// The reply, or the error that it is.
pub(super) fn into_result(reply: Value) -> RedisResult<Value> {
    match reply {
        Value::ServerError(error) => Err(error.into()),
        reply => Ok(reply),
    }
}
