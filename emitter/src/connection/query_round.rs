use std::sync::Arc;

use futures_util::future::join_all;
use redis::{ErrorKind, Pipeline, RedisError, ServerErrorKind, Value};

use super::{
    CommandError, QueryResult, RedisQuery, Reply, deployment::Deployment, redis_node::RedisNode, topology::Topology,
};
use crate::base::Deadline;

/// Asks each server, in one round trip, what it knows of the answers, and puts these together.
pub(super) async fn query_round(
    topology: &Topology,
    source: &Deployment,
    queries: &[RedisQuery],
    deadline: Deadline,
) -> Result<Vec<Result<QueryResult, RedisError>>, CommandError> {
    let mut parts: Vec<(&Arc<RedisNode>, Vec<usize>)> = Vec::new();
    for (index, query) in queries.iter().enumerate() {
        for node in query.known_to(topology) {
            match parts.iter_mut().find(|(known, _)| Arc::ptr_eq(known, node)) {
                Some((_, asked)) => asked.push(index),
                None => parts.push((node, vec![index])),
            }
        }
    }
    let replies = join_all(parts.iter().map(|(node, asked)| async move {
        let mut pipeline = Pipeline::with_capacity(asked.len());
        for index in asked {
            pipeline.add_command(queries[*index].to_redis());
        }
        node.run(&mut pipeline, deadline).await
    }));
    let mut said: Vec<Result<Vec<Value>, RedisError>> = queries.iter().map(|_| Ok(Vec::new())).collect();
    for ((node, asked), replies) in parts.iter().zip(replies.await) {
        let replies = match replies {
            Ok(replies) => replies,
            // A replica that does not run has no subscribers; the others will notice.
            Err(fault) if fault.is_gone() && asked.iter().all(|index| queries[*index].can_spare_one(topology)) => {
                continue;
            }
            Err(fault) => return Err(fault),
        };
        for (index, reply) in asked.iter().zip(replies) {
            let reply = match reply {
                Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::Ask) => {
                    referred(&queries[*index], node, source, error, deadline).await?
                }
                reply => reply,
            };
            match (reply, &mut said[*index]) {
                (Err(error), _) if super::command_error::is_fatal(&error) => return Err(CommandError::Refused(error)),
                (Err(error), said) => *said = Err(error),
                (Ok(value), Ok(values)) => values.push(value),
                (Ok(_), Err(_)) => {}
            }
        }
    }
    Ok(queries.iter().zip(said).map(|(query, said)| query.answer(said?)).collect())
}

/// The answer of the server that this one refers to: the key is not here any more, and its slot on its way there.
async fn referred(
    query: &RedisQuery,
    asked: &RedisNode,
    source: &Deployment,
    error: RedisError,
    deadline: Deadline,
) -> Result<Reply, CommandError> {
    let Some(to) = error.redirect_node().and_then(|(address, _)| source.referred(address, asked.address())) else {
        return Ok(Err(error));
    };
    let mut pipeline = Pipeline::with_capacity(2);
    pipeline.add_command(redis::cmd("ASKING")).add_command(query.to_redis());
    Ok(to.run(&mut pipeline, deadline).await?.into_iter().nth(1).unwrap_or(Err(error)))
}
