//! The classic adapter: `createAdapter` of `@socket.io/redis-adapter`, and its predecessor `socket.io-redis`.
//!
//! | messages | channel | format |
//! |---|---|---|
//! | an event for all sockets or several rooms | `<prefix>#<namespace>#` | MessagePack |
//! | an event for one room | `<prefix>#<namespace>#<room>#` | MessagePack |
//! | socket operations, requests, server-side emits | `<prefix>-request#<namespace>#` | JSON; MessagePack for an event with acknowledgements |
//! | responses | `<prefix>-response#<namespace>#`, `<prefix>-response#<namespace>#<requester>#` | JSON or MessagePack |

mod broadcast;
mod request;
mod request_type;
mod response;
mod socket_io;
mod version_probe;

use serde::Serialize;

pub use self::socket_io::SocketIo;
use self::{
    broadcast::{decode_broadcast, encode_broadcast, encode_broadcast_with_ack},
    request::{ClassicRequest, ReceivedClassicRequest},
    response::{decode_response, read_response},
};
pub(crate) use self::{
    socket_io::ServerVersions,
    version_probe::{VersionProbe, is_v2},
};
use super::{
    Command, DecodedMessage, EncodedRequest, Frame, RequestBody, RequestIds, ServerReply, SocketDetail,
    SubscriberCount, SubscriptionTarget,
    json_payload::{ensure_finite, to_json},
    packet_type::{BINARY_EVENT, EVENT},
    payload_reader::read_payload,
};
use crate::{
    base::{Code, Error, InvalidMessage, malformed},
    message::{Action, Args, Message},
};

const NAME: &str = "classic";

/// The sender id of emitters. No server has it, so no server drops the message as its own.
const SENDER: &str = "emitter";

/// Options of the classic adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Classic {
    /// The adapter's option `key`: `socket.io` by default.
    pub prefix: String,
    sender: String,
    /// `None` if not known.
    versions: Option<ServerVersions>,
}

impl Default for Classic {
    fn default() -> Self {
        Self { prefix: "socket.io".to_owned(), sender: SENDER.to_owned(), versions: None }
    }
}

impl Classic {
    /// Sets the adapter's option `key`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets the sender id of messages: `emitter` by default.
    ///
    /// This is for programs that are servers themselves: the server with this id ignores the messages, and the other
    /// servers see which server sent them.
    pub fn sender(mut self, id: impl Into<String>) -> Self {
        self.sender = id.into();
        self
    }

    /// Sets the version of Socket.IO that all servers run.
    ///
    /// By default it is detected before a message that depends on it: binary, `except`, join, leave, disconnect and
    /// server-side emit.
    pub fn socket_io(mut self, version: SocketIo) -> Self {
        self.versions = Some(version.into());
        self
    }

    pub(crate) fn with_versions(self, versions: ServerVersions) -> Self {
        Self { versions: Some(versions), ..self }
    }

    pub(crate) fn has_versions(&self) -> bool {
        self.versions.is_some()
    }

    /// The oldest and the newest version of the servers; one if both are the same, none if they are not known.
    pub(crate) fn generations(&self) -> Vec<SocketIo> {
        let mut generations: Vec<_> =
            self.versions.iter().flat_map(|versions| [versions.oldest, versions.newest]).collect();
        generations.dedup();
        generations
    }

    /// True if server versions read this message differently, and the servers' versions are not known.
    pub(super) fn depends_on_version(&self, message: &Message) -> bool {
        if self.has_versions() {
            return false;
        }
        match &message.action {
            Action::Emit { args, .. } => args.has_binary() || !message.target.except.is_empty(),
            Action::Join { .. } | Action::Leave { .. } | Action::Disconnect { .. } | Action::ServerEmit { .. } => true,
        }
    }

    pub(super) fn encode(&self, message: &Message) -> Result<Command, Error> {
        let Message { target, action } = message;
        self.ensure_addressable(&target.namespace)?;
        self.ensure_versions_support(message)?;
        let request = match action {
            Action::Emit { args, .. } => {
                let packet_type = match self.versions {
                    Some(ServerVersions { oldest: SocketIo::V2, .. }) if args.has_binary() => BINARY_EVENT,
                    _ => EVENT,
                };
                let channel = match target.rooms.as_deref() {
                    Some([room]) => format!("{}#{}#{room}#", self.prefix, target.namespace),
                    _ => format!("{}#{}#", self.prefix, target.namespace),
                };
                return Ok(Command::publish(channel, encode_broadcast(&self.sender, packet_type, message)));
            }
            Action::Join { rooms } => ClassicRequest::join(target, rooms),
            Action::Leave { rooms } => ClassicRequest::leave(target, rooms),
            Action::Disconnect { mode } => ClassicRequest::disconnect(target, *mode),
            Action::ServerEmit { event, args } => {
                ensure_json_args(args)?;
                ClassicRequest::server_side_emit(&self.sender, event, args)
            }
        };
        self.publish_request(&target.namespace, &request)
    }

    pub(super) fn decode(&self, frame: &Frame<'_>) -> Result<DecodedMessage, Error> {
        let Frame::Published { channel, payload } = *frame else {
            return Err(malformed("a stream entry, but this adapter uses no streams"));
        };
        let Some(rest) = channel.strip_prefix(&self.prefix) else {
            return Err(malformed("the channel has another prefix"));
        };
        if let Some(rest) = rest.strip_prefix("-request#") {
            let namespace = rest.strip_suffix('#').ok_or_else(|| malformed("the channel does not end with '#'"))?;
            return read_payload::<ReceivedClassicRequest>(payload)?.decode(namespace);
        }
        if rest.starts_with("-response#") {
            return decode_response(payload);
        }
        if !rest.starts_with('#') {
            return Err(malformed("the channel is not for events, requests or responses"));
        }
        decode_broadcast(payload)
    }

    pub(super) fn encode_request(&self, body: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        let namespace = &body.target().namespace;
        self.ensure_addressable(namespace)?;
        self.ensure_versions_answer(body)?;
        let command = match body {
            RequestBody::Acks(message) => {
                Command::publish(self.request_channel(namespace), encode_broadcast_with_ack(message, ids))
            }
            RequestBody::Sockets(target) => {
                self.publish_request(namespace, &ClassicRequest::fetch(target).with_ids(ids))?
            }
            RequestBody::Rooms(_) => self.publish_request(namespace, &ClassicRequest::all_rooms().with_ids(ids))?,
            RequestBody::ServerAcks(message) => {
                let (event, args) = message.action.event();
                ensure_json_args(args)?;
                let request = ClassicRequest::server_side_emit(&ids.requester, event, args).with_ids(ids);
                self.publish_request(namespace, &request)?
            }
            RequestBody::Servers(_) => {
                self.publish_request(namespace, &VersionProbe::new(&ids.requester, &ids.request))?
            }
        };
        let shared = self.response_channel(namespace, None);
        let own = self.response_channel(namespace, Some(&ids.requester));
        Ok(EncodedRequest { command, responses: SubscriptionTarget::Channels(vec![shared, own]) })
    }

    pub(super) fn read_reply(
        &self,
        frame: &Frame<'_>,
        ids: &RequestIds,
        detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        match *frame {
            Frame::Published { payload, .. } => read_response(payload, ids, detail),
            Frame::Entry { .. } => Ok(None),
        }
    }

    pub(super) fn subscriber_count(&self, namespace: &str) -> Option<SubscriberCount> {
        Some(SubscriberCount::Channel(self.request_channel(namespace)))
    }

    pub(crate) fn request_channel(&self, namespace: &str) -> String {
        format!("{}-request#{namespace}#", self.prefix)
    }

    /// The response channel of a namespace, or of one server or requester on it.
    pub(crate) fn response_channel(&self, namespace: &str, id: Option<&str>) -> String {
        match id {
            None => format!("{}-response#{namespace}#", self.prefix),
            Some(id) => format!("{}-response#{namespace}#{id}#", self.prefix),
        }
    }

    fn publish_request(&self, namespace: &str, request: &impl Serialize) -> Result<Command, Error> {
        Ok(Command::publish(self.request_channel(namespace), to_json(request)?))
    }

    /// Servers subscribe to a pattern that contains the prefix and the namespace unescaped. With brackets, that pattern
    /// does not match the channel, and messages would be lost.
    fn ensure_addressable(&self, namespace: &str) -> Result<(), Error> {
        for (pointer, what, name) in [("/namespace", "a namespace", namespace), ("", "a prefix", self.prefix.as_str())]
        {
            if name.contains(['[', ']']) {
                let reason = format!(
                    "servers of the {NAME} adapter receive nothing on {what} with '[' or ']'; use a name without them"
                );
                return Err(InvalidMessage::new(Code::UnreachableName, pointer, reason).into());
            }
        }
        Ok(())
    }

    /// Refuses a message that the oldest server would ignore or misread.
    fn ensure_versions_support(&self, message: &Message) -> Result<(), Error> {
        let Some(ServerVersions { oldest, newest }) = self.versions else {
            return Ok(());
        };
        let upgrade = "upgrade those servers, or call this in the servers' own code";
        let (what, instead) = match &message.action {
            Action::Emit { args, .. } if args.has_binary() && oldest == SocketIo::V2 && newest != SocketIo::V2 => {
                ("binary to servers of both Socket.IO 2 and later versions".to_owned(), "send it as base64 text")
            }
            Action::Emit { .. } if !message.target.except.is_empty() && oldest == SocketIo::V2 => (
                format!("except to {oldest}, which ignores rooms in it"),
                "name the rooms that should receive the event",
            ),
            Action::Join { .. } | Action::Leave { .. } | Action::Disconnect { .. } if oldest == SocketIo::V2 => {
                (format!("{} to {oldest}, which can select one socket only", message.name()), upgrade)
            }
            Action::ServerEmit { .. } if oldest < SocketIo::V4 => (format!("server-emit to {oldest}"), upgrade),
            _ => return Ok(()),
        };
        Err(Error::Unsupported { adapter: NAME, what, instead })
    }

    /// Refuses a request that the oldest server would not answer.
    fn ensure_versions_answer(&self, body: &RequestBody) -> Result<(), Error> {
        let Some(ServerVersions { oldest, .. }) = self.versions else {
            return Ok(());
        };
        let since = match body {
            RequestBody::Acks(_) | RequestBody::ServerAcks(_) => SocketIo::V4,
            RequestBody::Sockets(_) | RequestBody::Rooms(_) => SocketIo::V3,
            RequestBody::Servers(_) => SocketIo::V2,
        };
        if oldest < since {
            let what = format!("{} from {oldest}", body.operation());
            return Err(Error::Unsupported { adapter: NAME, what, instead: "upgrade those servers" });
        }
        Ok(())
    }
}

/// Refuses arguments that JSON cannot carry.
fn ensure_json_args(args: &Args) -> Result<(), Error> {
    if args.has_binary() {
        let what = "binary in a server-side emit".to_owned();
        return Err(Error::Unsupported { adapter: NAME, what, instead: "send it as base64 text" });
    }
    Ok(ensure_finite(args)?)
}
