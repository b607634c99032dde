//! socketioxide's adapter, `socketioxide-redis`: MessagePack arrays over pub/sub.
//!
//! | what | channel | format |
//! |---|---|---|
//! | everything for all servers | `<prefix>-request#<namespace>#` | `[sender, id, type, packet, rooms, selection]` |
//! | what is for one server | `<prefix>-request#<namespace>#<server>#` | the same |
//! | answers to one who asks | `<prefix>-response#<namespace>#<id>#` | `[id, [server, [type, value]]]` |
//!
//! Structs are arrays of exactly so many values. On a Redis Cluster the channels are shard channels.
//!
//! A socket is in no room of its own there: it is selected by its id, which is told from a room's name by its shape
//! (see [`SocketIoxide::only_rooms`]).

mod packet;
mod request;
mod response;
mod selection;

use serde::Deserialize;

use self::{
    packet::Packet,
    request::{Asking, Request},
    response::Response,
    selection::Selection,
};
use crate::{
    command::Command,
    error::{Error, Invalid},
    frame::Frame,
    heard::Heard,
    link::{Census, Listen},
    message::{Action, Close, Message},
    msgpack::Source,
    operation::Operation,
    request::{Asked, Detail, Ids, Inquiry, Reply},
};

const NAME: &str = "socketioxide";

/// What an emitter signs with. Servers read 16 characters and nothing else.
const SENDER: &str = "socketio-emitter";

/// The id of what nobody answers.
const UNANSWERED: &str = "0000000000000000";

const TELL_SERVERS: &str = "tell the servers another way; they know no such event";

/// Options of the socketioxide adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SocketIoxide {
    /// The start of its channels' names.
    pub prefix: String,
    /// The servers run on a Redis Cluster, and so on shard channels.
    pub sharded: bool,
    /// Names are always rooms, whatever they look like. Otherwise 16 characters of `[A-Za-z0-9_-]` are a socket's id.
    pub only_rooms: bool,
}

impl Default for SocketIoxide {
    fn default() -> Self {
        Self { prefix: "socket.io".to_owned(), sharded: false, only_rooms: false }
    }
}

impl SocketIoxide {
    /// Sets the start of the channels' names.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    pub(super) fn lacks(&self, operation: Operation) -> Option<&'static str> {
        match operation {
            Operation::Compress => Some("leave the flag out; the servers' own configuration decides"),
            Operation::ServerEmit | Operation::ServerAcks => Some(TELL_SERVERS),
            Operation::Emit
            | Operation::Room
            | Operation::Rooms
            | Operation::Except
            | Operation::Namespace
            | Operation::Volatile
            | Operation::Binary
            | Operation::Join
            | Operation::Leave
            | Operation::Disconnect
            | Operation::Acks
            | Operation::Sockets
            | Operation::AllRooms
            | Operation::Servers => None,
        }
    }

    pub(super) fn encode(&self, message: &Message) -> Result<Command, Error> {
        let Message { target, action } = message;
        let selection = Selection::of(target, self.only_rooms)?;
        let request = match action {
            Action::Emit { event, args, flags } => {
                Request::broadcast(Packet::new(&target.namespace, event, args)?, selection.flagged(*flags))
            }
            // Every server that does not know the socket would keep it in the room for as long as it runs.
            Action::Join { .. } if selection.is_one_socket() => {
                return Err(unsupported("join by a socket's id", "name a room that the socket is in"));
            }
            Action::Join { rooms } => Request::join(rooms, selection),
            Action::Leave { rooms } => Request::leave(rooms, selection),
            Action::Disconnect { close: Close::No } => Request::disconnect(selection),
            Action::Disconnect { close: Close::Yes } => {
                return Err(unsupported(
                    "a disconnect that closes the connection",
                    "disconnect from the namespace only",
                ));
            }
            Action::ServerEmit { .. } => return Err(unsupported("server-emit", TELL_SERVERS)),
        };
        self.publish(&target.namespace, request.to_msgpack(SENDER, UNANSWERED))
    }

    pub(super) fn decode(&self, frame: &Frame<'_>) -> Result<Heard, Error> {
        let rest = frame.channel().strip_prefix(&self.prefix);
        let rest = rest.ok_or_else(|| malformed("the channel has another prefix"))?;
        if let Some(names) = rest.strip_prefix("-request#") {
            let (namespace, _) = names.split_once('#').ok_or_else(|| malformed("the channel has no '#' at its end"))?;
            return read::<Asking>(frame)?.heard(namespace);
        }
        if rest.starts_with("-response#") {
            return Ok(read::<Response>(frame)?.heard());
        }
        Err(malformed("the channel is no request or response"))
    }

    pub(super) fn ask(&self, asked: Asked<'_>, ids: &Ids) -> Result<Inquiry, Error> {
        let target = asked.target();
        let selection = Selection::of(target, self.only_rooms)?;
        let (request, id) = match asked {
            Asked::Acks(Message { action: Action::Emit { event, args, flags }, .. }, _) => {
                let packet = Packet::new(&target.namespace, event, args)?;
                (Request::broadcast_with_ack(packet, selection.flagged(*flags)), &ids.request)
            }
            Asked::Acks(..) => {
                return Err(unsupported("acknowledgements of anything but an event", "send an event"));
            }
            Asked::Sockets(_) => (Request::sockets(selection), &ids.request),
            Asked::Rooms(_) => (Request::rooms(selection), &ids.request),
            Asked::Servers(_) => (Request::sockets(Selection::NOBODY), &ids.asker),
            Asked::ServerAcks(_) => return Err(unsupported("server acknowledgements", TELL_SERVERS)),
        };
        let command = self.publish(&target.namespace, request.to_msgpack(&ids.asker, id))?;
        let answers = format!("{}-response#{}#{}#", self.prefix, target.namespace, ids.asker);
        let listen = if self.sharded { Listen::ShardChannel(answers) } else { Listen::Channels(vec![answers]) };
        Ok(Inquiry { command, listen })
    }

    /// A question for a sign of life bears the asker's id in place of its own, which tells the answers apart.
    pub(super) fn reply(&self, frame: &Frame<'_>, ids: &Ids, _detail: Detail) -> Result<Option<Reply>, Error> {
        let response = read::<Response>(frame)?;
        match response.request() {
            id if id == ids.request => response.reply().map(Some),
            id if id == ids.asker => Ok(Some(response.sign_of_life())),
            _ => Ok(None),
        }
    }

    pub(super) fn census(&self, namespace: &str) -> Option<Census> {
        let channel = self.request_channel(namespace);
        Some(if self.sharded { Census::ShardChannel(channel) } else { Census::Channel(channel) })
    }

    fn request_channel(&self, namespace: &str) -> String {
        format!("{}-request#{namespace}#", self.prefix)
    }

    fn publish(&self, namespace: &str, payload: Vec<u8>) -> Result<Command, Error> {
        if namespace.contains('#') {
            let reason = format!("servers of the {NAME} adapter have no namespace with '#'");
            return Err(Invalid::new("unreachable-name", "/namespace", reason).into());
        }
        let channel = self.request_channel(namespace);
        Ok(if self.sharded { Command::shard_publish(channel, payload) } else { Command::publish(channel, payload) })
    }
}

fn read<'de, T: Deserialize<'de>>(frame: &Frame<'de>) -> Result<T, Error> {
    let Frame::Published { payload, .. } = *frame else {
        return Err(malformed("an entry of a stream, which this adapter has none of"));
    };
    let mut source = Source::new(payload);
    let read = T::deserialize(&mut source).and_then(|value| source.end().map(|()| value));
    read.map_err(|error| malformed(error.to_string()))
}

fn malformed(reason: impl Into<String>) -> Error {
    Error::Malformed(reason.into())
}

fn unsupported(what: impl Into<String>, instead: &'static str) -> Error {
    Error::Unsupported { adapter: NAME, what: what.into(), instead }
}
