use std::hash::{DefaultHasher, Hash, Hasher};

use super::{Ack, RemoteSocket};
use crate::message::Args;

/// One server's answer, or one client's.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct ServerReply {
    /// The server, where the adapter says so.
    pub(crate) server: Option<String>,
    pub(crate) body: ReplyBody,
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum ReplyBody {
    /// So many clients of this server were asked for an acknowledgement.
    Clients(u64),
    /// A client's acknowledgement.
    Ack(Ack),
    /// A client that did not acknowledge in the server's own time, where the adapter says so.
    NoAck,
    /// This server's sockets.
    Sockets(Vec<RemoteSocket>),
    /// This server's rooms.
    Rooms(Vec<String>),
    /// This server's acknowledgement of a server-side event.
    ServerAck(Args),
    /// The server is alive.
    Alive,
}

impl ReplyBody {
    /// What no other server says, if there is such a thing: a socket is on one server, and a room of its own with it.
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

/// How much of each socket is wanted; the rest is not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum SocketDetail {
    /// Its id only.
    Id,
    /// Its id and its rooms.
    Rooms,
    /// Id, rooms and data.
    Plain,
    /// The handshake too, which holds headers and cookies.
    Handshake,
}
