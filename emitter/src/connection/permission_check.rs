use redis::{Cmd, Pipeline, RedisError};

use super::{CommandError, redis_node::RedisNode, run_pipeline, topology::Topology};
use crate::{adapter::Command, base::Deadline};

/// Has Redis check whether it would take these commands, which is false where it does not permit to find out: it does so when a transaction collects them, and this one is
/// thrown away. Each has a connection of its own, where nothing gets between the beginning and the end.
pub(super) async fn check_permissions(
    topology: &Topology,
    commands: &[Command],
    deadline: Deadline,
) -> Result<Vec<Result<bool, RedisError>>, CommandError> {
    let mut checked = Vec::with_capacity(commands.len());
    for command in commands {
        checked.push(check(topology.owner(command.key()), command, deadline).await?);
    }
    Ok(checked)
}

async fn check(
    node: &RedisNode,
    command: &Command,
    deadline: Deadline,
) -> Result<Result<bool, RedisError>, CommandError> {
    let unreachable = |source| CommandError::Unreachable { address: node.address().to_owned(), source };
    let Ok(dialled) = deadline.timeout(node.dial()).await else {
        return Err(CommandError::silence(node.address(), deadline.total));
    };
    let mut connection = dialled.map_err(unreachable)?;
    let mut run = async |commands: &[Cmd]| {
        let mut pipeline = Pipeline::with_capacity(commands.len());
        commands.iter().for_each(|command| {
            pipeline.add_command(command.clone());
        });
        run_pipeline(&mut pipeline, &mut connection, node.address(), deadline).await
    };
    // Outside of a transaction the command would be sent. Who may not begin one learns nothing.
    if !matches!(run(&[redis::cmd("MULTI")]).await?.pop(), Some(Ok(_))) {
        return Ok(Ok(false));
    }
    let reply = run(&[command.to_redis(), redis::cmd("DISCARD")]).await?.into_iter().next();
    Ok(match reply {
        // Without memory it refuses every part of a transaction, but outside of one only what is kept.
        Some(Err(error)) if error.code() == Some("OOM") && command.name() != "XADD" => Ok(true),
        Some(reply) => reply.map(|_| true),
        None => Ok(false),
    })
}
