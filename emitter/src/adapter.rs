//! How a Socket.IO cluster's servers talk over Redis, which is how we talk to them.

mod classic;
mod detect;

use std::{fmt, str::FromStr};

pub use self::classic::{Classic, SocketIo};
pub(crate) use self::classic::{Question, Versions, is_v2};
pub(crate) use self::detect::{candidates, detect};
use crate::{command::Command, error::Error, guard, heard::Heard, message::Message};

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

    /// The same adapter on servers that are known to run this Socket.IO.
    pub fn with_socket_io(self, version: SocketIo) -> Self {
        match self {
            Self::Classic(classic) => Self::Classic(classic.socket_io(version)),
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

    /// What a message on the bus says, whoever sent it: a broadcast, an order, a question or an answer.
    ///
    /// ```
    /// use socketio_emitter::{Adapter, Args, Classic, Heard, Message};
    ///
    /// let adapter = Adapter::Classic(Classic::default());
    /// let tick = Message::emit("tick", Args::default());
    /// let command = adapter.encode(&tick)?;
    /// match adapter.decode(command.channel(), command.payload())? {
    ///     Heard::Message { message, .. } => assert_eq!(message, tick),
    ///     other => panic!("{other:?}"),
    /// }
    /// # Ok::<(), socketio_emitter::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Malformed`] with the reason.
    pub fn decode(&self, channel: &str, payload: &[u8]) -> Result<Heard, Error> {
        match self {
            Self::Classic(classic) => classic.decode(channel, payload),
        }
    }

    /// True if servers of different versions read this message differently, and theirs are not known.
    pub(crate) fn depends_on_version(&self, message: &Message) -> bool {
        match self {
            Self::Classic(classic) => classic.depends_on_version(message),
        }
    }

    /// The channel to which every server of a namespace subscribes by name: its subscribers are the servers.
    pub fn server_channel(&self, namespace: &str) -> String {
        match self {
            Self::Classic(classic) => classic.request_channel(namespace),
        }
    }
}

impl FromStr for Adapter {
    type Err = Error;

    /// The adapter of this name, with its defaults.
    ///
    /// # Errors
    /// [`Error::Config`] that lists the names there are.
    fn from_str(name: &str) -> Result<Self, Error> {
        match name {
            "classic" => Ok(Self::Classic(Classic::default())),
            "sharded" | "streams" | "socketioxide" | "python" => {
                Err(Error::Config(format!("the {name} adapter is not supported yet; there is classic")))
            }
            _ => Err(Error::Config(format!("there is no adapter {name:?}; there is classic"))),
        }
    }
}

impl fmt::Display for Adapter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
