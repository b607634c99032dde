/// Where to subscribe: the channels that servers answer on or publish to. Never a channel whose subscribers servers
/// count as servers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SubscriptionTarget {
    /// Channels, by name.
    Channels(Vec<String>),
    /// Channels, by pattern. `PUBSUB NUMSUB` does not count these subscribers. In a Redis Cluster every node delivers
    /// all channels.
    Patterns(Vec<String>),
    /// One shard channel.
    ShardChannel(String),
    /// A stream, from its current end.
    Stream(String),
    /// A stream that was just created, from its first entry.
    NewStream(String),
    /// All shard channels, through MONITOR on every primary: this costs Redis throughput.
    Monitor,
    /// All shard channels whose names start with one of these prefixes, on a replica, where servers do not count
    /// subscribers. New channels are subscribed to within a second.
    ReplicaShardChannels(Vec<String>),
}

impl SubscriptionTarget {
    /// In a Redis Cluster, the key whose owner delivers this; `None` if any node does.
    pub(crate) fn key(&self) -> Option<&str> {
        match self {
            Self::ShardChannel(key) | Self::Stream(key) | Self::NewStream(key) => Some(key),
            Self::Channels(_) | Self::Patterns(_) | Self::Monitor | Self::ReplicaShardChannels(_) => None,
        }
    }
}

/// Escapes the characters that are special in a Redis pattern.
pub(crate) fn escape_pattern(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
