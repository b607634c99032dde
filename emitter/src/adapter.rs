//! How a Socket.IO cluster's servers talk over Redis, which is how we talk to them.

mod classic;
mod detect;

use std::fmt;

pub use self::classic::Classic;
pub(crate) use self::detect::{candidates, detect};
use crate::{command::Command, error::Error, guard, message::Message};

/// A wire format, with the options of the servers that speak it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Adapter {
    /// `@socket.io/redis-adapter` (`createAdapter`) and `socket.io-redis`: MessagePack over pub/sub.
    Classic(Classic),
}

impl Adapter {
    /// The adapter's name at every door, such as `classic`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Classic(_) => "classic",
        }
    }

    /// The start of its channels' names.
    pub fn prefix(&self) -> &str {
        match self {
            Self::Classic(classic) => &classic.prefix,
        }
    }

    /// The same adapter with another prefix.
    pub fn with_prefix(self, prefix: impl Into<String>) -> Self {
        match self {
            Self::Classic(classic) => Self::Classic(classic.prefix(prefix)),
        }
    }

    /// The Redis command that says this message to servers of this adapter.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a message that could hurt a server, [`Error::Unsupported`] for what this adapter
    /// cannot say.
    pub fn encode(&self, message: &Message) -> Result<Command, Error> {
        guard::check(message)?;
        match self {
            Self::Classic(classic) => classic.encode(message),
        }
    }

    /// The channel to which every server of a namespace subscribes by name: its subscribers are the servers.
    pub fn server_channel(&self, namespace: &str) -> String {
        match self {
            Self::Classic(classic) => classic.request_channel(namespace),
        }
    }
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
