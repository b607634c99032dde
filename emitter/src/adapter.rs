//! How a Socket.IO cluster's servers talk over Redis, which is how we talk to them.

mod classic;
mod cluster;
mod name;
mod opts;
mod payload;
mod plain;
mod python;
mod roster;
mod sharded;
mod socketioxide;
mod streams;

pub use self::{
    classic::{Classic, SocketIo},
    name::ADAPTER_NAMES,
    python::Python,
    sharded::{RoomChannels, Sharded},
    socketioxide::SocketIoxide,
    streams::Streams,
};
pub(crate) use self::{
    classic::{Question, Versions, is_v2},
    roster::Roster,
    streams::Place,
};
use crate::{
    command::Command,
    error::{Error, Invalid},
    frame::Frame,
    guard,
    heard::Heard,
    link::Census,
    message::{Message, Verb},
    operation::Operation,
    request::{Asked, Detail, Ids, Inquiry, Reply},
};

/// A wire format, with the options of the servers that speak it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Adapter {
    /// `@socket.io/redis-adapter` (`createAdapter`) and `socket.io-redis`: MessagePack over pub/sub.
    Classic(Classic),
    /// `@socket.io/redis-adapter` (`createShardedAdapter`): the pub/sub of Redis 7's shards.
    Sharded(Sharded),
    /// `@socket.io/redis-streams-adapter`: a stream for what lasts, pub/sub for the rest.
    Streams(Streams),
    /// `socketioxide-redis`, of the servers in Rust.
    SocketIoxide(SocketIoxide),
    /// python-socketio's `RedisManager`: JSON over pub/sub.
    Python(Python),
}

impl Adapter {
    /// The adapter's name at every door, such as `classic`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Classic(_) => "classic",
            Self::Sharded(_) => "sharded",
            Self::Streams(_) => "streams",
            Self::SocketIoxide(_) => "socketioxide",
            Self::Python(_) => "python",
        }
    }

    /// The start of its channels' names.
    pub fn prefix(&self) -> &str {
        match self {
            Self::Classic(classic) => &classic.prefix,
            Self::Sharded(sharded) => &sharded.prefix,
            Self::Streams(streams) => &streams.prefix,
            Self::SocketIoxide(oxide) => &oxide.prefix,
            Self::Python(python) => &python.prefix,
        }
    }

    /// The same adapter with another prefix.
    pub fn with_prefix(self, prefix: impl Into<String>) -> Self {
        match self {
            Self::Classic(classic) => Self::Classic(classic.prefix(prefix)),
            Self::Sharded(sharded) => Self::Sharded(sharded.prefix(prefix)),
            Self::Streams(streams) => Self::Streams(streams.prefix(prefix)),
            Self::SocketIoxide(oxide) => Self::SocketIoxide(oxide.prefix(prefix)),
            Self::Python(python) => Self::Python(python.prefix(prefix)),
        }
    }

    /// The same adapter on servers that are known to run this Socket.IO, which only the classic adapter asks about.
    pub fn with_socket_io(self, version: SocketIo) -> Self {
        match self {
            Self::Classic(classic) => Self::Classic(classic.socket_io(version)),
            other => other,
        }
    }

    /// What to do instead of an operation that this adapter does not carry; `None` if it does.
    ///
    /// ```
    /// use socketio_emitter::{Adapter, Operation, Python};
    ///
    /// let python = Adapter::Python(Python::default());
    /// assert!(python.lacks(Operation::Room).is_none());
    /// assert!(python.lacks(Operation::ServerEmit).is_some());
    /// ```
    pub fn lacks(&self, operation: Operation) -> Option<&'static str> {
        match self {
            Self::Classic(classic) => classic.lacks(operation),
            Self::Sharded(sharded) => sharded.lacks(operation),
            Self::Streams(streams) => streams.lacks(operation),
            Self::SocketIoxide(oxide) => oxide.lacks(operation),
            Self::Python(python) => python.lacks(operation),
        }
    }

    /// What an operation that this adapter carries is limited to; `None` if to nothing.
    ///
    /// ```
    /// use socketio_emitter::{Adapter, Operation, Python};
    ///
    /// let python = Adapter::Python(Python::default());
    /// assert_eq!(python.limits(Operation::Except), Some("sockets by their ids, no rooms"));
    /// ```
    pub fn limits(&self, operation: Operation) -> Option<&'static str> {
        match self {
            Self::Classic(_) | Self::Sharded(_) | Self::Streams(_) => None,
            Self::SocketIoxide(oxide) => oxide.limits(operation),
            Self::Python(python) => python.limits(operation),
        }
    }

    /// The Redis command that says this message to servers of this adapter.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a message that could hurt a server, [`Error::Unsupported`] for what this adapter
    /// cannot say.
    pub fn encode(&self, message: &Message) -> Result<Command, Error> {
        guard::check(message)?;
        Operation::needed(message).try_for_each(|operation| self.carries(operation))?;
        match self {
            Self::Classic(classic) => classic.encode(message),
            Self::Sharded(sharded) => sharded.encode(message),
            Self::Streams(streams) => streams.encode(message),
            Self::SocketIoxide(oxide) => oxide.encode(message),
            Self::Python(python) => python.encode(message),
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
    /// match adapter.decode(&command.frame())? {
    ///     Heard::Message { message, .. } => assert_eq!(message, tick),
    ///     other => panic!("{other:?}"),
    /// }
    /// # Ok::<(), socketio_emitter::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Malformed`] with the reason.
    pub fn decode(&self, frame: &Frame<'_>) -> Result<Heard, Error> {
        match self {
            Self::Classic(classic) => classic.decode(frame),
            Self::Sharded(sharded) => sharded.decode(frame),
            Self::Streams(streams) => streams.decode(frame),
            Self::SocketIoxide(oxide) => oxide.decode(frame),
            Self::Python(python) => python.decode(frame),
        }
    }

    /// A question to the servers, and where they answer it.
    pub(crate) fn ask(&self, asked: Asked<'_>, ids: &Ids) -> Result<Inquiry, Error> {
        match asked {
            Asked::Acks(message) | Asked::ServerAcks(message) => {
                let wanted = if let Asked::Acks(_) = asked { Verb::Emit } else { Verb::ServerEmit };
                if message.action.verb() != wanted {
                    let reason = format!("only {} is acknowledged in this way", wanted.name());
                    return Err(Invalid::new("not-acknowledged", "/do", reason).into());
                }
                guard::check(message)?;
                Operation::needed(message).try_for_each(|operation| self.carries(operation))?;
            }
            Asked::Sockets(target) | Asked::Rooms(target) | Asked::Servers(target) => guard::target(target)?,
        }
        self.carries(asked.operation())?;
        match self {
            Self::Classic(classic) => classic.ask(asked, ids),
            Self::Sharded(sharded) => sharded.ask(asked, ids),
            Self::Streams(streams) => streams.ask(asked, ids),
            Self::SocketIoxide(oxide) => oxide.ask(asked, ids),
            Self::Python(python) => python.ask(asked, ids),
        }
    }

    /// Reads an answer to the question of these ids; `None` if it is something else.
    pub(crate) fn reply(&self, frame: &Frame<'_>, ids: &Ids, detail: Detail) -> Result<Option<Reply>, Error> {
        match self {
            Self::Classic(classic) => classic.reply(frame, ids, detail),
            Self::Sharded(sharded) => sharded.reply(frame, ids, detail),
            Self::Streams(streams) => streams.reply(frame, ids, detail),
            Self::SocketIoxide(oxide) => oxide.reply(frame, ids, detail),
            Self::Python(python) => python.reply(frame, ids, detail),
        }
    }

    /// How the servers of a namespace are counted; `None` if they have to be asked.
    pub(crate) fn census(&self, namespace: &str) -> Option<Census> {
        match self {
            Self::Classic(classic) => Some(Census::Channel(classic.request_channel(namespace))),
            Self::Sharded(sharded) => sharded.census(namespace),
            Self::Streams(streams) => streams.census(namespace),
            Self::SocketIoxide(oxide) => oxide.census(namespace),
            Self::Python(python) => python.census(namespace),
        }
    }

    /// Where the servers' ids can be seen, if answers name them.
    pub(crate) fn roster(&self, namespace: &str) -> Option<Roster> {
        Roster::of(self, namespace)
    }

    /// True if every server answers every question, so that one can tell who is missing.
    pub(crate) fn every_server_answers(&self) -> bool {
        !matches!(self, Self::Python(_))
    }

    /// True if servers of different versions read this message differently, and theirs are not known.
    pub(crate) fn depends_on_version(&self, message: &Message) -> bool {
        match self {
            Self::Classic(classic) => classic.depends_on_version(message),
            Self::Sharded(_) | Self::Streams(_) | Self::SocketIoxide(_) | Self::Python(_) => false,
        }
    }

    fn carries(&self, operation: Operation) -> Result<(), Error> {
        match self.lacks(operation) {
            None => Ok(()),
            Some(instead) => {
                Err(Error::Unsupported { adapter: self.name(), what: operation.name().to_owned(), instead })
            }
        }
    }
}
