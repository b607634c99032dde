use super::room_filter::RoomFilter;
use crate::adapter::{Ack, RemoteServer, RemoteSocket, ReplyBody, ServerAck, SocketDetail};

/// What a [`Request`](super::Request) returns: [`Ack`], [`RemoteSocket`], [`ServerAck`], [`RemoteServer`], or a `String`,
/// which is the name of a room. This trait is sealed.
pub trait Response: sealed::ReadReply {}

impl<R: sealed::ReadReply> Response for R {}

pub(super) mod sealed {
    use super::{ReplyBody, RoomFilter, SocketDetail};

    #[allow(private_interfaces, reason = "the trait is sealed: no caller can name these types")]
    pub trait ReadReply: Send + Sized + Unpin + 'static {
        /// How much to read of each socket.
        const DETAIL: SocketDetail;
        /// How much to read of each socket where responses are only counted.
        const COUNTED: SocketDetail = Self::DETAIL;

        /// Whether a reply answers this kind of request. Other replies are ignored.
        fn accepts(body: &ReplyBody) -> bool;

        /// The responses in the reply of one server or client.
        fn read(body: ReplyBody, server: Option<String>, rooms: &mut RoomFilter) -> Vec<Self>;
    }
}

#[allow(private_interfaces)]
impl sealed::ReadReply for Ack {
    const DETAIL: SocketDetail = SocketDetail::Id;

    fn accepts(body: &ReplyBody) -> bool {
        matches!(body, ReplyBody::Clients(_) | ReplyBody::Ack(_) | ReplyBody::NoAck)
    }

    fn read(body: ReplyBody, server: Option<String>, _: &mut RoomFilter) -> Vec<Self> {
        match body {
            ReplyBody::Ack(ack) => vec![Self { server: ack.server.or(server), ..ack }],
            _ => Vec::new(),
        }
    }
}

#[allow(private_interfaces)]
impl sealed::ReadReply for RemoteSocket {
    const DETAIL: SocketDetail = SocketDetail::Plain;
    const COUNTED: SocketDetail = SocketDetail::Id;

    /// `Alive` is what remains of a reply whose empty list was left out, as servers in Go do.
    fn accepts(body: &ReplyBody) -> bool {
        matches!(body, ReplyBody::Sockets(_) | ReplyBody::Alive)
    }

    fn read(body: ReplyBody, server: Option<String>, _: &mut RoomFilter) -> Vec<Self> {
        match body {
            ReplyBody::Sockets(sockets) => {
                let with_server = |socket: Self| Self { server: socket.server.or_else(|| server.clone()), ..socket };
                sockets.into_iter().map(with_server).collect()
            }
            _ => Vec::new(),
        }
    }
}

#[allow(private_interfaces)]
impl sealed::ReadReply for String {
    /// Adapters without a request for rooms list the sockets with their rooms.
    const DETAIL: SocketDetail = SocketDetail::Rooms;

    fn accepts(body: &ReplyBody) -> bool {
        matches!(body, ReplyBody::Rooms(_) | ReplyBody::Sockets(_) | ReplyBody::Alive)
    }

    fn read(body: ReplyBody, _: Option<String>, filter: &mut RoomFilter) -> Vec<Self> {
        match body {
            ReplyBody::Rooms(rooms) => rooms.into_iter().filter(|room| filter.passes(room)).collect(),
            ReplyBody::Sockets(sockets) => {
                let rooms_of = |RemoteSocket { id, rooms, .. }: RemoteSocket| {
                    let mut rooms = rooms.unwrap_or_default();
                    rooms.retain(|room| filter.passes_room_of(room, &id));
                    rooms
                };
                sockets.into_iter().flat_map(rooms_of).collect()
            }
            _ => Vec::new(),
        }
    }
}

#[allow(private_interfaces)]
impl sealed::ReadReply for ServerAck {
    const DETAIL: SocketDetail = SocketDetail::Id;

    fn accepts(body: &ReplyBody) -> bool {
        matches!(body, ReplyBody::ServerAck(_))
    }

    fn read(body: ReplyBody, server: Option<String>, _: &mut RoomFilter) -> Vec<Self> {
        match body {
            ReplyBody::ServerAck(args) => vec![Self { args, server }],
            _ => Vec::new(),
        }
    }
}

#[allow(private_interfaces)]
impl sealed::ReadReply for RemoteServer {
    const DETAIL: SocketDetail = SocketDetail::Id;

    /// Any reply shows that the server is alive.
    fn accepts(_: &ReplyBody) -> bool {
        true
    }

    fn read(_: ReplyBody, server: Option<String>, _: &mut RoomFilter) -> Vec<Self> {
        vec![Self { id: server }]
    }
}
