//! The classic adapter: `@socket.io/redis-adapter`'s `createAdapter`, and `socket.io-redis` before it.
//!
//! | what | channel | format |
//! |---|---|---|
//! | an event for everyone, or for several rooms | `<prefix>#<namespace>#` | MessagePack |
//! | an event for one room | `<prefix>#<namespace>#<room>#` | MessagePack |
//! | an order to servers | `<prefix>-request#<namespace>#` | JSON |
//!
//! An event is the array `[sender, packet, options]`.

mod decode;
mod reply;
mod request;
mod version;

use serde::Serialize;

use self::request::Request;
pub use self::version::SocketIo;
pub(crate) use self::version::{ServerVersions, VersionProbe, is_v2};
use crate::{
    adapter::{Command, EncodedRequest, Operation, RequestBody, RequestIds, SubscriptionTarget, opts, plain::finite},
    base::{Code, Error, InvalidMessage},
    message::{Action, Args, Flags, Message, Target, msgpack},
};

const NAME: &str = "classic";

/// What an emitter signs with: no server has this id, so every server takes the message.
const SENDER: &str = "emitter";

/// The request type of an event that wants acknowledgements.
const BROADCAST: u64 = 7;

/// The packet type of an event, with or without binary: servers find the binary themselves.
const EVENT: u64 = 2;

/// The packet type of an event with binary, which Socket.IO 2 must be told, and which makes clients of Socket.IO 4
/// drop the connection.
const BINARY_EVENT: u64 = 5;

/// Options of the classic adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Classic {
    /// The adapter's option `key`: `socket.io` by default.
    pub prefix: String,
    /// What messages are signed with.
    sender: String,
    /// The generations of the servers; `None` until they are known.
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

    /// Sets what messages are signed with, which is for servers: the server of this id takes none of them from the
    /// bus, and the others see that a server sent them. Emitters sign with `emitter`.
    pub fn sender(mut self, id: impl Into<String>) -> Self {
        self.sender = id.into();
        self
    }

    /// Says which Socket.IO all servers run, instead of finding out when it matters: before binary, `except`, join,
    /// leave, disconnect and server-side emit.
    pub fn socket_io(mut self, version: SocketIo) -> Self {
        self.versions = Some(version.into());
        self
    }

    pub(crate) fn with_versions(self, versions: ServerVersions) -> Self {
        Self { versions: Some(versions), ..self }
    }

    /// True if the generations of the servers are known.
    pub(crate) fn has_versions(&self) -> bool {
        self.versions.is_some()
    }

    /// The oldest and the newest of the servers' generations, if they are known: one where they are the same.
    pub(crate) fn generations(&self) -> Vec<SocketIo> {
        let mut generations: Vec<_> =
            self.versions.iter().flat_map(|versions| [versions.oldest, versions.newest]).collect();
        generations.dedup();
        generations
    }

    /// True if servers of different generations read this message differently, and theirs are not known.
    pub(super) fn depends_on_version(&self, message: &Message) -> bool {
        if self.has_versions() {
            return false;
        }
        match &message.action {
            Action::Emit { args, .. } => args.has_binary() || !message.target.except.is_empty(),
            Action::Join { .. } | Action::Leave { .. } | Action::Disconnect { .. } | Action::ServerEmit { .. } => true,
        }
    }

    /// It carries everything; what older servers do not know is another matter.
    pub(super) fn unsupported_reason(&self, _operation: Operation) -> Option<&'static str> {
        None
    }

    pub(super) fn encode(&self, message: &Message) -> Result<Command, Error> {
        let Message { target, action } = message;
        self.reachable(&target.namespace)?;
        self.understood(message)?;
        match action {
            Action::Emit { event, args, flags } => Ok(self.broadcast(target, event, args, *flags)),
            Action::Join { rooms } => self.request(target, &Request::join(target, rooms)),
            Action::Leave { rooms } => self.request(target, &Request::leave(target, rooms)),
            Action::Disconnect { mode } => self.request(target, &Request::disconnect(target, *mode)),
            Action::ServerEmit { event, args } => {
                plain(args)?;
                self.request(target, &Request::server_side_emit(&self.sender, event, args))
            }
        }
    }

    pub(super) fn encode_request(&self, asked: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        let target = asked.target();
        self.reachable(&target.namespace)?;
        self.answered(asked)?;
        let command = match asked {
            RequestBody::Acks(message) => self.broadcast_with_ack(message, ids),
            RequestBody::Sockets(target) => self.request(target, &Request::fetch(target).asked_by(ids))?,
            RequestBody::Rooms(target) => self.request(target, &Request::rooms().asked_by(ids))?,
            RequestBody::ServerAcks(message) => {
                let (event, args) = message.action.event();
                plain(args)?;
                self.request(target, &Request::server_side_emit(&ids.asker, event, args).asked_by(ids))?
            }
            RequestBody::Servers(target) => self.request(target, &VersionProbe::new(&ids.asker, &ids.request))?,
        };
        let shared = self.response_channel(&target.namespace, None);
        let own = self.response_channel(&target.namespace, Some(&ids.asker));
        Ok(EncodedRequest { command, responses: SubscriptionTarget::Channels(vec![shared, own]) })
    }

    pub(crate) fn request_channel(&self, namespace: &str) -> String {
        format!("{}-request#{namespace}#", self.prefix)
    }

    /// Where servers answer; with an id, the channel of one server or of one who asks.
    pub(crate) fn response_channel(&self, namespace: &str, id: Option<&str>) -> String {
        match id {
            None => format!("{}-response#{namespace}#", self.prefix),
            Some(id) => format!("{}-response#{namespace}#{id}#", self.prefix),
        }
    }

    /// Servers subscribe by a pattern that holds the prefix and the namespace, so brackets in them match
    /// something else: nothing sent there would arrive.
    fn reachable(&self, namespace: &str) -> Result<(), Error> {
        for (pointer, what, name) in [("/namespace", "a namespace", namespace), ("", "a prefix", self.prefix.as_str())]
        {
            if name.contains(['[', ']']) {
                let reason = format!("servers of the {NAME} adapter cannot be reached on {what} with '[' or ']'");
                return Err(InvalidMessage::new(Code::UnreachableName, pointer, reason).into());
            }
        }
        Ok(())
    }

    /// What the oldest of the servers would not do, or would do wrongly, is not sent to any.
    fn understood(&self, message: &Message) -> Result<(), Error> {
        let Some(ServerVersions { oldest, newest }) = self.versions else {
            return Ok(());
        };
        let upgrade = "upgrade those servers, or do it in their own code";
        let (what, instead) = match &message.action {
            Action::Emit { args, .. } if args.has_binary() && oldest == SocketIo::V2 && newest != SocketIo::V2 => {
                ("binary to servers of both Socket.IO 2 and later".into(), "send it as base64 text")
            }
            Action::Emit { .. } if !message.target.except.is_empty() && oldest == SocketIo::V2 => {
                (format!("except to {oldest}, which would not leave anyone out"), "name the rooms that are to get it")
            }
            Action::Join { .. } | Action::Leave { .. } | Action::Disconnect { .. } if oldest == SocketIo::V2 => {
                (format!("{} to {oldest}, which has no order for many sockets", message.name()), upgrade)
            }
            Action::ServerEmit { .. } if oldest < SocketIo::V4 => (format!("server-emit to {oldest}"), upgrade),
            _ => return Ok(()),
        };
        Err(Error::Unsupported { adapter: NAME, what, instead })
    }

    /// What the oldest of the servers would not answer is not asked of any.
    fn answered(&self, asked: &RequestBody) -> Result<(), Error> {
        let Some(ServerVersions { oldest, .. }) = self.versions else {
            return Ok(());
        };
        let since = match asked {
            RequestBody::Acks(_) | RequestBody::ServerAcks(_) => SocketIo::V4,
            RequestBody::Sockets(_) | RequestBody::Rooms(_) => SocketIo::V3,
            RequestBody::Servers(_) => SocketIo::V2,
        };
        if oldest < since {
            let what = format!("{} from {oldest}", asked.operation());
            return Err(Error::Unsupported { adapter: NAME, what, instead: "upgrade those servers" });
        }
        Ok(())
    }

    fn broadcast(&self, target: &Target, event: &str, args: &Args, flags: Flags) -> Command {
        let rooms = target.rooms.as_deref().unwrap_or_default();
        let channel = match rooms {
            [room] => format!("{}#{}#{room}#", self.prefix, target.namespace),
            _ => format!("{}#{}#", self.prefix, target.namespace),
        };
        let names = rooms.iter().chain(&target.except).map(|room| room.len() + 5).sum::<usize>();
        let mut out = Vec::with_capacity(96 + event.len() + args.as_msgpack().len() + names);
        msgpack::array(&mut out, 3);
        msgpack::str(&mut out, &self.sender);
        let kind = match self.versions {
            Some(ServerVersions { oldest: SocketIo::V2, .. }) if args.has_binary() => BINARY_EVENT,
            _ => EVENT,
        };
        packet(&mut out, kind, &target.namespace, event, args);
        opts::write(&mut out, rooms, &target.except, flags);
        Command::publish(channel, out)
    }

    /// The event as a request, which is what servers collect acknowledgements for.
    fn broadcast_with_ack(&self, message: &Message, ids: &RequestIds) -> Command {
        let target = &message.target;
        let (event, args) = message.action.event();
        let mut out = Vec::with_capacity(160 + event.len() + args.as_msgpack().len());
        msgpack::map(&mut out, 5);
        for (key, value) in [("uid", &ids.asker), ("requestId", &ids.request)] {
            msgpack::str(&mut out, key);
            msgpack::str(&mut out, value);
        }
        msgpack::str(&mut out, "type");
        msgpack::uint(&mut out, BROADCAST);
        msgpack::str(&mut out, "packet");
        packet(&mut out, EVENT, &target.namespace, event, args);
        msgpack::str(&mut out, "opts");
        let rooms = target.rooms.as_deref().unwrap_or_default();
        opts::write(&mut out, rooms, &target.except, message.action.flags());
        Command::publish(self.request_channel(&target.namespace), out)
    }

    fn request(&self, target: &Target, request: &impl Serialize) -> Result<Command, Error> {
        let json = serde_json::to_vec(request)
            .map_err(|error| InvalidMessage::new(Code::Value, "/args", format!("no JSON can carry this: {error}")))?;
        Ok(Command::publish(self.request_channel(&target.namespace), json))
    }
}

fn packet(out: &mut Vec<u8>, kind: u64, namespace: &str, event: &str, args: &Args) {
    msgpack::map(out, 3);
    msgpack::str(out, "type");
    msgpack::uint(out, kind);
    msgpack::str(out, "data");
    msgpack::array(out, 1 + args.len());
    msgpack::str(out, event);
    out.extend_from_slice(args.as_msgpack());
    msgpack::str(out, "nsp");
    msgpack::str(out, namespace);
}

/// Orders to servers are JSON.
fn plain(args: &Args) -> Result<(), Error> {
    if args.has_binary() {
        let what = "binary in a server-side emit".to_owned();
        return Err(Error::Unsupported { adapter: NAME, what, instead: "send it as base64 text" });
    }
    Ok(finite(args)?)
}
