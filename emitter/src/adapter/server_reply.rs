use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Ack, RemoteSocket};
use crate::message::Args;

/// A reply to a request, from a server or a client.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ServerReply {
    /// The id of the server that sent it, if the adapter reports it.
    pub(crate) server: Option<String>,
    pub(crate) body: ReplyBody,
}

/// The content of a reply.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ReplyBody {
    /// The number of this server's clients that received the event and may acknowledge it.
    Clients(u64),
    /// A client's acknowledgement.
    Ack(Ack),
    /// A client did not acknowledge within the server's timeout. Not every adapter reports it.
    NoAck,
    /// The sockets of this server.
    Sockets(Vec<RemoteSocket>),
    /// The rooms of this server.
    Rooms(Vec<String>),
    /// The server's acknowledgement of a server-side event.
    ServerAck(Args),
    /// The server is alive.
    Alive,
}

impl ReplyBody {
    /// A hash that differs between servers; `None` if replies of several servers may be equal. A socket is on one
    /// server only, and so is the room that belongs to it.
    pub(crate) fn fingerprint(&self) -> Option<u64> {
        let mut hasher = DefaultHasher::new();
        match self {
            Self::Sockets(sockets) if !sockets.is_empty() => {
                sockets.iter().for_each(|socket| socket.id.hash(&mut hasher));
            }
            Self::Rooms(rooms) if !rooms.is_empty() => rooms.hash(&mut hasher),
            _ => return None,
        }
        Some(hasher.finish())
    }
}

/// How much of each socket to read. The rest is discarded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SocketDetail {
    /// The id only.
    Id,
    /// Id and rooms.
    Rooms,
    /// Id, rooms and data.
    Plain,
    /// Id, rooms, data and handshake. The handshake contains headers and cookies.
    Handshake,
}
