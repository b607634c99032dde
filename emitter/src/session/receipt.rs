use serde::Serialize;

/// Confirms that Redis took a message.
///
/// Redis pub/sub is at most once: Redis passed the message to the servers that were connected at that moment. Whether a
/// client received it, only an acknowledgement can tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Receipt {
    /// The adapter that the message was encoded for, such as `classic`.
    pub adapter: &'static str,
    /// The number of the cluster's servers on the message's namespace, counted by their Redis subscriptions in the same
    /// round trip as the message. `None` if Redis refused to count (an ACL without `PUBSUB`) or there is no Redis (a
    /// recorder).
    pub servers: Option<u64>,
    /// The id of the stream entry, if the message went into a Redis stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
}

/// Confirms that Redis took a batch of messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BatchReceipt {
    /// The adapter that the messages were encoded for.
    pub adapter: &'static str,
    /// The number of messages that Redis took: all but the skipped ones.
    pub messages: u64,
    /// The number of messages that could not be encoded and were [skipped](crate::Batch::skip_invalid).
    pub skipped: u64,
    /// The smallest number of servers counted during the batch, once per pipeline, on the namespace of the pipeline's first
    /// message. `None` if Redis refused to count or nothing was sent.
    pub servers: Option<u64>,
}
