use std::{collections::HashSet, sync::Arc};

use super::redis_node::RedisNode;

/// The Redis servers at one moment, and what each of them serves.
#[derive(Debug)]
pub(super) struct Topology {
    /// All nodes. Replicas are among them: a Socket.IO server may subscribe at any node.
    pub(super) nodes: Vec<Arc<RedisNode>>,
    /// The node for commands without a key: all of them go to one node, so that they stay in order.
    pub(super) publisher: Arc<RedisNode>,
    /// Empty unless this is a Redis Cluster.
    pub(super) slot_map: Vec<SlotMapEntry>,
}

/// A range of slots and the nodes that serve it.
#[derive(Debug, Clone)]
pub(super) struct SlotMapEntry {
    pub(super) first: u16,
    pub(super) last: u16,
    /// The primary, then its replicas.
    pub(super) nodes: Vec<Arc<RedisNode>>,
}

impl Topology {
    /// One server for everything.
    pub(super) fn single(node: Arc<RedisNode>) -> Self {
        Self { nodes: vec![Arc::clone(&node)], publisher: node, slot_map: Vec::new() }
    }

    /// The primary for a key; the publisher without a key.
    pub(super) fn primary(&self, key: Option<&str>) -> &Arc<RedisNode> {
        key.and_then(|key| self.nodes_of(key).first()).unwrap_or(&self.publisher)
    }

    /// All primaries. Replicas repeat what is written to them.
    pub(super) fn primaries(&self) -> Vec<&RedisNode> {
        if self.slot_map.is_empty() {
            return vec![&self.publisher];
        }
        let mut primaries: Vec<&RedisNode> = Vec::new();
        for primary in self.slot_map.iter().filter_map(|entry| entry.nodes.first()) {
            if !primaries.iter().any(|known| std::ptr::eq(*known, &**primary)) {
                primaries.push(primary);
            }
        }
        primaries
    }

    /// The nodes that serve a key: its primary, then the replicas.
    pub(super) fn nodes_of(&self, key: &str) -> &[Arc<RedisNode>] {
        if self.slot_map.is_empty() { &self.nodes } else { self.nodes_of_slot(slot(key)) }
    }

    fn nodes_of_slot(&self, slot: u16) -> &[Arc<RedisNode>] {
        let entry = self.slot_map.iter().find(|entry| (entry.first..=entry.last).contains(&slot));
        entry.map_or(&[], |entry| &entry.nodes)
    }

    /// Logs what changed since `before`.
    pub(super) fn log_changes(&self, before: &Self) {
        let replaced = self.replaced_primaries(before);
        for (old, new) in &replaced {
            tracing::info!(old, new, "failover: another node is the primary");
        }
        if replaced.is_empty() && self.addresses() != before.addresses() {
            tracing::info!(nodes = self.nodes.len(), nodes_before = before.nodes.len(), "topology changed");
        }
    }

    /// The addresses of primaries that serve something else or nothing now, each with that of its successor.
    fn replaced_primaries<'a>(&'a self, before: &'a Self) -> Vec<(&'a str, &'a str)> {
        if self.slot_map.is_empty() {
            let (old, new) = (before.publisher.address(), self.publisher.address());
            return if old == new { Vec::new() } else { vec![(old, new)] };
        }
        let mut replaced = Vec::new();
        for entry in &self.slot_map {
            let (Some(old), Some(new)) = (before.nodes_of_slot(entry.first).first(), entry.nodes.first()) else {
                continue;
            };
            let pair = (old.address(), new.address());
            if pair.0 != pair.1 && !replaced.contains(&pair) {
                replaced.push(pair);
            }
        }
        replaced
    }

    fn addresses(&self) -> HashSet<&str> {
        self.nodes.iter().map(|node| node.address()).collect()
    }
}

/// The slot of a key in a Redis Cluster: that of its hash tag, the text in its first braces, if there is one.
#[cfg(feature = "cluster")]
pub(super) fn slot(key: &str) -> u16 {
    let tag = key.split_once('{').and_then(|(_, rest)| rest.split_once('}')).map(|(tag, _)| tag);
    let hashed = tag.filter(|tag| !tag.is_empty()).unwrap_or(key);
    crc16::State::<crc16::XMODEM>::calculate(hashed.as_bytes()) % 16384
}

#[cfg(not(feature = "cluster"))]
pub(super) fn slot(_: &str) -> u16 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::connection::{access_options::AccessOptions, host_port::HostPort, redis_node::NodeRole};

    fn node(port: u16) -> Arc<RedisNode> {
        let host = HostPort { name: "h".to_owned(), port };
        Arc::new(RedisNode::at(&host, &AccessOptions::default(), NodeRole::Member).unwrap())
    }

    /// A cluster of these primaries, which serve 100 slots each.
    fn cluster(ports: &[u16]) -> Topology {
        let nodes: Vec<_> = ports.iter().copied().map(node).collect();
        let entries = nodes.iter().zip(0..).map(|(node, index)| SlotMapEntry {
            first: index * 100,
            last: index * 100 + 99,
            nodes: vec![Arc::clone(node)],
        });
        Topology { slot_map: entries.collect(), publisher: Arc::clone(&nodes[0]), nodes }
    }

    #[test]
    fn replaced_primaries_are_those_of_the_same_slots() {
        let single = |port| Topology::single(node(port));
        assert_eq!(single(1).replaced_primaries(&single(1)), []);
        assert_eq!(single(2).replaced_primaries(&single(1)), [("h:1", "h:2")]);

        let before = cluster(&[1, 2, 3]);
        assert_eq!(cluster(&[1, 2, 3]).replaced_primaries(&before), []);
        assert_eq!(cluster(&[1, 4, 3]).replaced_primaries(&before), [("h:2", "h:4")]);
        assert_eq!(cluster(&[1, 2, 3, 4]).replaced_primaries(&before), []);
        // A single server that turned out to be a node of a cluster had no slots.
        assert_eq!(before.replaced_primaries(&single(1)), []);
    }

    #[cfg(feature = "cluster")]
    #[test]
    fn slots_are_those_of_cluster_keyslot() {
        let slots = [
            ("123456789", 12739),
            ("foo", 12182),
            ("{foo}.bar", 12182),
            ("a{foo}b{x}", 12182),
            ("foo{}{bar}", 8363),
            ("foo{{bar}}zap", 4015),
            ("", 0),
        ];
        for (key, expected) in slots {
            assert_eq!(slot(key), expected, "{key}");
        }
    }
}
