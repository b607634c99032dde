use std::{collections::HashMap, fmt};

use futures_util::future::{join, join_all};
use redis::{Cmd, ErrorKind, Pipeline, RedisResult, ServerErrorKind, aio::ConnectionLike};

use super::{
    CommandError, CommandReplies, QueryResult, RedisQuery,
    command_error::is_fatal,
    command_replies::CommandResult,
    pipeline::{await_reply, into_result, run_pipeline},
};
use crate::{
    adapter::Command,
    base::{Deadline, Error},
};

/// Takes the place of the address in error messages.
pub(super) const SUPPLIED_ADDRESS: &str = "the connection supplied by the caller";

/// A redis-rs connection of any type that the caller supplied. Whether it reconnects and follows failovers is up to it.
pub(crate) struct SuppliedConnection(Box<dyn SharedConnection>);

/// A connection that can be cloned behind a `dyn`.
pub(crate) trait SharedConnection: ConnectionLike + Send + Sync {
    fn clone_boxed(&self) -> Box<dyn SharedConnection>;
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> SharedConnection for C {
    fn clone_boxed(&self) -> Box<dyn SharedConnection> {
        Box::new(self.clone())
    }
}

impl SuppliedConnection {
    pub(crate) fn new<C>(connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Self(Box::new(connection))
    }

    pub(super) async fn ping(&self, deadline: Deadline) -> Result<(), Error> {
        Ok(self.run(&redis::cmd("PING"), deadline).await.map(drop)?)
    }

    /// Sends the commands in a pipeline and the count by itself: a connection to a cluster sends a pipeline to one
    /// node, but the count to all.
    pub(super) async fn send(
        &self,
        commands: &[Command],
        count: Option<&RedisQuery>,
        deadline: Deadline,
    ) -> Result<CommandReplies, Error> {
        let servers = async {
            let count = count?;
            let reply = self.run(&count.to_redis(), deadline).await.ok()?;
            count.result(vec![reply]).ok().map(|result| result.count())
        };
        let (results, servers) = join(self.send_commands(commands, deadline), servers).await;
        CommandReplies::new(results, servers)
    }

    pub(super) async fn query(
        &self,
        queries: &[RedisQuery],
        deadline: Deadline,
    ) -> Result<Vec<RedisResult<QueryResult>>, Error> {
        let commands: Vec<Cmd> = queries.iter().map(RedisQuery::to_redis).collect();
        let replies = join_all(commands.iter().map(|command| self.run(command, deadline))).await;
        let results = queries.iter().zip(replies).map(|(query, reply)| match reply {
            Ok(reply) => Ok(query.result(vec![reply])),
            Err(CommandError::Refused(error)) if !is_fatal(&error) => Ok(Err(error)),
            Err(error) => Err(error.into()),
        });
        results.collect()
    }

    /// Sends the commands in one pipeline, or in one for each channel if they belong to different slots of a cluster.
    async fn send_commands(&self, commands: &[Command], deadline: Deadline) -> Vec<CommandResult> {
        let all: Vec<&Command> = commands.iter().collect();
        let results = self.send_pipeline(&all, deadline).await;
        // The connection itself refuses a pipeline for several slots, before it sends any of it.
        if !results.iter().all(is_cross_slot) {
            return results;
        }
        let mut channels: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, command) in commands.iter().enumerate() {
            channels.entry(command.channel()).or_default().push(index);
        }
        let sends = channels.into_values().map(|indexes| async move {
            let commands: Vec<&Command> = indexes.iter().map(|index| &commands[*index]).collect();
            let results = self.send_pipeline(&commands, deadline).await;
            indexes.into_iter().zip(results).collect::<Vec<_>>()
        });
        let mut results = join_all(sends).await.concat();
        results.sort_unstable_by_key(|(index, _)| *index);
        results.into_iter().map(|(_, result)| result).collect()
    }

    async fn send_pipeline(&self, commands: &[&Command], deadline: Deadline) -> Vec<CommandResult> {
        let mut pipeline = Pipeline::with_capacity(commands.len());
        for command in commands {
            pipeline.add_command(command.to_redis());
        }
        match run_pipeline(&mut pipeline, &mut *self.0.clone_boxed(), SUPPLIED_ADDRESS, deadline).await {
            Ok(replies) => replies.into_iter().map(|reply| reply.map_err(CommandError::Refused)).collect(),
            Err(error) => commands.iter().map(|_| Err(error.clone())).collect(),
        }
    }

    async fn run(&self, command: &Cmd, deadline: Deadline) -> CommandResult {
        let mut connection = self.0.clone_boxed();
        let reply = await_reply(connection.req_packed_command(command), SUPPLIED_ADDRESS, deadline).await?;
        into_result(reply).map_err(CommandError::Refused)
    }
}

fn is_cross_slot(result: &CommandResult) -> bool {
    matches!(result, Err(CommandError::Refused(error)) if error.kind() == ErrorKind::Server(ServerErrorKind::CrossSlot))
}

impl fmt::Debug for SuppliedConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SuppliedConnection")
    }
}
