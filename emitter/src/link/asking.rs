use std::sync::Arc;

use futures_util::future::join_all;
use redis::{Pipeline, RedisError, Value};

use super::{Answer, Fault, Query, node::Node, topology::Topology};
use crate::deadline::Deadline;

/// Asks each server, in one round trip, what it knows of the answers, and puts these together.
pub(super) async fn ask(
    topology: &Topology,
    queries: &[Query],
    deadline: Deadline,
) -> Result<Vec<Result<Answer, RedisError>>, Fault> {
    let mut parts: Vec<(&Arc<Node>, Vec<usize>)> = Vec::new();
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
    for ((_, asked), replies) in parts.iter().zip(replies.await) {
        let replies = match replies {
            Ok(replies) => replies,
            // A replica that does not run has no subscribers; the others will notice.
            Err(fault) if fault.is_gone() && asked.iter().all(|index| queries[*index].can_spare_one(topology)) => {
                continue;
            }
            Err(fault) => return Err(fault),
        };
        for (index, reply) in asked.iter().zip(replies) {
            match (reply, &mut said[*index]) {
                (Err(error), _) if super::fault::shuts(&error) => return Err(Fault::Refused(error)),
                (Err(error), said) => *said = Err(error),
                (Ok(value), Ok(values)) => values.push(value),
                (Ok(_), Err(_)) => {}
            }
        }
    }
    Ok(queries.iter().zip(said).map(|(query, said)| query.answer(said?)).collect())
}
