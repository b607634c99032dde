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
    adapter::{
        Command, DecodedMessage, EncodedRequest, Frame, Operation, RequestBody, RequestIds, ServerReply, SocketDetail,
        SubscriberCount, SubscriptionTarget, payload,
    },
    base::{Code, Error, InvalidMessage, malformed},
    message::{Action, DisconnectMode, Message},
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

    pub(super) fn unsupported_reason(&self, operation: Operation) -> Option<&'static str> {
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

    pub(super) fn limitation(&self, operation: Operation) -> Option<&'static str> {
        match operation {
            Operation::Rooms | Operation::Except => Some("rooms, or one socket by its id"),
            Operation::Join => Some("sockets by their rooms, not by their ids"),
            Operation::Disconnect => Some("from the namespace; connections stay open"),
            Operation::Sockets => Some("ids only"),
            _ => None,
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
            Action::Disconnect { mode: DisconnectMode::LeaveNamespace } => Request::disconnect(selection),
            Action::Disconnect { mode: DisconnectMode::CloseConnection } => {
                return Err(unsupported(
                    "a disconnect that closes the connection",
                    "disconnect from the namespace only",
                ));
            }
            Action::ServerEmit { .. } => return Err(unsupported("server-emit", TELL_SERVERS)),
        };
        self.publish(&target.namespace, request.to_msgpack(SENDER, UNANSWERED))
    }

    pub(super) fn decode(&self, frame: &Frame<'_>) -> Result<DecodedMessage, Error> {
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

    pub(super) fn encode_request(&self, asked: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        let target = asked.target();
        let selection = Selection::of(target, self.only_rooms)?;
        let (request, id) = match asked {
            RequestBody::Acks(message) => {
                let Action::Emit { event, args, flags } = &message.action else {
                    return Err(unsupported("acknowledgements of anything but an event", "send an event"));
                };
                let packet = Packet::new(&target.namespace, event, args)?;
                (Request::broadcast_with_ack(packet, selection.flagged(*flags)), &ids.request)
            }
            RequestBody::Sockets(_) => (Request::sockets(selection), &ids.request),
            RequestBody::Rooms(_) => (Request::rooms(selection), &ids.request),
            RequestBody::Servers(_) => (Request::sockets(Selection::NOBODY), &ids.asker),
            RequestBody::ServerAcks(_) => return Err(unsupported("server acknowledgements", TELL_SERVERS)),
        };
        let command = self.publish(&target.namespace, request.to_msgpack(&ids.asker, id))?;
        let answers = format!("{}-response#{}#{}#", self.prefix, target.namespace, ids.asker);
        let listen = if self.sharded {
            SubscriptionTarget::ShardChannel(answers)
        } else {
            SubscriptionTarget::Channels(vec![answers])
        };
        Ok(EncodedRequest { command, responses: listen })
    }

    /// A question for a sign of life bears the asker's id in place of its own, which tells the answers apart.
    pub(super) fn read_reply(
        &self,
        frame: &Frame<'_>,
        ids: &RequestIds,
        _detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        let response = read::<Response>(frame)?;
        match response.request() {
            id if id == ids.request => response.reply().map(Some),
            id if id == ids.asker => Ok(Some(response.sign_of_life())),
            _ => Ok(None),
        }
    }

    pub(super) fn subscriber_count(&self, namespace: &str) -> Option<SubscriberCount> {
        let channel = self.request_channel(namespace);
        Some(if self.sharded { SubscriberCount::ShardChannel(channel) } else { SubscriberCount::Channel(channel) })
    }

    fn request_channel(&self, namespace: &str) -> String {
        format!("{}-request#{namespace}#", self.prefix)
    }

    fn publish(&self, namespace: &str, payload: Vec<u8>) -> Result<Command, Error> {
        if namespace.contains('#') {
            let reason = format!("servers of the {NAME} adapter have no namespace with '#'");
            return Err(InvalidMessage::new(Code::UnreachableName, "/namespace", reason).into());
        }
        let channel = self.request_channel(namespace);
        Ok(if self.sharded { Command::shard_publish(channel, payload) } else { Command::publish(channel, payload) })
    }
}

fn read<'de, T: Deserialize<'de>>(frame: &Frame<'de>) -> Result<T, Error> {
    let Frame::Published { payload, .. } = *frame else {
        return Err(malformed("an entry of a stream, which this adapter has none of"));
    };
    payload::msgpack(payload)
}

fn unsupported(what: impl Into<String>, instead: &'static str) -> Error {
    Error::Unsupported { adapter: NAME, what: what.into(), instead }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        adapter::{Ack, RemoteSocket, ReplyBody},
        message::{Args, Target},
    };

    const SERVER: &str = "aA7UaEv5RjJMXoHE";
    const SID: &str = "DOvnFsUEFNmKHXjf";

    fn ids() -> RequestIds {
        RequestIds { asker: "aaaaaaaaaaaaaaa1".to_owned(), request: "bbbbbbbbbbbbbbb2".to_owned() }
    }

    fn ask(asked: &RequestBody, oxide: &SocketIoxide) -> EncodedRequest {
        oxide.encode_request(asked, &ids()).unwrap()
    }

    /// What this server says to a request of this id.
    fn reply(id: &str, said: &[u8]) -> Result<Option<ReplyBody>, Error> {
        let payload = [b"\x92\xb0", id.as_bytes(), b"\x92\xb0", SERVER.as_bytes(), said].concat();
        let channel = "socket.io-response#/#aaaaaaaaaaaaaaa1#";
        let reply = SocketIoxide::default().read_reply(&(channel, &payload).into(), &ids(), SocketDetail::Plain)?;
        Ok(reply.map(|ServerReply { server, body }| {
            assert_eq!(server.as_deref(), Some(SERVER));
            body
        }))
    }

    #[test]
    fn questions_bear_the_ids_and_are_answered_on_the_askers_channel() {
        let target = Target::default();
        let message = Message::emit("q", Args::default());
        let acks = &RequestBody::Acks(message.clone().check().unwrap());
        for (asked, id, kind) in [
            (acks, ids().request, 1),
            (&RequestBody::Rooms(target.clone()), ids().request, 3),
            (&RequestBody::Sockets(target.clone()), ids().request, 6),
            (&RequestBody::Servers(target.clone()), ids().asker, 6),
        ] {
            let EncodedRequest { command, responses: listen } = ask(asked, &SocketIoxide::default());
            let head = [b"\x96\xb0aaaaaaaaaaaaaaa1\xb0", id.as_bytes(), &[kind]].concat();
            assert!(command.payload().starts_with(&head), "{command}");
            assert_eq!(command.channel(), "socket.io-request#/#");
            assert_eq!(listen, SubscriptionTarget::Channels(vec!["socket.io-response#/#aaaaaaaaaaaaaaa1#".to_owned()]));
        }
        let sharded = SocketIoxide { sharded: true, ..SocketIoxide::default() };
        let EncodedRequest { command, responses: listen } = ask(&RequestBody::Servers(target.clone()), &sharded);
        assert!(command.payload().ends_with(b"\x95\x00\x90\x90\xc0\xc0"), "{command}");
        assert_eq!(command.name(), "SPUBLISH");
        assert_eq!(listen, SubscriptionTarget::ShardChannel("socket.io-response#/#aaaaaaaaaaaaaaa1#".to_owned()));
        assert_eq!(
            sharded.subscriber_count("/"),
            Some(SubscriberCount::ShardChannel("socket.io-request#/#".to_owned()))
        );
    }

    #[test]
    fn answers_are_read_as_servers_write_them() {
        let ours = |said: &[u8]| reply(&ids().request, said).unwrap().unwrap();
        assert_eq!(ours(b"\x92\x01\xce\x00\x01\x00\x00"), ReplyBody::Clients(65536));
        assert_eq!(ours(b"\x92\x02\x91\xa2r1"), ReplyBody::Rooms(vec!["r1".to_owned()]));
        let socket = [b"\x92\x03\x91\x93\xb0", SID.as_bytes(), b"\xb0", SERVER.as_bytes(), b"\xa1/"].concat();
        let described = RemoteSocket { server: Some(SERVER.to_owned()), ..RemoteSocket::new(SID.to_owned()) };
        assert_eq!(ours(&socket), ReplyBody::Sockets(vec![described]));
        let timeout = [b"\x92\x00\x92\xb0", SID.as_bytes(), b"\x81\xa3Err\xa7Timeout"].concat();
        assert_eq!(ours(&timeout), ReplyBody::NoAck);
        assert_eq!(reply(&ids().asker, b"\x92\x03\x90").unwrap(), Some(ReplyBody::Alive));
        assert_eq!(reply("ccccccccccccccc3", b"\x92\x03\x90").unwrap(), None);
        assert_eq!(reply(&ids().request, b"\x92\x09\x90").unwrap_err().code(), "malformed");
    }

    #[test]
    fn acknowledgements_come_with_their_binary() {
        let json = br#"["A",{"_placeholder":true,"num":0},2]"#;
        let list: Vec<u8> = [&b"\xdc\x00"[..], &[json.len() as u8], json].concat();
        let bin: Vec<u8> = [&b"\xc4"[..], &[json.len() as u8], json].concat();
        for text in [list, bin] {
            let said = [b"\x92\x00\x92\xb0", SID.as_bytes(), b"\x81\xa2Ok\x93\x00", &text, b"\x91\xc4\x03\x01\x02\xff"];
            let ReplyBody::Ack(Ack { args, socket, server }) = reply(&ids().request, &said.concat()).unwrap().unwrap()
            else {
                panic!("no acknowledgement")
            };
            assert_eq!(args, Args::new(&("A", crate::Binary([1, 2, 255]), 2)).unwrap());
            assert_eq!((socket.as_deref(), server.as_deref()), (Some(SID), Some(SERVER)));
        }
    }
}
