use std::{sync::Arc, time::Duration};

use serde::Serialize;

use crate::{
    adapter::{Ack, RemoteServer, RemoteSocket, RequestBody, ServerAck},
    base::Error,
    message::{Action, Args, CheckedMessage, DisconnectMode, Flags, Message, Target},
    request::{Request, Response},
    session::{Outgoing, Session},
};

/// Collects the target and the flags of a message. A finisher such as [`emit`](Self::emit) returns an [`Outgoing`] or a
/// [`Request`].
///
/// ```
/// # use socketio_emitter::Emitter;
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), socketio_emitter::Error> {
/// # let (io, sent) = Emitter::recorder();
/// let admins = io.of("/admin").to("on-call");
/// admins.emit("alert", &"disk full").await?;
/// admins.volatile().compress(false).emit("load", &[0.4, 0.7]).await?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "nothing is sent before a finisher such as emit"]
pub struct BroadcastOperator {
    session: Arc<Session>,
    target: Target,
    flags: Flags,
    timeout: Option<Duration>,
}

impl BroadcastOperator {
    pub(crate) fn new(session: Arc<Session>) -> Self {
        Self { session, target: Target::default(), flags: Flags::default(), timeout: None }
    }

    pub(crate) fn of(mut self, namespace: &str) -> Self {
        self.target.of(namespace);
        self
    }

    /// Adds a room, or several rooms. A socket in any of them is reached, once.
    ///
    /// An empty list of rooms is an error at the finisher: it does not mean every socket.
    pub fn to(&self, rooms: impl IntoRooms) -> Self {
        let mut operator = self.clone();
        operator.target.to(rooms.into_rooms());
        operator
    }

    /// The same as [`to`](Self::to).
    pub fn r#in(&self, rooms: impl IntoRooms) -> Self {
        self.to(rooms)
    }

    /// Excludes the sockets in a room, or in several rooms. Each socket has a room named by its id.
    pub fn except(&self, rooms: impl IntoRooms) -> Self {
        let mut operator = self.clone();
        operator.target.except.extend(rooms.into_rooms());
        operator
    }

    /// Drops the event for each client whose connection is not ready to receive it.
    pub fn volatile(&self) -> Self {
        let mut operator = self.clone();
        operator.flags.volatile = true;
        operator
    }

    /// Lets servers compress the event, or forbids it.
    pub fn compress(&self, compress: bool) -> Self {
        let mut operator = self.clone();
        operator.flags.compress = Some(compress);
        operator
    }

    /// Sets how long the send or request may take, connecting included. The default is the emitter's timeout.
    pub fn timeout(&self, timeout: Duration) -> Self {
        let mut operator = self.clone();
        operator.timeout = Some(timeout);
        operator
    }

    /// Targets every socket of the namespace. Required for join, leave and disconnect without rooms.
    pub fn all(&self) -> Self {
        let mut operator = self.clone();
        operator.target.all = true;
        operator
    }

    /// Sends an event. A tuple or array is several arguments, `()` is none, anything else is one (see [`Args`]).
    pub fn emit<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Outgoing {
        self.outgoing(self.event(event, args))
    }

    /// Makes the sockets join a room, or several rooms.
    ///
    /// ```
    /// # use socketio_emitter::{Emitter, message::DisconnectMode};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), socketio_emitter::Error> {
    /// # let (io, sent) = Emitter::recorder();
    /// io.to("room1").join("vip").await?;
    /// io.of("/admin").all().leave(["night", "weekend"]).await?;
    /// io.to("user:42").disconnect(DisconnectMode::CloseConnection).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn join(&self, rooms: impl IntoRooms) -> Outgoing {
        self.outgoing(self.message(Action::Join { rooms: rooms.into_rooms() }))
    }

    /// Makes the sockets leave a room, or several rooms.
    pub fn leave(&self, rooms: impl IntoRooms) -> Outgoing {
        self.outgoing(self.message(Action::Leave { rooms: rooms.into_rooms() }))
    }

    /// Disconnects the sockets from the namespace, or closes their connections.
    pub fn disconnect(&self, mode: DisconnectMode) -> Outgoing {
        self.outgoing(self.message(Action::Disconnect { mode }))
    }

    /// Sends an event to the servers themselves, which receive it with `io.of(namespace).on(event, …)`.
    pub fn server_side_emit<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Outgoing {
        self.outgoing(self.server_side_event(event, args))
    }

    /// Sends an event and collects every client's acknowledgement.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn run(io: socketio_emitter::Emitter) -> Result<(), socketio_emitter::Error> {
    /// let acks = io.to("room1").timeout(Duration::from_secs(2)).emit_with_ack("ask", &"ready?").await?;
    /// for ack in &acks {
    ///     println!("{}", ack.args.decode::<String>()?);
    /// }
    /// if acks.summary.partial == Some(true) {
    ///     println!("{:?} of {:?} clients", acks.summary.count, acks.summary.clients);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn emit_with_ack<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Request<Ack> {
        self.request(self.event(event, args).map(RequestBody::Acks))
    }

    /// Sends an event to the servers themselves and collects every server's acknowledgement.
    pub fn server_side_emit_with_ack<T: Serialize + ?Sized>(
        &self,
        event: impl Into<String>,
        args: &T,
    ) -> Request<ServerAck> {
        self.request(self.server_side_event(event, args).map(RequestBody::ServerAcks))
    }

    /// Fetches the sockets, with their servers, rooms and data.
    pub fn fetch_sockets(&self) -> Request<RemoteSocket> {
        self.request(Ok(RequestBody::Sockets(self.target.clone())))
    }

    /// Fetches the name of every room of the namespace. Each socket has a room named by its id.
    pub fn rooms(&self) -> Request<String> {
        self.request(Ok(RequestBody::Rooms(self.target.clone())))
    }

    /// Pings the servers of the namespace.
    pub fn servers(&self) -> Request<RemoteServer> {
        self.request(Ok(RequestBody::Servers(self.target.clone())))
    }

    fn event<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Result<CheckedMessage, Error> {
        self.message(Action::Emit { event: event.into(), args: self.pack(args)?, flags: self.flags })
    }

    fn server_side_event<T>(&self, event: impl Into<String>, args: &T) -> Result<CheckedMessage, Error>
    where
        T: Serialize + ?Sized,
    {
        self.message(Action::ServerEmit { event: event.into(), args: self.pack(args)? })
    }

    fn pack<T: Serialize + ?Sized>(&self, args: &T) -> Result<Args, Error> {
        Args::with_numbers(args, self.session.options().numbers)
    }

    fn message(&self, action: Action) -> Result<CheckedMessage, Error> {
        Ok(Message { target: self.target.clone(), action }.check()?)
    }

    fn outgoing(&self, message: Result<CheckedMessage, Error>) -> Outgoing {
        Outgoing::new(Arc::clone(&self.session), message, self.timeout)
    }

    fn request<R: Response>(&self, body: Result<RequestBody, Error>) -> Request<R> {
        Request::new(Arc::clone(&self.session), body, self.timeout)
    }
}

/// A room or a list of rooms. This trait is sealed.
pub trait IntoRooms: sealed::SealedRooms {
    /// The names of the rooms.
    fn into_rooms(self) -> Vec<String>;
}

mod sealed {
    pub trait SealedRooms {}

    impl SealedRooms for &str {}
    impl SealedRooms for String {}
    impl SealedRooms for &String {}
    impl<S> SealedRooms for Vec<S> {}
    impl<S, const N: usize> SealedRooms for [S; N] {}
    impl<S> SealedRooms for &[S] {}
    impl<S> SealedRooms for &Vec<S> {}
    impl<S, const N: usize> SealedRooms for &[S; N] {}
}

impl IntoRooms for &str {
    fn into_rooms(self) -> Vec<String> {
        vec![self.to_owned()]
    }
}

impl IntoRooms for String {
    fn into_rooms(self) -> Vec<String> {
        vec![self]
    }
}

impl IntoRooms for &String {
    fn into_rooms(self) -> Vec<String> {
        vec![self.clone()]
    }
}

impl<S: Into<String>> IntoRooms for Vec<S> {
    fn into_rooms(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<S: Into<String>, const N: usize> IntoRooms for [S; N] {
    fn into_rooms(self) -> Vec<String> {
        self.into_iter().map(Into::into).collect()
    }
}

impl<S: AsRef<str>> IntoRooms for &[S] {
    fn into_rooms(self) -> Vec<String> {
        self.iter().map(|room| room.as_ref().to_owned()).collect()
    }
}

impl<S: AsRef<str>> IntoRooms for &Vec<S> {
    fn into_rooms(self) -> Vec<String> {
        self.as_slice().into_rooms()
    }
}

impl<S: AsRef<str>, const N: usize> IntoRooms for &[S; N] {
    fn into_rooms(self) -> Vec<String> {
        self.as_slice().into_rooms()
    }
}
