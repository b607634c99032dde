use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::redis_node::RedisNode;

/// Which servers there are, at a moment, and which of them has what.
#[derive(Debug)]
pub(super) struct Topology {
    /// Every server, replicas too: a server of Socket.IO may subscribe at any of them.
    pub(super) nodes: Vec<Arc<RedisNode>>,
    /// Where all messages are published that have no place of their own, so that they stay in order.
    pub(super) publisher: Arc<RedisNode>,
    /// None but in a cluster.
    pub(super) shards: Vec<Shard>,
    doubtful: AtomicBool,
}

/// A range of slots, and who has it.
#[derive(Debug, Clone)]
pub(super) struct Shard {
    pub(super) first: u16,
    pub(super) last: u16,
    /// The owner, then its replicas.
    pub(super) nodes: Vec<Arc<RedisNode>>,
}

impl Topology {
    /// One server that has everything.
    pub(super) fn single(node: Arc<RedisNode>) -> Self {
        Self::new(vec![Arc::clone(&node)], node, Vec::new())
    }

    pub(super) fn new(nodes: Vec<Arc<RedisNode>>, publisher: Arc<RedisNode>, shards: Vec<Shard>) -> Self {
        Self { nodes, publisher, shards, doubtful: AtomicBool::new(false) }
    }

    /// Who has this key; anybody if there is none.
    pub(super) fn owner(&self, key: Option<&str>) -> &Arc<RedisNode> {
        key.and_then(|key| self.shard(key).first()).unwrap_or(&self.publisher)
    }

    /// All who take what is written: replicas repeat it.
    pub(super) fn owners(&self) -> Vec<&RedisNode> {
        if self.shards.is_empty() {
            return vec![&self.publisher];
        }
        let mut owners: Vec<&RedisNode> = Vec::new();
        for owner in self.shards.iter().filter_map(|shard| shard.nodes.first()) {
            if !owners.iter().any(|known| std::ptr::eq(*known, &**owner)) {
                owners.push(owner);
            }
        }
        owners
    }

    /// All that have a part in this key.
    pub(super) fn shard(&self, key: &str) -> &[Arc<RedisNode>] {
        if self.shards.is_empty() {
            return &self.nodes;
        }
        let slot = slot(key);
        let shard = self.shards.iter().find(|shard| (shard.first..=shard.last).contains(&slot));
        shard.map_or(&[], |shard| &shard.nodes)
    }

    /// It did not fit what was found: it is looked up again before the next use.
    pub(super) fn doubt(&self) {
        self.doubtful.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_doubtful(&self) -> bool {
        self.doubtful.load(Ordering::Relaxed)
    }
}

/// The slot of a key in a Redis Cluster: of what is in its first braces, if there is something.
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

#[cfg(all(test, feature = "cluster"))]
mod tests {
    use super::slot;

    #[test]
    fn slots_are_those_of_redis() {
        // As CLUSTER KEYSLOT answers.
        let known = [
            ("123456789", 12739),
            ("foo", 12182),
            ("{foo}.bar", 12182),
            ("a{foo}b{x}", 12182),
            ("foo{}{bar}", 8363),
            ("foo{{bar}}zap", 4015),
            ("", 0),
        ];
        for (key, expected) in known {
            assert_eq!(slot(key), expected, "{key}");
        }
    }
}
