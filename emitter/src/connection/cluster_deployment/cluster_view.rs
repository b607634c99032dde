use std::sync::Arc;

use redis::Value;

use super::super::{host_port::HostPort, redis_node::RedisNode};

/// The cluster as one of its nodes sees it.
pub(super) struct ClusterView {
    /// The node whose view this is.
    pub(super) node: Arc<RedisNode>,
    /// Grows with every change of the slot map.
    pub(super) epoch: u64,
    /// Whether the node can reach most of the others, and every slot has an owner.
    pub(super) is_ok: bool,
    pub(super) ranges: Vec<SlotRange>,
    /// All nodes, each once.
    pub(super) members: Vec<ClusterMember>,
}

/// A range of slots and the ids of the nodes that serve it, the owner first.
pub(super) struct SlotRange {
    pub(super) first: u16,
    pub(super) last: u16,
    ids: Vec<String>,
}

pub(super) struct ClusterMember {
    id: String,
    pub(super) host: HostPort,
    /// The id of its primary, if it is a replica.
    primary: Option<String>,
}

impl ClusterView {
    /// Reads a node's replies to CLUSTER INFO, SLOTS and NODES.
    pub(super) fn read(node: &Arc<RedisNode>, replies: Vec<Value>) -> Option<Self> {
        let [info, slots, nodes] = <[Value; 3]>::try_from(replies).ok()?;
        let info: String = redis::from_redis_value(info).ok()?;
        let nodes: String = redis::from_redis_value(nodes).ok()?;
        let Value::Array(slots) = slots else { return None };
        let mut members = Vec::new();
        let ranges = slots.iter().filter_map(|range| SlotRange::read(range, node.address(), &mut members)).collect();
        // SLOTS leaves out nodes without slots and replicas that are not yet in sync. They can have subscribers.
        for member in nodes.lines().filter_map(|line| ClusterMember::read(line, node.address())) {
            match members.iter_mut().find(|known| known.id == member.id) {
                Some(known) => known.primary = member.primary,
                None => members.push(member),
            }
        }
        let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let epoch = field("cluster_current_epoch:").and_then(|epoch| epoch.parse().ok()).unwrap_or(0);
        Some(Self { node: Arc::clone(node), epoch, is_ok: field("cluster_state:") == Some("ok"), ranges, members })
    }

    /// The owner of these slots, then its replicas.
    pub(super) fn members_of<'a>(&'a self, range: &'a SlotRange) -> impl Iterator<Item = &'a ClusterMember> {
        let owner = range.ids.first();
        let listed = range.ids.iter().filter_map(|id| self.members.iter().find(|member| member.id == *id));
        let replicas = self.members.iter().filter(move |member| member.primary.as_ref() == owner);
        listed.chain(replicas.filter(|member| !range.ids.contains(&member.id)))
    }
}

impl SlotRange {
    /// Reads an entry of CLUSTER SLOTS: the first slot, the last slot, and the host, port and id of each node. Adds the
    /// nodes to `members`.
    fn read(value: &Value, reporter: &str, members: &mut Vec<ClusterMember>) -> Option<Self> {
        let Value::Array(items) = value else { return None };
        let [Value::Int(first), Value::Int(last), nodes @ ..] = items.as_slice() else { return None };
        let mut ids = Vec::with_capacity(nodes.len());
        for node in nodes {
            let Value::Array(fields) = node else { return None };
            let [name, Value::Int(port), Value::BulkString(id), ..] = fields.as_slice() else { return None };
            let name = if let Value::BulkString(name) = name { str::from_utf8(name).ok()? } else { "" };
            let host = HostPort::reported(name, u16::try_from(*port).ok()?, reporter);
            let id = String::from_utf8(id.clone()).ok()?;
            if !members.iter().any(|member| member.id == id) {
                members.push(ClusterMember { id: id.clone(), host, primary: None });
            }
            ids.push(id);
        }
        let (first, last) = (u16::try_from(*first).ok()?, u16::try_from(*last).ok()?);
        (!ids.is_empty()).then_some(Self { first, last, ids })
    }
}

impl ClusterMember {
    /// Reads a line of CLUSTER NODES, `<id> <ip:port@cport[,hostname]> <flags> <primary or -> …`; `None` for a node
    /// that cannot be reached.
    fn read(line: &str, reporter: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (id, address, flags, primary) = (words.next()?, words.next()?, words.next()?, words.next()?);
        if flags.split(',').any(|flag| matches!(flag, "fail" | "noaddr" | "handshake")) {
            return None;
        }
        let (name, port) = address.split('@').next()?.rsplit_once(':')?;
        let host = HostPort::reported(name, port.parse().ok()?, reporter);
        let primary = (primary != "-").then(|| primary.to_owned());
        Some(Self { id: id.to_owned(), host, primary })
    }
}
