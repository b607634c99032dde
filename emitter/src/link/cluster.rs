use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, PoisonError},
};

use redis::{Pipeline, Value};

use super::{
    Fault,
    access::{Access, Host},
    gather::gather,
    node::{Node, Place},
    resolve::Unresolved,
    topology::{Shard, Topology},
};
use crate::deadline::Deadline;

/// How many servers are asked what the cluster looks like.
const ASKED: usize = 16;

/// A Redis Cluster.
///
/// redis-rs has a client for it, which sends again what it lost, follows no deadline of ours and gives one error for a
/// whole pipeline: what became of each message could not be told.
#[derive(Debug)]
pub(super) struct Cluster {
    seeds: Vec<Host>,
    access: Access,
    /// By their addresses, so that connections outlive a topology.
    nodes: Mutex<HashMap<String, Arc<Node>>>,
}

/// What one server says about all.
struct Seen {
    by: Arc<Node>,
    /// The higher, the later.
    epoch: u64,
    /// It can reach most of the others, and somebody has every slot.
    whole: bool,
    ranges: Vec<Range>,
}

/// Slots, and who has them: the owner, then its replicas.
struct Range {
    first: u16,
    last: u16,
    hosts: Vec<Host>,
}

impl Cluster {
    pub(super) fn new(seeds: Vec<Host>, access: Access) -> Self {
        Self { seeds, access, nodes: Mutex::default() }
    }

    /// Asks several servers, and believes the one that knows most. Messages are published by one that can reach the
    /// others: one that is cut off takes them just the same, for its own side only.
    pub(super) async fn resolve(&self, before: Option<&Topology>, deadline: Deadline) -> Result<Topology, Unresolved> {
        let mut asked =
            self.seeds.iter().map(|host| self.node(host)).collect::<Result<Vec<_>, _>>().map_err(Unresolved::Final)?;
        asked.extend(before.into_iter().flat_map(|topology| &topology.nodes).cloned());
        let mut seen = HashSet::new();
        asked.retain(|node| seen.insert(node.address().to_owned()));
        asked.truncate(ASKED);
        let seen = gather(asked.into_iter().map(|node| ask(node, deadline)), deadline).await;
        let seen = seen.map_err(|fault| match fault {
            Some(fault @ Fault::Refused(_)) if fault.passes() => Unresolved::Passing(fault),
            Some(fault) => Unresolved::Final(fault),
            None => Unresolved::silence(&self.address(), deadline),
        })?;
        let well: Vec<_> = seen.into_iter().filter(|seen| seen.whole).collect();
        let latest = well.iter().max_by_key(|seen| seen.epoch).ok_or_else(|| self.down())?;
        let former = before.and_then(|topology| well.iter().find(|seen| Arc::ptr_eq(&seen.by, &topology.publisher)));
        let publisher = Arc::clone(&former.unwrap_or(latest).by);
        let shards = latest.ranges.iter().map(|range| self.shard(range)).collect::<Result<Vec<_>, _>>();
        let shards = shards.map_err(Unresolved::Final)?;
        let mut nodes: Vec<Arc<Node>> = Vec::new();
        for node in shards.iter().flat_map(|shard| &shard.nodes) {
            if !nodes.iter().any(|known| Arc::ptr_eq(known, node)) {
                nodes.push(Arc::clone(node));
            }
        }
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
    pub(super) fn node(&self, host: &Host) -> Result<Arc<Node>, Fault> {
        let address = host.to_string();
        if let Some(node) = self.lock().get(&address) {
            return Ok(Arc::clone(node));
        }
        let node = Arc::new(Node::at(host, &self.access, Place::Many)?);
        self.lock().insert(address, Arc::clone(&node));
        Ok(node)
    }

    fn shard(&self, range: &Range) -> Result<Shard, Fault> {
        let nodes = range.hosts.iter().map(|host| self.node(host)).collect::<Result<_, _>>()?;
        Ok(Shard { first: range.first, last: range.last, nodes })
    }

    fn down(&self) -> Unresolved {
        let text = "the cluster is down: no server that answers can reach most of the others, or nobody has some slots \
                    (see CLUSTER INFO)";
        let source = std::io::Error::other(text).into();
        Unresolved::Passing(Fault::Unreachable { address: self.address(), source })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<Node>>> {
        self.nodes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn ask(node: Arc<Node>, deadline: Deadline) -> Result<Seen, Fault> {
    let mut pipeline = Pipeline::with_capacity(2);
    pipeline.add_command(redis::cmd("CLUSTER").arg("INFO").take());
    pipeline.add_command(redis::cmd("CLUSTER").arg("SLOTS").take());
    let unreachable = |source| Fault::Unreachable { address: node.address().to_owned(), source };
    let mut replies = node.run(&mut pipeline, deadline).await?.into_iter();
    let mut next = || {
        replies.next().unwrap_or(Ok(Value::Nil)).map_err(|source| match super::fault::passes(&source) {
            true => Fault::Refused(source),
            false => unreachable(source),
        })
    };
    let info: String = redis::from_redis_value(next()?).map_err(|error| unreachable(error.into()))?;
    let slots = next()?;
    let epoch = info.lines().find_map(|line| line.strip_prefix("cluster_current_epoch:")?.trim().parse().ok());
    let Value::Array(slots) = slots else {
        return Err(unreachable(std::io::Error::other("it does not answer as a node of a Redis Cluster").into()));
    };
    let ranges = slots.iter().filter_map(|range| Range::read(range, node.address())).collect();
    let whole = info.lines().any(|line| line.trim() == "cluster_state:ok");
    Ok(Seen { epoch: epoch.unwrap_or(0), whole, ranges, by: node })
}

impl Range {
    /// First slot, last slot, and for each server its host, its port and more.
    fn read(value: &Value, asked: &str) -> Option<Self> {
        let Value::Array(items) = value else { return None };
        let [Value::Int(first), Value::Int(last), servers @ ..] = items.as_slice() else { return None };
        let hosts = servers.iter().filter_map(|server| match server {
            Value::Array(parts) => host(parts, asked),
            _ => None,
        });
        let hosts: Vec<_> = hosts.collect();
        let (first, last) = (u16::try_from(*first).ok()?, u16::try_from(*last).ok()?);
        (!hosts.is_empty()).then_some(Self { first, last, hosts })
    }
}

/// A server that does not know its own name is where it was asked.
fn host(parts: &[Value], asked: &str) -> Option<Host> {
    let [name, Value::Int(port), ..] = parts else { return None };
    let name = match name {
        Value::BulkString(name) => String::from_utf8(name.clone()).ok()?,
        _ => String::new(),
    };
    Some(located(&name, u16::try_from(*port).ok()?, asked))
}

/// A host as a server names it, which may leave out its own name.
pub(super) fn located(name: &str, port: u16, asked: &str) -> Host {
    let asked = asked.rsplit_once(':').map_or(asked, |(name, _)| name).trim_matches(['[', ']']);
    let name = if name.is_empty() || name == "?" { asked } else { name };
    Host { name: name.to_owned(), port }
}
