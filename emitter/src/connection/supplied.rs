use std::{collections::HashMap, fmt};

use futures_util::future::{join, join_all};
use redis::{Cmd, ErrorKind, Pipeline, RedisError, ServerErrorKind, aio::ConnectionLike};

use super::{
    CommandError, CommandReplies, Fate, QueryResult, RedisQuery, command_error::is_fatal, judge, reply, run_pipeline,
};
use crate::{
    adapter::Command,
    base::{Deadline, Error},
};

/// A connection that the program already had, in an error's words.
pub(super) const GIVEN: &str = "the given connection";

/// A connection that the program already had, of whatever kind. Reconnecting and following is its own affair.
pub(crate) struct SuppliedConnection(Box<dyn SharedConnection>);

/// A connection that can be cloned without naming its type.
pub(crate) trait SharedConnection: ConnectionLike + Send + Sync {
    fn share(&self) -> Box<dyn SharedConnection>;
}

impl<C: ConnectionLike + Clone + Send + Sync + 'static> SharedConnection for C {
    fn share(&self) -> Box<dyn SharedConnection> {
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
        Ok(self.one(&redis::cmd("PING"), deadline).await.map(drop)?)
    }

    /// The count is a command of its own: a connection to a cluster asks all nodes for it, and one for a pipeline.
    pub(super) async fn send(
        &self,
        commands: &[Command],
        census: Option<&RedisQuery>,
        deadline: Deadline,
    ) -> Result<CommandReplies, Error> {
        let counted = async {
            let census = census?;
            let reply = self.one(&census.to_redis(), deadline).await.ok()?;
            census.answer(vec![reply]).ok().map(|answer| answer.count())
        };
        let (fates, servers) = join(self.take(commands, deadline), counted).await;
        CommandReplies::new(fates, servers)
    }

    pub(super) async fn query(
        &self,
        queries: &[RedisQuery],
        deadline: Deadline,
    ) -> Result<Vec<Result<QueryResult, RedisError>>, Error> {
        let commands: Vec<Cmd> = queries.iter().map(RedisQuery::to_redis).collect();
        let replies = join_all(commands.iter().map(|command| self.one(command, deadline))).await;
        let answers = queries.iter().zip(replies).map(|(query, reply)| match reply {
            Ok(reply) => Ok(query.answer(vec![reply])),
            Err(CommandError::Refused(error)) if !is_fatal(&error) => Ok(Err(error)),
            Err(fault) => Err(fault.into()),
        });
        answers.collect()
    }

    /// In one pipeline, or in one for each channel where it would cross the slots of a cluster.
    async fn take(&self, commands: &[Command], deadline: Deadline) -> Vec<Fate> {
        let all: Vec<&Command> = commands.iter().collect();
        let fates = self.pipeline(&all, deadline).await;
        // Said by the connection itself, before it sent anything.
        if !fates.iter().all(is_crossing) {
            return fates;
        }
        let mut groups: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, command) in commands.iter().enumerate() {
            groups.entry(command.channel()).or_default().push(index);
        }
        let sent = join_all(groups.into_values().map(|group| async move {
            let part: Vec<&Command> = group.iter().map(|index| &commands[*index]).collect();
            let fates = self.pipeline(&part, deadline).await;
            group.into_iter().zip(fates).collect::<Vec<_>>()
        }));
        let mut fates = sent.await.concat();
        fates.sort_unstable_by_key(|(index, _)| *index);
        fates.into_iter().map(|(_, fate)| fate).collect()
    }

    async fn pipeline(&self, commands: &[&Command], deadline: Deadline) -> Vec<Fate> {
        let mut pipeline = Pipeline::with_capacity(commands.len());
        for command in commands {
            pipeline.add_command(command.to_redis());
        }
        match run_pipeline(&mut pipeline, &mut *self.0.share(), GIVEN, deadline).await {
            Ok(replies) => replies.into_iter().map(|reply| reply.map_err(CommandError::Refused)).collect(),
            Err(fault) => commands.iter().map(|_| Err(fault.clone())).collect(),
        }
    }

    async fn one(&self, command: &Cmd, deadline: Deadline) -> Fate {
        let mut connection = self.0.share();
        let answer = judge(connection.req_packed_command(command), GIVEN, deadline).await?;
        reply(answer).map_err(CommandError::Refused)
    }
}

fn is_crossing(fate: &Fate) -> bool {
    matches!(fate, Err(CommandError::Refused(error)) if error.kind() == ErrorKind::Server(ServerErrorKind::CrossSlot))
}

impl fmt::Debug for SuppliedConnection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SuppliedConnection")
    }
}
