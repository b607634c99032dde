use super::{
    Ack, Server, ServerAck, Socket,
    known::Known,
    reply::{Body, Detail},
};

/// What a question is answered with: [`Ack`], [`Socket`], [`ServerAck`], [`Server`], or a `String`, which is a room.
pub trait Answer: sealed::Answer {}

impl<A: sealed::Answer> Answer for A {}

pub(super) mod sealed {
    use super::{Body, Detail, Known};

    #[allow(private_interfaces)]
    pub trait Answer: Send + Sized + 'static {
        /// How much is read of each socket.
        const DETAIL: Detail;
        /// The same, where answers are only counted.
        const COUNTED: Detail = Self::DETAIL;

        /// True for what says something to this question. What says something else is no server's answer to it.
        fn is_told_by(body: &Body) -> bool;

        /// The answers in what one server, or one client, said.
        fn read(body: Body, server: Option<String>, known: &mut Known) -> Vec<Self>;
    }
}

#[allow(private_interfaces)]
impl sealed::Answer for Ack {
    const DETAIL: Detail = Detail::Id;

    fn is_told_by(body: &Body) -> bool {
        matches!(body, Body::Clients(_) | Body::Ack(_) | Body::NoAck)
    }

    fn read(body: Body, server: Option<String>, _: &mut Known) -> Vec<Self> {
        match body {
            Body::Ack(ack) => vec![Self { server: ack.server.or(server), ..ack }],
            _ => Vec::new(),
        }
    }
}

#[allow(private_interfaces)]
impl sealed::Answer for Socket {
    const DETAIL: Detail = Detail::Plain;
    const COUNTED: Detail = Detail::Id;

    /// A server in Go leaves out an empty list.
    fn is_told_by(body: &Body) -> bool {
        matches!(body, Body::Sockets(_) | Body::Alive)
    }

    fn read(body: Body, server: Option<String>, _: &mut Known) -> Vec<Self> {
        match body {
            Body::Sockets(sockets) => {
                let placed = |socket: Self| Self { server: socket.server.or_else(|| server.clone()), ..socket };
                sockets.into_iter().map(placed).collect()
            }
            _ => Vec::new(),
        }
    }
}

#[allow(private_interfaces)]
impl sealed::Answer for String {
    /// Where no question asks for rooms, they are those of all sockets.
    const DETAIL: Detail = Detail::Rooms;

    fn is_told_by(body: &Body) -> bool {
        matches!(body, Body::Rooms(_) | Body::Sockets(_) | Body::Alive)
    }

    fn read(body: Body, _: Option<String>, known: &mut Known) -> Vec<Self> {
        match body {
            Body::Rooms(rooms) => rooms.into_iter().filter(|room| known.is_news(room)).collect(),
            Body::Sockets(sockets) => {
                let rooms = |Socket { id, rooms, .. }: Socket| {
                    let mut rooms = rooms.unwrap_or_default();
                    rooms.retain(|room| known.is_news_of(room, &id));
                    rooms
                };
                sockets.into_iter().flat_map(rooms).collect()
            }
            _ => Vec::new(),
        }
    }
}

#[allow(private_interfaces)]
impl sealed::Answer for ServerAck {
    const DETAIL: Detail = Detail::Id;

    fn is_told_by(body: &Body) -> bool {
        matches!(body, Body::ServerAck(_))
    }

    fn read(body: Body, server: Option<String>, _: &mut Known) -> Vec<Self> {
        match body {
            Body::ServerAck(args) => vec![Self { args, server }],
            _ => Vec::new(),
        }
    }
}

#[allow(private_interfaces)]
impl sealed::Answer for Server {
    const DETAIL: Detail = Detail::Id;

    /// Whatever it says, it is a sign of life.
    fn is_told_by(_: &Body) -> bool {
        true
    }

    fn read(_: Body, server: Option<String>, _: &mut Known) -> Vec<Self> {
        vec![Self { id: server }]
    }
}
