//! What servers tell each other if their adapter extends socket.io-adapter's `ClusterAdapter`, whatever carries it:
//! the map `{type, data, uid, nsp}`.
//!
//! | type | what | `data` |
//! |---|---|---|
//! | 1, 2, 13 | a server came, is alive, goes | |
//! | 3 | an event for clients | `{packet: {type: 2, data: [event, …]}, opts: {rooms, except, flags}, requestId?}` |
//! | 4, 5 | join, leave | `{opts, rooms}` |
//! | 6 | disconnect | `{opts, close}` |
//! | 7 | a question for sockets | `{opts, requestId}` |
//! | 8 | its answer | `{requestId, sockets: [{id, handshake, rooms, data}]}` |
//! | 9 | an event for the servers | `{packet: [event, …], requestId?}` |
//! | 10, 12 | a server's, a client's acknowledgement | `{requestId, packet?}` |
//! | 11 | how many clients were asked for one | `{requestId, clientCount}` |
//!
//! No message asks for the names of rooms, nor for a sign of life. Both are questions for sockets: of everyone, whose
//! rooms are the answer, and of a room that nobody is in, which every server answers all the same.

mod data;
mod heard;
mod kind;
mod object;
mod received;
mod reply;

use self::data::Data;
pub(super) use self::received::Received;
use crate::{
    adapter::{RequestBody, RequestIds},
    message::{Message, msgpack},
};

/// What an emitter signs with: no server has this id, and none takes it for another server.
pub(super) const EMITTER: &str = "emitter";

/// A message to the servers of a namespace.
pub(super) struct ClusterMessage<'a> {
    kind: u8,
    uid: &'a str,
    namespace: &'a str,
    data: Data<'a>,
}

impl<'a> ClusterMessage<'a> {
    /// An event or an order.
    pub(super) fn of(message: &'a Message) -> Self {
        Self::new(message, EMITTER, None)
    }

    /// A question, whose answers go to this id.
    pub(super) fn asking(asked: &'a RequestBody, uid: &'a str, ids: &'a RequestIds) -> Self {
        let request = ids.request.as_str();
        let (rooms, except) = match asked {
            RequestBody::Acks(message) | RequestBody::ServerAcks(message) => {
                return Self::new(message, uid, Some(request));
            }
            RequestBody::Sockets(target) => (target.rooms.as_deref().unwrap_or_default(), target.except.as_slice()),
            RequestBody::Rooms(_) => (&[][..], &[][..]),
            RequestBody::Servers(_) => return Self::asking_servers(&asked.target().namespace, uid, ids),
        };
        Self { kind: kind::FETCH, uid, namespace: &asked.target().namespace, data: Data::fetch(rooms, except, request) }
    }

    /// A question for the sockets of a room that nobody is in: an answer is a sign of life.
    pub(super) fn asking_servers(namespace: &'a str, uid: &'a str, ids: &'a RequestIds) -> Self {
        let nobody = std::slice::from_ref(&ids.request);
        Self { kind: kind::FETCH, uid, namespace, data: Data::fetch(nobody, &[], &ids.request) }
    }

    fn new(message: &'a Message, uid: &'a str, request: Option<&'a str>) -> Self {
        let (kind, data) = Data::of(message, request);
        Self { kind, uid, namespace: &message.target.namespace, data }
    }

    /// The whole map in MessagePack, its keys in the servers' order.
    pub(super) fn to_msgpack(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(32 + self.uid.len() + self.namespace.len() + self.data.size());
        msgpack::map(&mut out, 4);
        msgpack::str(&mut out, "type");
        msgpack::uint(&mut out, self.kind.into());
        msgpack::str(&mut out, "data");
        self.data.write(&mut out);
        msgpack::str(&mut out, "uid");
        msgpack::str(&mut out, self.uid);
        msgpack::str(&mut out, "nsp");
        msgpack::str(&mut out, self.namespace);
        out
    }

    /// The message as fields of an entry in a stream: those before `data`, and `data` itself.
    pub(super) fn to_entry(&self) -> ([(&'static str, String); 3], Vec<u8>) {
        let fields =
            [("uid", self.uid.to_owned()), ("nsp", self.namespace.to_owned()), ("type", self.kind.to_string())];
        (fields, self.data.to_text())
    }
}
