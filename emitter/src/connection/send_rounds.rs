use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};

use futures_util::future::join_all;
use redis::{ErrorKind, Pipeline, ServerErrorKind, Value};

use super::{
    CommandError, CommandReplies, Fate, RedisQuery, Reply,
    deployment::Deployment,
    redis_node::RedisNode,
    topology::{Topology, slot},
};
use crate::{
    adapter::Command,
    base::{Deadline, Error},
};

/// How long a message waits for the count of a server that has nothing else to do with it.
const COUNTING: Duration = Duration::from_secs(1);

/// How long a server that did not answer is not asked for its count.
const SILENT: Duration = Duration::from_secs(5);

/// Commands on their way, and what became of each.
pub(super) struct SendRounds<'a> {
    commands: &'a [Command],
    census: Option<&'a RedisQuery>,
    /// `None` until it was tried.
    fates: Vec<Option<Fate>>,
    /// Which are to be sent in the next round.
    pending: Vec<usize>,
    /// Slots that are elsewhere than the topology says.
    moved: HashMap<u16, MovedSlot>,
    servers: Option<u64>,
}

struct MovedSlot {
    to: Arc<RedisNode>,
    /// It takes what is there already only from those who say that they were sent.
    asking: bool,
}

/// What one server gets in a round.
struct NodeBatch {
    node: Arc<RedisNode>,
    /// Each with whether it must be announced.
    commands: Vec<(usize, bool)>,
    counts: bool,
}

impl<'a> SendRounds<'a> {
    pub(super) fn new(commands: &'a [Command], census: Option<&'a RedisQuery>) -> Self {
        let fates = commands.iter().map(|_| None).collect();
        let pending = (0..commands.len()).collect();
        Self { commands, census, fates, pending, moved: HashMap::new(), servers: None }
    }

    /// True if nothing was tried yet.
    pub(super) fn is_new(&self) -> bool {
        self.fates.iter().all(Option::is_none)
    }

    pub(super) fn has_more(&self) -> bool {
        !self.pending.is_empty()
    }

    /// Sends what is pending, to all servers at once.
    pub(super) async fn round(&mut self, topology: &Topology, source: &Deployment, deadline: Deadline) {
        let parts = self.parts(topology);
        let this = &*self;
        let results = join_all(parts.iter().map(|part| this.send(part, deadline))).await;
        self.moved.clear();
        let mut servers = self.census.map(|_| 0);
        for (part, (fates, count)) in parts.iter().zip(results) {
            for ((index, _), fate) in part.commands.iter().zip(fates) {
                if let Err(fault) = &fate {
                    self.follow(fault, &part.node, source);
                }
                self.fates[*index] = Some(fate);
            }
            if part.counts {
                servers = servers.zip(count).map(|(sum, count)| sum + count);
            }
        }
        self.servers = servers;
        self.pending = self.again();
    }

    /// The first that went wrong, and was not taken for certain if there is one like that.
    pub(super) fn fault(&self) -> Option<CommandError> {
        let faults = || self.fates.iter().filter_map(|fate| fate.as_ref()?.as_ref().err());
        faults().find(|fault| fault.is_transient()).or_else(|| faults().next()).cloned()
    }

    /// What became of each; an error if Redis answered none of them.
    pub(super) fn replies(self) -> Result<CommandReplies, Error> {
        CommandReplies::new(self.fates.into_iter().flatten().collect(), self.servers)
    }

    /// What is to be sent again: what was not taken for certain, unless a later one with the same key may have been.
    fn again(&self) -> Vec<usize> {
        let mut again = Vec::new();
        let mut later = HashSet::new();
        for (index, fate) in self.fates.iter().enumerate().rev() {
            let key = self.commands[index].key();
            match fate {
                Some(Err(fault)) if fault.is_transient() => {
                    if !later.contains(&key) {
                        again.push(index);
                    }
                }
                Some(Err(CommandError::Refused(_))) | None => {}
                Some(_) => {
                    later.insert(key);
                }
            }
        }
        again.reverse();
        again
    }

    /// Notes where a slot is, if that is why the command was not taken.
    fn follow(&mut self, fault: &CommandError, asked: &RedisNode, source: &Deployment) {
        let CommandError::Refused(error) = fault else { return };
        if let Some((address, slot)) = error.redirect_node()
            && let Some(to) = source.referred(address, asked.address())
        {
            let asking = error.kind() == ErrorKind::Server(ServerErrorKind::Ask);
            self.moved.insert(slot, MovedSlot { to, asking });
        }
    }

    fn parts(&self, topology: &Topology) -> Vec<NodeBatch> {
        let mut parts: Vec<NodeBatch> = Vec::new();
        for &index in &self.pending {
            let key = self.commands[index].key();
            let moved = key.filter(|_| !self.moved.is_empty()).and_then(|key| self.moved.get(&slot(key)));
            let node = moved.map_or_else(|| topology.owner(key), |moved| &moved.to);
            let asking = moved.is_some_and(|moved| moved.asking);
            part(&mut parts, node).commands.push((index, asking));
        }
        for node in self.census.map_or(&[][..], |census| census.known_to(topology)) {
            part(&mut parts, node).counts = true;
        }
        parts
    }

    /// Sends one server its part, and reads what it counts.
    async fn send(&self, part: &NodeBatch, deadline: Deadline) -> (Vec<Fate>, Option<u64>) {
        let mut pipeline = Pipeline::with_capacity(part.commands.len() + 1);
        for (index, asking) in &part.commands {
            if *asking {
                pipeline.add_command(redis::cmd("ASKING"));
            }
            pipeline.add_command(self.commands[*index].to_redis());
        }
        let census = self.census.filter(|_| part.counts);
        if let Some(census) = census {
            pipeline.add_command(census.to_redis());
        }
        if part.commands.is_empty() {
            if part.node.was_silent(SILENT) {
                return (Vec::new(), None);
            }
            let counting = deadline.at_most(COUNTING);
            return (
                Vec::new(),
                match part.node.run_within(&mut pipeline, counting, counting).await {
                    Ok(replies) => replies.into_iter().next().and_then(|reply| counted(census?, reply)),
                    Err(fault) => fault.is_gone().then_some(0),
                },
            );
        }
        let mut replies = match part.node.run(&mut pipeline, deadline).await {
            Ok(replies) => replies.into_iter(),
            Err(fault) => return (part.commands.iter().map(|_| Err(fault.clone())).collect(), None),
        };
        let fates = part.commands.iter().map(|(_, asking)| {
            if *asking {
                replies.next();
            }
            replies.next().unwrap_or(Ok(Value::Nil)).map_err(CommandError::Refused)
        });
        let fates = fates.collect();
        (fates, replies.next().and_then(|reply| counted(census?, reply)))
    }
}

fn part<'p>(parts: &'p mut Vec<NodeBatch>, node: &Arc<RedisNode>) -> &'p mut NodeBatch {
    let known = parts.iter().position(|part| Arc::ptr_eq(&part.node, node));
    let known = known.unwrap_or_else(|| {
        parts.push(NodeBatch { node: Arc::clone(node), commands: Vec::new(), counts: false });
        parts.len() - 1
    });
    &mut parts[known]
}

fn counted(census: &RedisQuery, reply: Reply) -> Option<u64> {
    census.answer(vec![reply.ok()?]).ok().map(|answer| answer.count())
}
