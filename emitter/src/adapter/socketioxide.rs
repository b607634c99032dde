//! socketioxide's adapter, `socketioxide-redis`: MessagePack arrays over pub/sub.

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

/// Options of the socketioxide adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SocketIoxide {
    /// The start of its channels' names.
    pub prefix: String,
    /// The servers run on a Redis Cluster, and so on shard channels.
    pub sharded: bool,
}

impl Default for SocketIoxide {
    fn default() -> Self {
        Self { prefix: "socket.io".to_owned(), sharded: false }
    }
}

impl SocketIoxide {
    /// Sets the start of the channels' names.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
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
        let channel = format!("{}-request#{namespace}#", self.prefix);
        Some(if self.sharded { Census::ShardChannel(channel) } else { Census::Channel(channel) })
    }
}
