//! The socketioxide adapter: `socketioxide-redis`.
//!
//! | messages | channel | format |
//! |---|---|---|
//! | to all servers | `<prefix>-request#<namespace>#` | `[sender, id, type, packet, rooms, selection]` |
//! | to one server | `<prefix>-request#<namespace>#<server>#` | the same |
//! | responses | `<prefix>-response#<namespace>#<requester>#` | `[request, [server, [type, value]]]` |
//!
//! All messages are MessagePack, with structs as arrays of an exact length. On a Redis Cluster the channels are shard
//! channels.
//!
//! A socket is not in a room named by its id. It is selected by the id itself, which is distinguished from the name of
//! a room by its form (see [`SocketIoxide::only_rooms`]).

mod packet;
mod request;
mod request_type;
mod response;
mod selection;

use serde::Deserialize;

use self::{
    packet::OxidePacket,
    request::{OxideRequest, ReceivedOxideRequest},
    response::OxideResponse,
    selection::OxideSelection,
};
use super::{
    Command, DecodedMessage, EncodedRequest, Frame, Operation, RequestBody, RequestIds, ServerReply, SocketDetail,
    SubscriberCount, SubscriptionTarget, payload_reader::read_msgpack,
};
use crate::{
    base::{Code, Error, InvalidMessage, malformed},
    message::{Action, DisconnectMode, Message},
};

const NAME: &str = "socketioxide";

/// The sender id of emitters. Servers require exactly 16 characters.
const SENDER: &str = "socketio-emitter";

/// The id of a message without responses.
const NO_REQUEST_ID: &str = "0000000000000000";

/// What to do instead of a server-side emit.
const NO_SERVER_SIDE_EMIT: &str = "notify the servers another way; they have no server-side events";

/// Options of the socketioxide adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SocketIoxide {
    /// The start of the channel names: `socket.io` by default.
    pub prefix: String,
    /// Uses shard channels, as servers do on a Redis Cluster.
    pub sharded: bool,
    /// Treats every name as a room. Otherwise a name of 16 characters of `[A-Za-z0-9_-]` is a socket's id.
    pub only_rooms: bool,
}

impl Default for SocketIoxide {
    fn default() -> Self {
        Self { prefix: "socket.io".to_owned(), sharded: false, only_rooms: false }
    }
}

impl SocketIoxide {
    /// Sets the start of the channel names.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    pub(super) fn encode(&self, message: &Message) -> Result<Command, Error> {
        let Message { target, action } = message;
        let selection = OxideSelection::new(target, self.only_rooms)?;
        let request = match action {
            Action::Emit { event, args, flags } => {
                let packet = OxidePacket::new(&target.namespace, event, args)?;
                OxideRequest::broadcast(packet, selection.with_flags(*flags))
            }
            // Every server that does not have the socket would add it to the room until the server stops.
            Action::Join { .. } if selection.is_single_socket() => {
                return Err(unsupported("join by a socket's id", "name a room that the socket is in"));
            }
            Action::Join { rooms } => OxideRequest::join(rooms, selection),
            Action::Leave { rooms } => OxideRequest::leave(rooms, selection),
            Action::Disconnect { mode: DisconnectMode::LeaveNamespace } => OxideRequest::disconnect(selection),
            Action::Disconnect { mode: DisconnectMode::CloseConnection } => {
                let what = "a disconnect that closes the connection";
                return Err(unsupported(what, "disconnect from the namespace only"));
            }
            Action::ServerEmit { .. } => return Err(unsupported("server-emit", NO_SERVER_SIDE_EMIT)),
        };
        self.publish(&target.namespace, request.to_msgpack(SENDER, NO_REQUEST_ID))
    }

    pub(super) fn decode(&self, frame: &Frame<'_>) -> Result<DecodedMessage, Error> {
        let rest = frame.channel().strip_prefix(&self.prefix);
        let rest = rest.ok_or_else(|| malformed("the channel has another prefix"))?;
        if let Some(names) = rest.strip_prefix("-request#") {
            let (namespace, _) = names.split_once('#').ok_or_else(|| malformed("the channel does not end with '#'"))?;
            return read_frame::<ReceivedOxideRequest>(frame)?.decode(namespace);
        }
        if rest.starts_with("-response#") {
            return Ok(read_frame::<OxideResponse>(frame)?.decode());
        }
        Err(malformed("the channel is not for requests or responses"))
    }

    /// A ping is a request for the sockets of an empty selection. Its id is the requester's id, by which
    /// [`read_reply`](Self::read_reply) recognizes the responses.
    pub(super) fn encode_request(&self, body: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        let target = body.target();
        let selection = OxideSelection::new(target, self.only_rooms)?;
        let (request, id) = match body {
            RequestBody::Acks(message) => {
                let (event, args) = message.action.event();
                let packet = OxidePacket::new(&target.namespace, event, args)?;
                let selection = selection.with_flags(message.action.flags());
                (OxideRequest::broadcast_with_ack(packet, selection), &ids.request)
            }
            RequestBody::Sockets(_) => (OxideRequest::fetch_sockets(selection), &ids.request),
            RequestBody::Rooms(_) => (OxideRequest::all_rooms(selection), &ids.request),
            RequestBody::Servers(_) => (OxideRequest::fetch_sockets(OxideSelection::EMPTY), &ids.requester),
            RequestBody::ServerAcks(_) => return Err(unsupported("server acknowledgements", NO_SERVER_SIDE_EMIT)),
        };
        let command = self.publish(&target.namespace, request.to_msgpack(&ids.requester, id))?;
        let channel = format!("{}-response#{}#{}#", self.prefix, target.namespace, ids.requester);
        let responses = if self.sharded {
            SubscriptionTarget::ShardChannel(channel)
        } else {
            SubscriptionTarget::Channels(vec![channel])
        };
        Ok(EncodedRequest { command, responses })
    }

    pub(super) fn read_reply(
        &self,
        frame: &Frame<'_>,
        ids: &RequestIds,
        _detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        let response: OxideResponse = read_frame(frame)?;
        match response.request() {
            id if id == ids.request => response.into_reply().map(Some),
            id if id == ids.requester => Ok(Some(response.into_ping_reply())),
            _ => Ok(None),
        }
    }

    pub(super) fn subscriber_count(&self, namespace: &str) -> Option<SubscriberCount> {
        let channel = self.request_channel(namespace);
        Some(if self.sharded { SubscriberCount::ShardChannel(channel) } else { SubscriberCount::Channel(channel) })
    }

    pub(super) fn unsupported_reason(&self, operation: Operation) -> Option<&'static str> {
        match operation {
            Operation::Compress => Some("omit the flag; the servers' configuration decides"),
            Operation::ServerEmit | Operation::ServerAcks => Some(NO_SERVER_SIDE_EMIT),
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
            Operation::Rooms | Operation::Except => Some("rooms, or one socket id"),
            Operation::Join => Some("sockets by room, not by socket id"),
            Operation::Disconnect => Some("from the namespace only; connections stay open"),
            Operation::Sockets => Some("ids only"),
            _ => None,
        }
    }

    fn request_channel(&self, namespace: &str) -> String {
        format!("{}-request#{namespace}#", self.prefix)
    }

    fn publish(&self, namespace: &str, payload: Vec<u8>) -> Result<Command, Error> {
        if namespace.contains('#') {
            let reason = format!("servers of the {NAME} adapter reject a namespace with '#'; use a name without it");
            return Err(InvalidMessage::new(Code::UnreachableName, "/namespace", reason).into());
        }
        let channel = self.request_channel(namespace);
        Ok(if self.sharded { Command::shard_publish(channel, payload) } else { Command::publish(channel, payload) })
    }
}

fn read_frame<'de, T: Deserialize<'de>>(frame: &Frame<'de>) -> Result<T, Error> {
    let Frame::Published { payload, .. } = *frame else {
        return Err(malformed("a stream entry, but this adapter uses no streams"));
    };
    read_msgpack(payload)
}

fn unsupported(what: impl Into<String>, instead: &'static str) -> Error {
    Error::Unsupported { adapter: NAME, what: what.into(), instead }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        adapter::{Ack, RemoteSocket, ReplyBody},
        message::{Args, Binary, Target},
    };

    const SERVER: &str = "aA7UaEv5RjJMXoHE";
    const SOCKET: &str = "DOvnFsUEFNmKHXjf";

    fn ids() -> RequestIds {
        RequestIds { requester: "aaaaaaaaaaaaaaa1".to_owned(), request: "bbbbbbbbbbbbbbb2".to_owned() }
    }

    /// Reads a response of [`SERVER`] to the request with this id.
    fn read_reply(id: &str, body: &[u8]) -> Result<Option<ReplyBody>, Error> {
        let payload = [b"\x92\xb0", id.as_bytes(), b"\x92\xb0", SERVER.as_bytes(), body].concat();
        let channel = "socket.io-response#/#aaaaaaaaaaaaaaa1#";
        let reply = SocketIoxide::default().read_reply(&(channel, &payload).into(), &ids(), SocketDetail::Plain)?;
        Ok(reply.map(|ServerReply { server, body }| {
            assert_eq!(server.as_deref(), Some(SERVER));
            body
        }))
    }

    #[test]
    fn requests_contain_the_ids_and_are_answered_on_the_requesters_channel() {
        let target = Target::default();
        let message = Message::emit("q", Args::default());
        let acks = &RequestBody::Acks(message.check().unwrap());
        for (body, id, request_type) in [
            (acks, ids().request, 1),
            (&RequestBody::Rooms(target.clone()), ids().request, 3),
            (&RequestBody::Sockets(target.clone()), ids().request, 6),
            (&RequestBody::Servers(target.clone()), ids().requester, 6),
        ] {
            let EncodedRequest { command, responses } = SocketIoxide::default().encode_request(body, &ids()).unwrap();
            let head = [b"\x96\xb0aaaaaaaaaaaaaaa1\xb0", id.as_bytes(), &[request_type]].concat();
            assert!(command.payload().starts_with(&head), "{command}");
            assert_eq!(command.channel(), "socket.io-request#/#");
            let channel = "socket.io-response#/#aaaaaaaaaaaaaaa1#".to_owned();
            assert_eq!(responses, SubscriptionTarget::Channels(vec![channel]));
        }
        let sharded = SocketIoxide { sharded: true, ..SocketIoxide::default() };
        let EncodedRequest { command, responses } =
            sharded.encode_request(&RequestBody::Servers(target), &ids()).unwrap();
        assert!(command.payload().ends_with(b"\x95\x00\x90\x90\xc0\xc0"), "{command}");
        assert_eq!(command.name(), "SPUBLISH");
        assert_eq!(responses, SubscriptionTarget::ShardChannel("socket.io-response#/#aaaaaaaaaaaaaaa1#".to_owned()));
        assert_eq!(
            sharded.subscriber_count("/"),
            Some(SubscriberCount::ShardChannel("socket.io-request#/#".to_owned()))
        );
    }

    #[test]
    fn responses_are_read() {
        let body = |body: &[u8]| read_reply(&ids().request, body).unwrap().unwrap();
        assert_eq!(body(b"\x92\x01\xce\x00\x01\x00\x00"), ReplyBody::Clients(65536));
        assert_eq!(body(b"\x92\x02\x91\xa2r1"), ReplyBody::Rooms(vec!["r1".to_owned()]));
        let sockets = [b"\x92\x03\x91\x93\xb0", SOCKET.as_bytes(), b"\xb0", SERVER.as_bytes(), b"\xa1/"].concat();
        let socket = RemoteSocket { server: Some(SERVER.to_owned()), ..RemoteSocket::new(SOCKET.to_owned()) };
        assert_eq!(body(&sockets), ReplyBody::Sockets(vec![socket]));
        let timeout = [b"\x92\x00\x92\xb0", SOCKET.as_bytes(), b"\x81\xa3Err\xa7Timeout"].concat();
        assert_eq!(body(&timeout), ReplyBody::NoAck);
        assert_eq!(read_reply(&ids().requester, b"\x92\x03\x90").unwrap(), Some(ReplyBody::Alive));
        assert_eq!(read_reply("ccccccccccccccc3", b"\x92\x03\x90").unwrap(), None);
        assert_eq!(read_reply(&ids().request, b"\x92\x09\x90").unwrap_err().code(), "malformed");
    }

    #[test]
    fn acks_include_binary() {
        let json = br#"["A",{"_placeholder":true,"num":0},2]"#;
        let list: Vec<u8> = [&b"\xdc\x00"[..], &[json.len() as u8], json].concat();
        let bin: Vec<u8> = [&b"\xc4"[..], &[json.len() as u8], json].concat();
        for bytes in [list, bin] {
            let body =
                [b"\x92\x00\x92\xb0", SOCKET.as_bytes(), b"\x81\xa2Ok\x93\x00", &bytes, b"\x91\xc4\x03\x01\x02\xff"];
            let ReplyBody::Ack(Ack { args, socket, server }) =
                read_reply(&ids().request, &body.concat()).unwrap().unwrap()
            else {
                panic!("no acknowledgement")
            };
            assert_eq!(args, Args::new(&("A", Binary([1, 2, 255]), 2)).unwrap());
            assert_eq!((socket.as_deref(), server.as_deref()), (Some(SOCKET), Some(SERVER)));
        }
    }
}
