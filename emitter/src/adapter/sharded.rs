//! The sharded adapter: `@socket.io/redis-adapter`'s `createShardedAdapter` (8.2 and later, Redis 7 and later).
//!
//! | what | channel | format |
//! |---|---|---|
//! | everything | `<prefix>#<namespace>#` | MessagePack |
//! | an event for one room, if room channels are chosen | `<prefix>#<namespace>#<room>#` | MessagePack |
//! | answers to one who asks | `<prefix>#<namespace>#<id>#` | JSON or MessagePack |
//!
//! Every message is the map `{type, data, uid, nsp}`, on shard channels.

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

/// Options of the sharded adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sharded {
    /// The adapter's option `channelPrefix`: `socket.io` by default.
    pub prefix: String,
    /// Publish an event for one room on the room's own channel, which fewer servers read.
    pub room_channels: Option<RoomChannels>,
}

/// The servers' `subscriptionMode`, where they have channels for rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoomChannels {
    /// `dynamic`, the default: for rooms, but not for those of one socket.
    Dynamic,
    /// `dynamic-private`: for every room.
    DynamicPrivate,
}

impl Default for Sharded {
    fn default() -> Self {
        Self { prefix: "socket.io".to_owned(), room_channels: None }
    }
}

impl Sharded {
    /// Sets the adapter's option `channelPrefix`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Publishes an event for one room on the room's own channel. It is lost if the servers' mode is another.
    pub fn room_channels(mut self, mode: RoomChannels) -> Self {
        self.room_channels = Some(mode);
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

    pub(super) fn census(&self, namespace: &str) -> Option<Census> {
        Some(Census::ShardChannel(format!("{}#{namespace}#", self.prefix)))
    }
}
