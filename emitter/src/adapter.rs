//! The wire formats of the adapters: how Socket.IO servers communicate over Redis.
//!
//! This module encodes and decodes only; it performs no I/O.

pub(crate) mod ack;
mod adapter_name;
mod broadcast_options;
mod classic;
mod cluster;
mod command;
mod decoded_message;
mod frame;
mod json_payload;
mod node_socket;
mod operation;
mod packet_type;
mod payload_reader;
mod python;
pub(crate) mod remote_server;
pub(crate) mod remote_socket;
mod request;
mod server_reply;
mod server_roster;
pub(crate) mod server_value;
mod sharded;
mod socket_id;
mod socketioxide;
mod streams;
mod subscriber_count;
mod subscription_target;
mod wire_name;

pub(crate) use self::{
    ack::{Ack, ServerAck},
    classic::{ServerVersions, VersionProbe, is_v2},
    remote_server::RemoteServer,
    remote_socket::RemoteSocket,
    request::{EncodedRequest, RequestBody, RequestIds},
    server_reply::{ReplyBody, ServerReply, SocketDetail},
    server_roster::ServerRoster,
    server_value::ServerValue,
    socket_id::looks_like_socket_id,
    streams::StreamChoice,
    subscriber_count::SubscriberCount,
    subscription_target::{SubscriptionTarget, escape_pattern},
};
pub use self::{
    adapter_name::ADAPTER_NAMES,
    classic::{Classic, SocketIo},
    command::Command,
    decoded_message::{DecodedMessage, Presence, RequestKind},
    frame::Frame,
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

/// A wire format, with the options of the servers that use it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Adapter {
    /// `@socket.io/redis-adapter` (`createAdapter`) and `socket.io-redis`: MessagePack and JSON over pub/sub.
    Classic(Classic),
    /// `@socket.io/redis-adapter` (`createShardedAdapter`): the sharded pub/sub of Redis 7.
    Sharded(Sharded),
    /// `@socket.io/redis-streams-adapter`: a stream for events, pub/sub for requests and responses.
    Streams(Streams),
    /// `socketioxide-redis`, for servers in Rust.
    SocketIoxide(SocketIoxide),
    /// python-socketio's `RedisManager`: JSON over pub/sub.
    Python(Python),
}

impl Adapter {
    /// The adapter's name, such as `classic`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Classic(_) => "classic",
            Self::Sharded(_) => "sharded",
            Self::Streams(_) => "streams",
            Self::SocketIoxide(_) => "socketioxide",
            Self::Python(_) => "python",
        }
    }

    /// The start of the adapter's channel names.
    pub fn prefix(&self) -> &str {
        match self {
            Self::Classic(classic) => &classic.prefix,
            Self::Sharded(sharded) => &sharded.prefix,
            Self::Streams(streams) => &streams.prefix,
            Self::SocketIoxide(oxide) => &oxide.prefix,
            Self::Python(python) => &python.prefix,
        }
    }

    /// Returns the adapter with another prefix.
    pub fn with_prefix(self, prefix: impl Into<String>) -> Self {
        match self {
            Self::Classic(classic) => Self::Classic(classic.prefix(prefix)),
            Self::Sharded(sharded) => Self::Sharded(sharded.prefix(prefix)),
            Self::Streams(streams) => Self::Streams(streams.prefix(prefix)),
            Self::SocketIoxide(oxide) => Self::SocketIoxide(oxide.prefix(prefix)),
            Self::Python(python) => Self::Python(python.prefix(prefix)),
        }
    }

    /// Returns the adapter with the servers' version of Socket.IO. Only the classic adapter uses it.
    pub fn with_socket_io(self, version: SocketIo) -> Self {
        match self {
            Self::Classic(classic) => Self::Classic(classic.socket_io(version)),
            other => other,
        }
    }

    /// Encodes a message as the Redis command that sends it.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a message that could harm a server or client, [`Error::Unsupported`] for a message that
    /// this adapter cannot carry.
    pub fn encode(&self, message: &Message) -> Result<Command, Error> {
        self.encode_checked(&message.clone().check()?)
    }

    /// Encodes a message that is checked already.
    pub(crate) fn encode_checked(&self, message: &CheckedMessage) -> Result<Command, Error> {
        Operation::required_by(message).try_for_each(|operation| self.ensure_supported(operation))?;
        match self {
            Self::Classic(classic) => classic.encode(message),
            Self::Sharded(sharded) => sharded.encode(message),
            Self::Streams(streams) => streams.encode(message),
            Self::SocketIoxide(oxide) => oxide.encode(message),
            Self::Python(python) => python.encode(message),
        }
    }

    /// Decodes a message on the bus, whichever emitter or server sent it.
    ///
    /// ```
    /// use socketio_emitter::{
    ///     Adapter, Args, Message,
    ///     adapter::{Classic, DecodedMessage},
    /// };
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

    /// Encodes a request to the servers, and returns where they respond.
    pub(crate) fn encode_request(&self, body: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        match body {
            RequestBody::Acks(message) | RequestBody::ServerAcks(message) => {
                let verb = if let RequestBody::Acks(_) = body { Verb::Emit } else { Verb::ServerEmit };
                if message.action.verb() != verb {
                    let reason = format!("\"do\" must be {:?} to collect {}", verb.name(), body.operation());
                    return Err(InvalidMessage::new(Code::NotAcknowledged, "/do", reason).into());
                }
                Operation::required_by(message).try_for_each(|operation| self.ensure_supported(operation))?;
            }
            RequestBody::Sockets(target) | RequestBody::Rooms(target) | RequestBody::Servers(target) => {
                check_target(target)?
            }
        }
        self.ensure_supported(body.operation())?;
        match self {
            Self::Classic(classic) => classic.encode_request(body, ids),
            Self::Sharded(sharded) => sharded.encode_request(body, ids),
            Self::Streams(streams) => streams.encode_request(body, ids),
            Self::SocketIoxide(oxide) => oxide.encode_request(body, ids),
            Self::Python(python) => python.encode_request(body, ids),
        }
    }

    /// Reads a reply to the request with these ids; `None` for any other message.
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

    /// How to count the servers of a namespace; `None` if only their responses to a ping show how many there are.
    pub(crate) fn subscriber_count(&self, namespace: &str) -> Option<SubscriberCount> {
        match self {
            Self::Classic(classic) => classic.subscriber_count(namespace),
            Self::Sharded(sharded) => sharded.subscriber_count(namespace),
            Self::Streams(streams) => streams.subscriber_count(namespace),
            Self::SocketIoxide(oxide) => oxide.subscriber_count(namespace),
            Self::Python(python) => python.subscriber_count(namespace),
        }
    }

    /// What to do instead of an operation that this adapter does not support; `None` if it does.
    ///
    /// ```
    /// use socketio_emitter::adapter::{Adapter, Operation, Python};
    ///
    /// let python = Adapter::Python(Python::default());
    /// assert!(python.unsupported_reason(Operation::Room).is_none());
    /// assert!(python.unsupported_reason(Operation::ServerEmit).is_some());
    /// ```
    pub fn unsupported_reason(&self, operation: Operation) -> Option<&'static str> {
        match self {
            Self::Classic(_) | Self::Sharded(_) | Self::Streams(_) => None,
            Self::SocketIoxide(oxide) => oxide.unsupported_reason(operation),
            Self::Python(python) => python.unsupported_reason(operation),
        }
    }

    /// What a supported operation is limited to; `None` if it has no limits.
    ///
    /// ```
    /// use socketio_emitter::adapter::{Adapter, Operation, Python};
    ///
    /// let python = Adapter::Python(Python::default());
    /// assert_eq!(python.limitation(Operation::Except), Some("socket ids only, no rooms"));
    /// ```
    pub fn limitation(&self, operation: Operation) -> Option<&'static str> {
        match self {
            Self::Classic(_) | Self::Sharded(_) | Self::Streams(_) => None,
            Self::SocketIoxide(oxide) => oxide.limitation(operation),
            Self::Python(python) => python.limitation(operation),
        }
    }

    /// How to list the ids of the connected servers; `None` if responses do not identify their server.
    pub(crate) fn roster(&self, namespace: &str) -> Option<ServerRoster> {
        ServerRoster::new(self, namespace)
    }

    /// True if every server responds to every request, so that missing responses can be reported.
    pub(crate) fn every_server_answers(&self) -> bool {
        !matches!(self, Self::Python(_))
    }

    /// True if server versions read this message differently, and the servers' versions are not known.
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
