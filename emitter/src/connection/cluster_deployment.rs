mod view;

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use redis::Pipeline;

use self::view::ClusterView;
pub(super) use self::view::located;
use super::{
    CommandError,
    access::{AccessOptions, HostPort},
    deployment::ResolveError,
    gather::gather,
    redis_node::{NodeRole, RedisNode},
    topology::{Shard, Topology},
};
use crate::base::{Deadline, is_transient};

/// How many servers are asked what the cluster looks like.
const ASKED: usize = 16;

/// A Redis ClusterDeployment.
///
/// redis-rs has a client for it, which sends again what it lost, follows no deadline of ours and gives one error for a
/// whole pipeline: what became of each message could not be told.
#[derive(Debug)]
pub(super) struct ClusterDeployment {
    seeds: Vec<HostPort>,
    access: AccessOptions,
    /// By their addresses, so that connections outlive a topology.
    nodes: Mutex<HashMap<String, Arc<RedisNode>>>,
}

impl ClusterDeployment {
    pub(super) fn new(seeds: Vec<HostPort>, access: AccessOptions) -> Self {
        Self { seeds, access, nodes: Mutex::default() }
    }

    /// Asks several servers, and believes the one that knows most. Messages are published by one that can reach the
    /// others: one that is cut off takes them just the same, for its own side only.
    pub(super) async fn resolve(
        &self,
        before: Option<&Topology>,
        deadline: Deadline,
    ) -> Result<Topology, ResolveError> {
        let mut asked = self
            .seeds
            .iter()
            .map(|host| self.node(host))
            .collect::<Result<Vec<_>, _>>()
            .map_err(ResolveError::Final)?;
        asked.extend(before.into_iter().flat_map(|topology| &topology.nodes).cloned());
        let mut seen = HashSet::new();
        asked.retain(|node| seen.insert(node.address().to_owned()));
        asked.truncate(ASKED);
        let seen = gather(asked.into_iter().map(|node| ask(node, deadline)), deadline).await;
        let seen = seen.map_err(|fault| match fault {
            Some(fault @ CommandError::Refused(_)) if fault.is_transient() => ResolveError::Passing(fault),
            Some(fault) => ResolveError::Final(fault),
            None => ResolveError::silence(&self.address(), deadline),
        })?;
        let well: Vec<_> = seen.into_iter().filter(|seen| seen.whole).collect();
        let latest = well.iter().max_by_key(|seen| seen.epoch).ok_or_else(|| self.down())?;
        let former = before.and_then(|topology| well.iter().find(|seen| Arc::ptr_eq(&seen.by, &topology.publisher)));
        let publisher = Arc::clone(&former.unwrap_or(latest).by);
        let shards = latest.ranges.iter().map(|range| {
            let nodes = latest.members_of(range).map(|member| self.node(&member.host)).collect::<Result<_, _>>()?;
            Ok(Shard { first: range.first, last: range.last, nodes })
        });
        let shards = shards.collect::<Result<_, _>>().map_err(ResolveError::Final)?;
        let nodes = latest.members.iter().map(|member| self.node(&member.host));
        let nodes: Vec<_> = nodes.collect::<Result<_, _>>().map_err(ResolveError::Final)?;
        let seeds: HashSet<_> = self.seeds.iter().map(ToString::to_string).collect();
        self.lock()
            .retain(|address, known| seeds.contains(address) || nodes.iter().any(|node| Arc::ptr_eq(node, known)));
        Ok(Topology::new(nodes, publisher, shards))
    }

    /// The seeds, in an error's words.
    pub(super) fn address(&self) -> String {
        let hosts: Vec<_> = self.seeds.iter().map(ToString::to_string).collect();
        hosts.join(", ")
    }

    /// The server there; always the same one.
    pub(super) fn node(&self, host: &HostPort) -> Result<Arc<RedisNode>, CommandError> {
        let address = host.to_string();
        if let Some(node) = self.lock().get(&address) {
            return Ok(Arc::clone(node));
        }
        let node = Arc::new(RedisNode::at(host, &self.access, NodeRole::Many)?);
        self.lock().insert(address, Arc::clone(&node));
        Ok(node)
    }

    fn down(&self) -> ResolveError {
        let text = "the cluster is down: no server that answers can reach most of the others, or nobody has some slots \
                    (see CLUSTER INFO)";
        let source = std::io::Error::other(text).into();
        ResolveError::Passing(CommandError::Unreachable { address: self.address(), source })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<RedisNode>>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn ask(node: Arc<RedisNode>, deadline: Deadline) -> Result<ClusterView, CommandError> {
    let mut pipeline = Pipeline::with_capacity(3);
    for question in ["INFO", "SLOTS", "NODES"] {
        pipeline.add_command(redis::cmd("CLUSTER").arg(question).take());
    }
    let unreachable = |source| CommandError::Unreachable { address: node.address().to_owned(), source };
    let mut answers = Vec::with_capacity(3);
    for reply in node.run(&mut pipeline, deadline).await? {
        answers.push(reply.map_err(|source| match is_transient(&source) {
            true => CommandError::Refused(source),
            false => unreachable(source),
        })?);
    }
    ClusterView::read(&node, answers)
        .ok_or_else(|| unreachable(std::io::Error::other("it does not answer as a node of a Redis Cluster").into()))
}
