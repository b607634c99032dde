use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures_util::future::join_all;
use redis::{ErrorKind, Pipeline, RedisResult, ServerErrorKind, Value};

use super::{
    CommandError, CommandReplies, RedisQuery,
    command_replies::CommandResult,
    deployment::Deployment,
    redis_node::RedisNode,
    topology::{Topology, slot},
};
use crate::{
    adapter::Command,
    base::{Deadline, Error},
};

/// How long a send waits for the count of a node that takes none of its commands.
const COUNT_TIMEOUT: Duration = Duration::from_secs(1);

/// How long a node that did not answer in time is not asked for its count.
const UNRESPONSIVE_PERIOD: Duration = Duration::from_secs(5);

/// Commands that are sent in rounds, until each has a result that another round cannot change.
pub(super) struct SendRounds<'a> {
    commands: &'a [Command],
    count: Option<&'a RedisQuery>,
    /// The last result of each command; `None` before the first round.
    results: Vec<Option<CommandResult>>,
    /// The indexes of the commands to send in the next round.
    pending: Vec<usize>,
    /// Slots that other nodes than those in the topology serve.
    redirects: HashMap<u16, SlotRedirect>,
    servers: Option<u64>,
}

struct SlotRedirect {
    node: Arc<RedisNode>,
    /// Whether each command must be preceded by ASKING, because the slot is being migrated.
    asking: bool,
}

/// What one node gets in a round.
struct NodeBatch {
    node: Arc<RedisNode>,
    /// The index of each command, and whether ASKING must precede it.
    commands: Vec<(usize, bool)>,
    counts: bool,
}

impl<'a> SendRounds<'a> {
    pub(super) fn new(commands: &'a [Command], count: Option<&'a RedisQuery>) -> Self {
        let results = commands.iter().map(|_| None).collect();
        let pending = (0..commands.len()).collect();
        Self { commands, count, results, pending, redirects: HashMap::new(), servers: None }
    }

    /// Whether no round was sent yet.
    pub(super) fn is_new(&self) -> bool {
        self.results.iter().all(Option::is_none)
    }

    /// Whether another round is needed.
    pub(super) fn has_pending(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Sends the pending commands and the count, to all nodes at once.
    pub(super) async fn send_round(&mut self, topology: &Topology, deployment: &Deployment, deadline: Deadline) {
        let batches = self.batches(topology);
        let this = &*self;
        let outcomes = join_all(batches.iter().map(|batch| this.send_batch(batch, deadline))).await;
        self.redirects.clear();
        let mut servers = self.count.map(|_| 0);
        for (batch, (results, count)) in batches.iter().zip(outcomes) {
            for ((index, _), result) in batch.commands.iter().zip(results) {
                if let Err(error) = &result {
                    self.note_redirect(error, &batch.node, deployment);
                }
                self.results[*index] = Some(result);
            }
            if batch.counts {
                servers = servers.zip(count).map(|(sum, count)| sum + count);
            }
        }
        self.servers = servers;
        self.pending = self.retryable();
    }

    /// The first transient error, or else the first error.
    pub(super) fn error(&self) -> Option<CommandError> {
        let errors = || self.results.iter().filter_map(|result| result.as_ref()?.as_ref().err());
        errors().find(|error| error.is_transient()).or_else(|| errors().next()).cloned()
    }

    /// # Errors
    /// The first error, if Redis replied to none of the commands.
    pub(super) fn replies(self) -> Result<CommandReplies, Error> {
        CommandReplies::new(self.results.into_iter().flatten().collect(), self.servers)
    }

    /// The indexes of the commands that certainly were not taken, except where a later command with the same key may
    /// have been: sending the earlier one again would change their order.
    fn retryable(&self) -> Vec<usize> {
        let mut retryable = Vec::new();
        let mut possibly_taken_keys = HashSet::new();
        for (index, result) in self.results.iter().enumerate().rev() {
            let key = self.commands[index].key();
            match result {
                Some(Err(error)) if error.is_transient() => {
                    if !possibly_taken_keys.contains(&key) {
                        retryable.push(index);
                    }
                }
                Some(Err(CommandError::Refused(_))) | None => {}
                Some(_) => {
                    possibly_taken_keys.insert(key);
                }
            }
        }
        retryable.reverse();
        retryable
    }

    /// Notes which node serves the slot, if `node` redirected the command.
    fn note_redirect(&mut self, error: &CommandError, node: &RedisNode, deployment: &Deployment) {
        let CommandError::Refused(error) = error else { return };
        if let Some((address, slot)) = error.redirect_node()
            && let Some(target) = deployment.redirect_target(address, node.address())
        {
            let asking = error.kind() == ErrorKind::Server(ServerErrorKind::Ask);
            self.redirects.insert(slot, SlotRedirect { node: target, asking });
        }
    }

    fn batches(&self, topology: &Topology) -> Vec<NodeBatch> {
        let mut batches: Vec<NodeBatch> = Vec::new();
        for &index in &self.pending {
            let key = self.commands[index].key();
            let redirect = key.filter(|_| !self.redirects.is_empty()).and_then(|key| self.redirects.get(&slot(key)));
            let node = redirect.map_or_else(|| topology.primary(key), |redirect| &redirect.node);
            let asking = redirect.is_some_and(|redirect| redirect.asking);
            batch_of(&mut batches, node).commands.push((index, asking));
        }
        for node in self.count.map_or(&[][..], |count| count.nodes(topology)) {
            batch_of(&mut batches, node).counts = true;
        }
        batches
    }

    /// Sends a node its batch. Returns the result of each command, and the node's count.
    async fn send_batch(&self, batch: &NodeBatch, deadline: Deadline) -> (Vec<CommandResult>, Option<u64>) {
        let mut pipeline = Pipeline::with_capacity(batch.commands.len() + 1);
        for (index, asking) in &batch.commands {
            if *asking {
                pipeline.add_command(redis::cmd("ASKING"));
            }
            pipeline.add_command(self.commands[*index].to_redis());
        }
        let count = self.count.filter(|_| batch.counts);
        if let Some(count) = count {
            pipeline.add_command(count.to_redis());
        }
        if batch.commands.is_empty() {
            if batch.node.is_unresponsive(UNRESPONSIVE_PERIOD) {
                return (Vec::new(), None);
            }
            let deadline = deadline.at_most(COUNT_TIMEOUT);
            let count = match batch.node.run_within(&mut pipeline, deadline, deadline).await {
                Ok(replies) => replies.into_iter().next().and_then(|reply| read_count(count?, reply)),
                Err(error) => error.is_connection_refused().then_some(0),
            };
            return (Vec::new(), count);
        }
        let mut replies = match batch.node.run(&mut pipeline, deadline).await {
            Ok(replies) => replies.into_iter(),
            Err(error) => return (batch.commands.iter().map(|_| Err(error.clone())).collect(), None),
        };
        let results = batch.commands.iter().map(|(_, asking)| {
            if *asking {
                replies.next();
            }
            replies.next().unwrap_or(Ok(Value::Nil)).map_err(CommandError::Refused)
        });
        let results = results.collect();
        (results, replies.next().and_then(|reply| read_count(count?, reply)))
    }
}

/// The batch of a node, which is added if it is missing.
fn batch_of<'b>(batches: &'b mut Vec<NodeBatch>, node: &Arc<RedisNode>) -> &'b mut NodeBatch {
    let index = batches.iter().position(|batch| Arc::ptr_eq(&batch.node, node)).unwrap_or_else(|| {
        batches.push(NodeBatch { node: Arc::clone(node), commands: Vec::new(), counts: false });
        batches.len() - 1
    });
    &mut batches[index]
}

fn read_count(count: &RedisQuery, reply: RedisResult<Value>) -> Option<u64> {
    count.result(vec![reply.ok()?]).ok().map(|result| result.count())
}
