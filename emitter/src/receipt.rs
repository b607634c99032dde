use serde::Serialize;

/// What is known once Redis took a message.
///
/// Redis pub/sub is at most once: it took the message and handed it to the servers that were connected. Whether
/// a client was in the room is for an acknowledgement to say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Receipt {
    /// The adapter that the message was written for, such as `classic`.
    pub adapter: &'static str,
    /// The cluster's servers on the message's namespace at that moment, as Redis counts their subscriptions, in
    /// the same round trip as the message. `None` if Redis would not say (an ACL without `PUBSUB`) or if there is
    /// no Redis (a recorder).
    pub servers: Option<u64>,
    /// The id that Redis gave the entry, where the message went into a stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<String>,
}

/// What is known once Redis took a batch of messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BatchReceipt {
    /// The adapter that the messages were written for.
    pub adapter: &'static str,
    /// How many messages Redis took: all but those that were skipped.
    pub messages: u64,
    /// How many messages could not be published and were [passed over](crate::Batch::skip_invalid).
    pub skipped: u64,
    /// The servers, as in [`Receipt`], counted once a flush: the fewest that were there for any of them, on the
    /// namespace of the flush's first message. `None` if Redis would not say or nothing was sent.
    pub servers: Option<u64>,
}
