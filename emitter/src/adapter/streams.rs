//! The streams adapter: `@socket.io/redis-streams-adapter`.
//!
//! | what | where | format |
//! |---|---|---|
//! | events, orders | entries of the stream `<prefix>`, or of one of `<prefix>-0`… | JSON, or MessagePack in base64 |
//! | events that want acknowledgements, questions, server-side events | channel `<channel_prefix>#<namespace>#` | MessagePack |
//! | answers to one who asks | channel `<channel_prefix>#<namespace>#<id>#` | MessagePack |
//!
//! Before 0.3 all of it is in the stream.

use crate::{
    command::Command,
    error::Error,
    frame::Frame,
    heard::Heard,
    link::Census,
    message::Message,
    operation::Operation,
    request::{Asked, Detail, Ids, Inquiry, Reply},
};

/// Options of the streams adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Streams {
    /// The adapter's option `streamName`: `socket.io` by default.
    pub prefix: String,
    /// The adapter's option `channelPrefix`: `socket.io` by default.
    pub channel_prefix: String,
    /// The adapter's option `streamCount`: 1 by default.
    pub stream_count: u32,
    /// The adapter's option `maxLen`, to which every writer cuts the stream: 10 000 by default.
    pub max_len: u64,
    /// The adapter's option `useShardedPubSub`.
    pub sharded_pub_sub: bool,
    /// Where what lasts goes.
    pub(crate) place: Place,
    /// The servers run 0.1 or 0.2.
    pub(crate) before_0_3: bool,
}

/// Where events and orders go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// The stream that the servers would choose for the namespace, of as many as there are.
    Chosen,
    /// A stream that is known to be read, one of these.
    Known(Vec<u32>),
    /// No stream, but the channel: every server reads it, and only its connection state recovery does not.
    Channel,
}

impl Default for Streams {
    fn default() -> Self {
        let prefix = || "socket.io".to_owned();
        Self {
            prefix: prefix(),
            channel_prefix: prefix(),
            stream_count: 1,
            max_len: 10_000,
            sharded_pub_sub: false,
            place: Place::Chosen,
            before_0_3: false,
        }
    }
}

impl Streams {
    /// Sets the adapter's options `streamName` and `channelPrefix`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self.channel_prefix.clone_from(&self.prefix);
        self
    }

    /// Says that the servers run 0.1 or 0.2 of the adapter, which have everything in the stream.
    pub fn before_0_3(mut self) -> Self {
        self.before_0_3 = true;
        self
    }

    pub(super) fn lacks(&self, _operation: Operation) -> Option<&'static str> {
        todo!()
    }

    pub(super) fn encode(&self, _message: &Message) -> Result<Command, Error> {
        todo!()
    }

    pub(super) fn decode(&self, _frame: &Frame<'_>) -> Result<Heard, Error> {
        todo!()
    }

    pub(super) fn ask(&self, _asked: Asked<'_>, _ids: &Ids) -> Result<Inquiry, Error> {
        todo!()
    }

    pub(super) fn reply(&self, _frame: &Frame<'_>, _ids: &Ids, _detail: Detail) -> Result<Option<Reply>, Error> {
        todo!()
    }

    /// Before 0.3 there is no channel whose subscribers could be counted.
    pub(super) fn census(&self, namespace: &str) -> Option<Census> {
        let channel = format!("{}#{namespace}#", self.channel_prefix);
        match (self.before_0_3, self.sharded_pub_sub) {
            (true, _) => None,
            (false, true) => Some(Census::ShardChannel(channel)),
            (false, false) => Some(Census::Channel(channel)),
        }
    }
}
