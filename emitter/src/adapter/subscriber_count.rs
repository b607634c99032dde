/// The channel whose subscribers are the servers of a namespace: every server subscribes to it by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SubscriberCount {
    /// Counted with `PUBSUB NUMSUB`.
    Channel(String),
    /// Counted with `PUBSUB SHARDNUMSUB`.
    ShardChannel(String),
}

impl SubscriberCount {
    /// The channel's name.
    pub(crate) fn channel(&self) -> &str {
        match self {
            Self::Channel(name) | Self::ShardChannel(name) => name,
        }
    }
}
