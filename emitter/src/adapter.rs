//! How a Socket.IO cluster's servers talk over Redis, which is how we talk to them.

pub(crate) mod ack;
mod classic;
mod cluster;
mod command;
mod decoded_message;
mod frame;
mod name;
mod operation;
mod opts;
mod payload;
mod plain;
mod python;
mod request;
mod roster;
pub(crate) mod server;
mod server_reply;
pub(crate) mod server_value;
mod sharded;
pub(crate) mod socket;
mod socket_id;
mod socketioxide;
mod streams;
mod subscriber_count;
mod subscription_target;
mod wire_room;

pub(crate) use self::{
    ack::Ack,
    classic::{ServerVersions, VersionProbe, is_v2},
    request::{EncodedRequest, RequestBody, RequestIds},
    roster::ServerRoster,
    server::{RemoteServer, ServerAck},
    server_reply::{ReplyBody, ServerReply, SocketDetail},
    server_value::ServerValue,
    socket::RemoteSocket,
    socket_id::looks_like_socket_id,
    streams::StreamChoice,
    subscriber_count::SubscriberCount,
    subscription_target::{SubscriptionTarget, escape_pattern},
};
pub use self::{
    classic::{Classic, SocketIo},
    command::Command,
    decoded_message::{DecodedMessage, Presence, RequestKind},
    frame::Frame,
    name::ADAPTER_NAMES,
    operation::Operation,
    python::Python,
    sharded::{RoomChannels, Sharded},
    socketioxide::SocketIoxide,
    streams::Streams,
};
use crate::{
    base::{Code, Error, InvalidMessage},
    message::{CheckedMessage, Message, Verb, check_target},
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
    /// assert!(python.unsupported_reason(Operation::Room).is_none());
    /// assert!(python.unsupported_reason(Operation::ServerEmit).is_some());
    /// ```
    pub fn unsupported_reason(&self, operation: Operation) -> Option<&'static str> {
        match self {
            Self::Classic(classic) => classic.unsupported_reason(operation),
            Self::Sharded(sharded) => sharded.unsupported_reason(operation),
            Self::Streams(streams) => streams.unsupported_reason(operation),
            Self::SocketIoxide(oxide) => oxide.unsupported_reason(operation),
            Self::Python(python) => python.unsupported_reason(operation),
        }
    }

    /// What an operation that this adapter carries is limited to; `None` if to nothing.
    ///
    /// ```
    /// use socketio_emitter::{Adapter, Operation, Python};
    ///
    /// let python = Adapter::Python(Python::default());
    /// assert_eq!(python.limitation(Operation::Except), Some("sockets by their ids, no rooms"));
    /// ```
    pub fn limitation(&self, operation: Operation) -> Option<&'static str> {
        match self {
            Self::Classic(_) | Self::Sharded(_) | Self::Streams(_) => None,
            Self::SocketIoxide(oxide) => oxide.limitation(operation),
            Self::Python(python) => python.limitation(operation),
        }
    }

    /// The Redis command that says this message to servers of this adapter.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a message that could hurt a server, [`Error::Unsupported`] for what this adapter
    /// cannot say.
    pub fn encode(&self, message: &Message) -> Result<Command, Error> {
        self.encode_checked(&message.clone().check()?)
    }

    /// The Redis command for a checked message.
    pub(crate) fn encode_checked(&self, message: &CheckedMessage) -> Result<Command, Error> {
        Operation::needed(message).try_for_each(|operation| self.ensure_supported(operation))?;
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
    /// use socketio_emitter::{Adapter, Args, Classic, DecodedMessage, Message};
    ///
    /// let adapter = Adapter::Classic(Classic::default());
    /// let tick = Message::emit("tick", Args::default());
    /// let command = adapter.encode(&tick)?;
    /// match adapter.decode(&command.frame())? {
    ///     DecodedMessage::Message { message, .. } => assert_eq!(message, tick),
    ///     other => panic!("{other:?}"),
    /// }
    /// # Ok::<(), socketio_emitter::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Malformed`] with the reason.
    pub fn decode(&self, frame: &Frame<'_>) -> Result<DecodedMessage, Error> {
        match self {
            Self::Classic(classic) => classic.decode(frame),
            Self::Sharded(sharded) => sharded.decode(frame),
            Self::Streams(streams) => streams.decode(frame),
            Self::SocketIoxide(oxide) => oxide.decode(frame),
            Self::Python(python) => python.decode(frame),
        }
    }

    /// A question to the servers, and where they answer it.
    pub(crate) fn encode_request(&self, asked: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        match asked {
            RequestBody::Acks(message) | RequestBody::ServerAcks(message) => {
                let wanted = if let RequestBody::Acks(_) = asked { Verb::Emit } else { Verb::ServerEmit };
                if message.action.verb() != wanted {
                    let reason = format!("only {} is acknowledged in this way", wanted.name());
                    return Err(InvalidMessage::new(Code::NotAcknowledged, "/do", reason).into());
                }
                Operation::needed(message).try_for_each(|operation| self.ensure_supported(operation))?;
            }
            RequestBody::Sockets(target) | RequestBody::Rooms(target) | RequestBody::Servers(target) => {
                check_target(target)?
            }
        }
        self.ensure_supported(asked.operation())?;
        match self {
            Self::Classic(classic) => classic.encode_request(asked, ids),
            Self::Sharded(sharded) => sharded.encode_request(asked, ids),
            Self::Streams(streams) => streams.encode_request(asked, ids),
            Self::SocketIoxide(oxide) => oxide.encode_request(asked, ids),
            Self::Python(python) => python.encode_request(asked, ids),
        }
    }

    /// Reads an answer to the question of these ids; `None` if it is something else.
    pub(crate) fn read_reply(
        &self,
        frame: &Frame<'_>,
        ids: &RequestIds,
        detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        match self {
            Self::Classic(classic) => classic.read_reply(frame, ids, detail),
            Self::Sharded(sharded) => sharded.read_reply(frame, ids, detail),
            Self::Streams(streams) => streams.read_reply(frame, ids, detail),
            Self::SocketIoxide(oxide) => oxide.read_reply(frame, ids, detail),
            Self::Python(python) => python.read_reply(frame, ids, detail),
        }
    }

    /// How the servers of a namespace are counted; `None` if they have to be asked.
    pub(crate) fn subscriber_count(&self, namespace: &str) -> Option<SubscriberCount> {
        match self {
            Self::Classic(classic) => Some(SubscriberCount::Channel(classic.request_channel(namespace))),
            Self::Sharded(sharded) => sharded.subscriber_count(namespace),
            Self::Streams(streams) => streams.subscriber_count(namespace),
            Self::SocketIoxide(oxide) => oxide.subscriber_count(namespace),
            Self::Python(python) => python.subscriber_count(namespace),
        }
    }

    /// Where the servers' ids can be seen, if answers name them.
    pub(crate) fn roster(&self, namespace: &str) -> Option<ServerRoster> {
        ServerRoster::of(self, namespace)
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

    fn ensure_supported(&self, operation: Operation) -> Result<(), Error> {
        match self.unsupported_reason(operation) {
            None => Ok(()),
            Some(instead) => {
                Err(Error::Unsupported { adapter: self.name(), what: operation.name().to_owned(), instead })
            }
        }
    }
}
