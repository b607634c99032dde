use std::sync::Arc;

use redis::Value;

use super::super::{access::HostPort, redis_node::RedisNode};

/// What one server says about all.
pub(super) struct ClusterView {
    pub(super) by: Arc<RedisNode>,
    /// The higher, the later.
    pub(super) epoch: u64,
    /// It can reach most of the others, and somebody has every slot.
    pub(super) whole: bool,
    pub(super) ranges: Vec<SlotRange>,
    /// Everybody, each once.
    pub(super) members: Vec<ClusterMember>,
}

/// Slots, and the ids of those who have them: the owner first.
pub(super) struct SlotRange {
    pub(super) first: u16,
    pub(super) last: u16,
    ids: Vec<String>,
}

pub(super) struct ClusterMember {
    id: String,
    pub(super) host: HostPort,
    /// Whose replica it is.
    primary: Option<String>,
}

impl ClusterView {
    /// Reads the answers to CLUSTER INFO, SLOTS and NODES.
    pub(super) fn read(by: &Arc<RedisNode>, answers: Vec<Value>) -> Option<Self> {
        let [info, slots, nodes] = <[Value; 3]>::try_from(answers).ok()?;
        let info: String = redis::from_redis_value(info).ok()?;
        let nodes: String = redis::from_redis_value(nodes).ok()?;
        let Value::Array(slots) = slots else { return None };
        let mut members = Vec::new();
        let ranges = slots.iter().filter_map(|range| SlotRange::read(range, by.address(), &mut members)).collect();
        // SLOTS leaves out those that have no slots, or nothing to replicate yet. They can have subscribers.
        for member in nodes.lines().filter_map(|line| ClusterMember::read(line, by.address())) {
            match members.iter_mut().find(|known| known.id == member.id) {
                Some(known) => known.primary = member.primary,
                None => members.push(member),
            }
        }
        let field = |name: &str| info.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
        let epoch = field("cluster_current_epoch:").and_then(|epoch| epoch.parse().ok()).unwrap_or(0);
        Some(Self { by: Arc::clone(by), epoch, whole: field("cluster_state:") == Some("ok"), ranges, members })
    }

    /// The owner of these slots, and its replicas.
    pub(super) fn members_of<'a>(&'a self, range: &'a SlotRange) -> impl Iterator<Item = &'a ClusterMember> {
        let owner = range.ids.first();
        let known = range.ids.iter().filter_map(|id| self.members.iter().find(|member| member.id == *id));
        let others = self.members.iter().filter(move |member| member.primary.as_ref() == owner);
        known.chain(others.filter(|member| !range.ids.contains(&member.id)))
    }
}

impl SlotRange {
    /// First slot, last slot, and for each server its host, its port, its id and more.
    fn read(value: &Value, asked: &str, members: &mut Vec<ClusterMember>) -> Option<Self> {
        let Value::Array(items) = value else { return None };
        let [Value::Int(first), Value::Int(last), servers @ ..] = items.as_slice() else { return None };
        let mut ids = Vec::with_capacity(servers.len());
        for server in servers {
            let Value::Array(parts) = server else { return None };
            let [name, Value::Int(port), Value::BulkString(id), ..] = parts.as_slice() else { return None };
            let name = if let Value::BulkString(name) = name { str::from_utf8(name).ok()? } else { "" };
            let host = located(name, u16::try_from(*port).ok()?, asked);
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
    /// `<id> <ip:port@bus[,name]> <flags> <primary or -> …`, unless it is away.
    fn read(line: &str, asked: &str) -> Option<Self> {
        let mut words = line.split(' ');
        let (id, address, flags, primary) = (words.next()?, words.next()?, words.next()?, words.next()?);
        if flags.split(',').any(|flag| matches!(flag, "fail" | "noaddr" | "handshake")) {
            return None;
        }
        let (name, port) = address.split('@').next()?.rsplit_once(':')?;
        let host = located(name, port.parse().ok()?, asked);
        let primary = (primary != "-").then(|| primary.to_owned());
        Some(Self { id: id.to_owned(), host, primary })
    }
}

/// A host as a server names it, which may leave out its own name: then it is where it was asked.
pub(in crate::connection) fn located(name: &str, port: u16, asked: &str) -> HostPort {
    let asked = asked.rsplit_once(':').map_or(asked, |(name, _)| name);
    let name = if name.is_empty() || name == "?" { asked } else { name };
    HostPort { name: name.trim_matches(['[', ']']).to_owned(), port }
}
