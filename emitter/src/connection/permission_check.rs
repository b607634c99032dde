use redis::{Cmd, Pipeline, RedisResult};

use super::{CommandError, pipeline::run_pipeline, redis_node::RedisNode, topology::Topology};
use crate::{adapter::Command, base::Deadline};

/// Has Redis check whether it would take these commands; false where it does not permit to find out.
///
/// Redis checks each command when a transaction queues it, and the transaction is discarded. Each check has a
/// connection of its own, so that no other command gets into the transaction.
pub(super) async fn check_permissions(
    topology: &Topology,
    commands: &[Command],
    deadline: Deadline,
) -> Result<Vec<RedisResult<bool>>, CommandError> {
    let mut results = Vec::with_capacity(commands.len());
    for command in commands {
        results.push(check_permission(topology.primary(command.key()), command, deadline).await?);
    }
    Ok(results)
}

async fn check_permission(
    node: &RedisNode,
    command: &Command,
    deadline: Deadline,
) -> Result<RedisResult<bool>, CommandError> {
    let Ok(connection) = deadline.timeout(node.open_connection()).await else {
        return Err(CommandError::no_answer(node.address(), deadline.total));
    };
    let mut connection =
        connection.map_err(|source| CommandError::Unreachable { address: node.address().to_owned(), source })?;
    let mut run = async |commands: &[Cmd]| {
        let mut pipeline = Pipeline::with_capacity(commands.len());
        commands.iter().for_each(|command| {
            pipeline.add_command(command.clone());
        });
        run_pipeline(&mut pipeline, &mut connection, node.address(), deadline).await
    };
    // Without a transaction, Redis would run the command. Where MULTI is refused, nothing can be found out.
    if !matches!(run(&[redis::cmd("MULTI")]).await?.pop(), Some(Ok(_))) {
        return Ok(Ok(false));
    }
    let reply = run(&[command.to_redis(), redis::cmd("DISCARD")]).await?.into_iter().next();
    Ok(match reply {
        // When Redis is out of memory, it refuses every command in a transaction, but outside of one only those that
        // write.
        Some(Err(error)) if error.code() == Some("OOM") && command.name() != "XADD" => Ok(true),
        Some(reply) => reply.map(|_| true),
        None => Ok(false),
    })
}
