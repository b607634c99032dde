//! python-socketio's `RedisManager` and `AsyncRedisManager`: JSON on one channel.

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

/// Options of the python adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Python {
    /// The manager's option `channel`: `socketio` by default.
    pub prefix: String,
    /// The servers run python-socketio before 5.15.1, which knows events with one argument only.
    pub before_5_15_1: bool,
}

impl Default for Python {
    fn default() -> Self {
        Self { prefix: "socketio".to_owned(), before_5_15_1: false }
    }
}

impl Python {
    /// Sets the manager's option `channel`.
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
        let _ = namespace;
        Some(Census::Channel(self.prefix.clone()))
    }
}
