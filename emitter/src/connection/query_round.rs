use std::sync::Arc;

use futures_util::future::join_all;
use redis::{ErrorKind, Pipeline, RedisError, RedisResult, ServerErrorKind, Value};

use super::{
    CommandError, QueryResult, RedisQuery, command_error::is_fatal, deployment::Deployment, redis_node::RedisNode,
    topology::Topology,
};
use crate::base::Deadline;

/// Sends each node the queries that concern it, in one round trip, and combines the replies.
///
/// # Errors
/// If a node does not answer, or refuses all queries at the moment. A query that is refused has an error of its own.
pub(super) async fn query_round(
    topology: &Topology,
    deployment: &Deployment,
    queries: &[RedisQuery],
    deadline: Deadline,
) -> Result<Vec<RedisResult<QueryResult>>, CommandError> {
    // The indexes of the queries for each node.
    let mut batches: Vec<(&Arc<RedisNode>, Vec<usize>)> = Vec::new();
    for (index, query) in queries.iter().enumerate() {
        for node in query.nodes(topology) {
            match batches.iter_mut().find(|(known, _)| Arc::ptr_eq(known, node)) {
                Some((_, indexes)) => indexes.push(index),
                None => batches.push((node, vec![index])),
            }
        }
    }
    let replies = join_all(batches.iter().map(|(node, indexes)| async move {
        let mut pipeline = Pipeline::with_capacity(indexes.len());
        for index in indexes {
            pipeline.add_command(queries[*index].to_redis());
        }
        node.run(&mut pipeline, deadline).await
    }));
    // The replies of all nodes to each query, or the error of one of them.
    let mut results: Vec<RedisResult<Vec<Value>>> = queries.iter().map(|_| Ok(Vec::new())).collect();
    for ((node, indexes), replies) in batches.iter().zip(replies.await) {
        let replies = match replies {
            Ok(replies) => replies,
            // A node that does not run has no subscribers. The others answer for it.
            Err(error)
                if error.is_connection_refused()
                    && indexes.iter().all(|index| queries[*index].nodes(topology).len() > 1) =>
            {
                continue;
            }
            Err(error) => return Err(error),
        };
        for (index, reply) in indexes.iter().zip(replies) {
            let reply = match reply {
                Err(error) if error.kind() == ErrorKind::Server(ServerErrorKind::Ask) => {
                    ask_redirect_target(&queries[*index], node, deployment, error, deadline).await?
                }
                reply => reply,
            };
            match (reply, &mut results[*index]) {
                (Err(error), _) if is_fatal(&error) => return Err(CommandError::Refused(error)),
                (Err(error), result) => *result = Err(error),
                (Ok(value), Ok(values)) => values.push(value),
                (Ok(_), Err(_)) => {}
            }
        }
    }
    Ok(queries.iter().zip(results).map(|(query, values)| query.result(values?)).collect())
}

/// Sends the query to the node to which `node` redirected it: the slot is being migrated, and `node` has no such key.
async fn ask_redirect_target(
    query: &RedisQuery,
    node: &RedisNode,
    deployment: &Deployment,
    error: RedisError,
    deadline: Deadline,
) -> Result<RedisResult<Value>, CommandError> {
    let target = error.redirect_node().and_then(|(address, _)| deployment.redirect_target(address, node.address()));
    let Some(target) = target else { return Ok(Err(error)) };
    let mut pipeline = Pipeline::with_capacity(2);
    pipeline.add_command(redis::cmd("ASKING")).add_command(query.to_redis());
    Ok(target.run(&mut pipeline, deadline).await?.into_iter().nth(1).unwrap_or(Err(error)))
}
