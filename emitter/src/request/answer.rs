use super::{Ack, Server, ServerAck, Socket, known::Known, reply::Body};

/// What a question is answered with: [`Ack`], [`Socket`], [`ServerAck`], [`Server`], or a `String`, which is a room.
pub trait Answer: sealed::Answer {}

impl<A: sealed::Answer> Answer for A {}

pub(super) mod sealed {
    use super::{Body, Known};

    pub trait Answer: Send + Sized + 'static {
        /// The answers in what one server, or one client, said.
        #[allow(private_interfaces)]
        fn read(body: Body, server: Option<String>, known: &mut Known) -> Vec<Self>;
    }
}

impl sealed::Answer for Ack {
    #[allow(private_interfaces)]
    fn read(body: Body, server: Option<String>, _: &mut Known) -> Vec<Self> {
        match body {
            Body::Ack(ack) => vec![Self { server: ack.server.or(server), ..ack }],
            _ => Vec::new(),
        }
    }
}

impl sealed::Answer for Socket {
    #[allow(private_interfaces)]
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

impl sealed::Answer for String {
    #[allow(private_interfaces)]
    fn read(body: Body, _: Option<String>, known: &mut Known) -> Vec<Self> {
        let rooms = match body {
            Body::Rooms(rooms) => rooms,
            Body::Sockets(sockets) => sockets.into_iter().flat_map(|socket| socket.rooms.unwrap_or_default()).collect(),
            _ => Vec::new(),
        };
        rooms.into_iter().filter(|room| known.is_news(room)).collect()
    }
}

impl sealed::Answer for ServerAck {
    #[allow(private_interfaces)]
    fn read(body: Body, server: Option<String>, _: &mut Known) -> Vec<Self> {
        match body {
            Body::ServerAck(args) => vec![Self { args, server }],
            _ => Vec::new(),
        }
    }
}

impl sealed::Answer for Server {
    #[allow(private_interfaces)]
    fn read(_: Body, server: Option<String>, _: &mut Known) -> Vec<Self> {
        vec![Self { id: server }]
    }
}
