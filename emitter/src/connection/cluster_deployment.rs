mod cluster_view;

use std::{
    collections::{HashMap, HashSet},
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use redis::Pipeline;

use self::cluster_view::ClusterView;
use super::{
    CommandError,
    access_options::AccessOptions,
    deployment::ResolveError,
    first_results::first_results,
    host_port::HostPort,
    redis_node::{NodeRole, RedisNode},
    topology::{SlotMapEntry, Topology},
};
use crate::base::{Deadline, is_transient};

/// The number of nodes that are asked for the topology.
const MAX_ASKED_NODES: usize = 16;

/// A Redis Cluster.
///
/// The cluster client of redis-rs is not used: it sends commands again that may have been taken, has no deadline for a
/// whole call, and returns one error for a whole pipeline.
#[derive(Debug)]
pub(super) struct ClusterDeployment {
    seeds: Vec<HostPort>,
    access: AccessOptions,
    /// By address, so that connections outlive a topology.
    nodes: Mutex<HashMap<String, Arc<RedisNode>>>,
}

impl ClusterDeployment {
    pub(super) fn new(seeds: Vec<HostPort>, access: AccessOptions) -> Self {
        Self { seeds, access, nodes: Mutex::default() }
    }

    /// Asks several nodes, and uses the view with the highest epoch. The publisher is a node that can reach the others:
    /// a node that is cut off from them accepts PUBLISH too, but delivers on its side only.
    pub(super) async fn resolve(
        &self,
        before: Option<&Topology>,
        deadline: Deadline,
    ) -> Result<Topology, ResolveError> {
        let seeds = self.seeds.iter().map(|host| self.node(host)).collect::<Result<Vec<_>, _>>();
        let mut asked = seeds.map_err(ResolveError::Permanent)?;
        asked.extend(before.into_iter().flat_map(|topology| &topology.nodes).cloned());
        let mut addresses = HashSet::new();
        asked.retain(|node| addresses.insert(node.address().to_owned()));
        asked.truncate(MAX_ASKED_NODES);
        let views = first_results(asked.into_iter().map(|node| view(node, deadline)), deadline).await;
        let mut views = views.map_err(|error| match error {
            Some(error @ CommandError::Refused(_)) if error.is_transient() => ResolveError::Transient(error),
            Some(error) => ResolveError::Permanent(error),
            None => ResolveError::no_answer(&self.address(), deadline),
        })?;
        views.retain(|view| view.is_ok);
        let latest = views.iter().max_by_key(|view| view.epoch).ok_or_else(|| self.down())?;
        let former = before.and_then(|before| views.iter().find(|view| Arc::ptr_eq(&view.node, &before.publisher)));
        let publisher = Arc::clone(&former.unwrap_or(latest).node);
        let slot_map = latest.ranges.iter().map(|range| {
            let nodes = latest.members_of(range).map(|member| self.node(&member.host)).collect::<Result<_, _>>()?;
            Ok(SlotMapEntry { first: range.first, last: range.last, nodes })
        });
        let slot_map = slot_map.collect::<Result<_, _>>().map_err(ResolveError::Permanent)?;
        let nodes = latest.members.iter().map(|member| self.node(&member.host));
        let nodes: Vec<_> = nodes.collect::<Result<_, _>>().map_err(ResolveError::Permanent)?;
        let seeds: HashSet<_> = self.seeds.iter().map(ToString::to_string).collect();
        self.lock()
            .retain(|address, known| seeds.contains(address) || nodes.iter().any(|node| Arc::ptr_eq(node, known)));
        Ok(Topology { nodes, publisher, slot_map })
    }

    /// The addresses of the seeds, for error messages.
    pub(super) fn address(&self) -> String {
        let hosts: Vec<_> = self.seeds.iter().map(ToString::to_string).collect();
        hosts.join(", ")
    }

    /// The node at this address, the same one for every call.
    pub(super) fn node(&self, host: &HostPort) -> Result<Arc<RedisNode>, CommandError> {
        let address = host.to_string();
        if let Some(node) = self.lock().get(&address) {
            return Ok(Arc::clone(node));
        }
        let node = Arc::new(RedisNode::at(host, &self.access, NodeRole::Member)?);
        self.lock().insert(address, Arc::clone(&node));
        Ok(node)
    }

    fn down(&self) -> ResolveError {
        let reason = "the cluster is down: every node that answered is cut off from most of the others, or knows no \
                      owner of some slots; check CLUSTER INFO";
        let source = io::Error::other(reason).into();
        ResolveError::Transient(CommandError::Unreachable { address: self.address(), source })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<RedisNode>>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Asks one node for its view of the cluster.
async fn view(node: Arc<RedisNode>, deadline: Deadline) -> Result<ClusterView, CommandError> {
    let mut pipeline = Pipeline::with_capacity(3);
    for subcommand in ["INFO", "SLOTS", "NODES"] {
        pipeline.add_command(redis::cmd("CLUSTER").arg(subcommand).take());
    }
    let unreachable = |source| CommandError::Unreachable { address: node.address().to_owned(), source };
    let mut replies = Vec::with_capacity(3);
    for reply in node.run(&mut pipeline, deadline).await? {
        replies.push(reply.map_err(|source| match is_transient(&source) {
            true => CommandError::Refused(source),
            false => unreachable(source),
        })?);
    }
    ClusterView::read(&node, replies)
        .ok_or_else(|| unreachable(io::Error::other("it does not answer as a node of a Redis Cluster").into()))
}
