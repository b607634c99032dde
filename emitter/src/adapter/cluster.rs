//! Messages of the adapters that extend `ClusterAdapter` of socket.io-adapter: the map `{type, data, uid, nsp}`.
//!
//! | type | name | `data` |
//! |---|---|---|
//! | 1, 2, 13 | INITIAL_HEARTBEAT, HEARTBEAT, ADAPTER_CLOSE | |
//! | 3 | BROADCAST: an event | `{packet: {type: 2, data: [event, …]}, opts: {rooms, except, flags}, requestId?}` |
//! | 4, 5 | SOCKETS_JOIN, SOCKETS_LEAVE | `{opts, rooms}` |
//! | 6 | DISCONNECT_SOCKETS | `{opts, close}` |
//! | 7 | FETCH_SOCKETS | `{opts, requestId}` |
//! | 8 | FETCH_SOCKETS_RESPONSE | `{requestId, sockets: [{id, handshake, rooms, data}]}` |
//! | 9 | SERVER_SIDE_EMIT | `{packet: [event, …], requestId?}` |
//! | 10 | SERVER_SIDE_EMIT_RESPONSE: a server's acknowledgement | `{requestId, packet?}` |
//! | 11 | BROADCAST_CLIENT_COUNT | `{requestId, clientCount}` |
//! | 12 | BROADCAST_ACK: a client's acknowledgement | `{requestId, packet?}` |
//!
//! No message type lists rooms or pings servers. Both are requests of type FETCH_SOCKETS: for all sockets, whose rooms
//! are the list, and for the sockets in an empty room, to which every server responds.

mod decode;
mod message_data;
mod message_type;
mod received_message;
mod reply;
mod wire_object;

use std::slice;

pub(super) use self::received_message::ReceivedMessage;
use self::{message_data::ClusterData, message_type::FETCH_SOCKETS};
use super::{RequestBody, RequestIds};
use crate::message::{Message, msgpack};

/// The sender id of emitters. No server has it, and servers do not add it to their list of servers.
pub(super) const EMITTER: &str = "emitter";

/// A message to the servers of a namespace.
pub(super) struct ClusterMessage<'a> {
    message_type: u8,
    uid: &'a str,
    namespace: &'a str,
    data: ClusterData<'a>,
}

impl<'a> ClusterMessage<'a> {
    /// A message without responses.
    pub(super) fn new(message: &'a Message) -> Self {
        Self::with_sender(message, EMITTER, None)
    }

    /// A request, whose responses go to `uid`.
    pub(super) fn request(body: &'a RequestBody, uid: &'a str, ids: &'a RequestIds) -> Self {
        let (rooms, except) = match body {
            RequestBody::Acks(message) | RequestBody::ServerAcks(message) => {
                return Self::with_sender(message, uid, Some(&ids.request));
            }
            RequestBody::Sockets(target) => (target.rooms.as_deref().unwrap_or_default(), target.except.as_slice()),
            RequestBody::Rooms(_) => (&[][..], &[][..]),
            RequestBody::Servers(target) => return Self::ping(&target.namespace, uid, ids),
        };
        let data = ClusterData::fetch_sockets(rooms, except, &ids.request);
        Self { message_type: FETCH_SOCKETS, uid, namespace: &body.target().namespace, data }
    }

    /// A request for the sockets in an empty room. Its name is the request id.
    pub(super) fn ping(namespace: &'a str, uid: &'a str, ids: &'a RequestIds) -> Self {
        let data = ClusterData::fetch_sockets(slice::from_ref(&ids.request), &[], &ids.request);
        Self { message_type: FETCH_SOCKETS, uid, namespace, data }
    }

    fn with_sender(message: &'a Message, uid: &'a str, request: Option<&'a str>) -> Self {
        let (message_type, data) = ClusterData::new(message, request);
        Self { message_type, uid, namespace: &message.target.namespace, data }
    }

    /// The message in MessagePack, with the keys in the servers' order.
    pub(super) fn to_msgpack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32 + self.uid.len() + self.namespace.len() + self.data.estimated_size());
        msgpack::map(&mut out, 4);
        msgpack::str(&mut out, "type");
        msgpack::uint(&mut out, self.message_type.into());
        msgpack::str(&mut out, "data");
        self.data.write(&mut out);
        msgpack::str(&mut out, "uid");
        msgpack::str(&mut out, self.uid);
        msgpack::str(&mut out, "nsp");
        msgpack::str(&mut out, self.namespace);
        out
    }

    /// The message as the fields of a stream entry: those before `data`, and the value of `data`.
    pub(super) fn to_entry(&self) -> ([(&'static str, String); 3], Vec<u8>) {
        let fields =
            [("uid", self.uid.to_owned()), ("nsp", self.namespace.to_owned()), ("type", self.message_type.to_string())];
        (fields, self.data.to_text())
    }
}
