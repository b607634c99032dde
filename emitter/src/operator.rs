use std::time::Duration;

use serde::Serialize;

use crate::{
    args::Args,
    emitter::Emitter,
    error::Error,
    message::{Action, Close, Flags, Message, Target},
    outgoing::Outgoing,
    request::{Ack, Answer, Asking, Question, Server, ServerAck, Socket},
};

/// Says to whom and how, and then what: each finisher gives an [`Outgoing`].
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
    emitter: Emitter,
    target: Target,
    flags: Flags,
    timeout: Option<Duration>,
}

impl BroadcastOperator {
    pub(crate) fn new(emitter: Emitter) -> Self {
        Self { emitter, target: Target::default(), flags: Flags::default(), timeout: None }
    }

    pub(crate) fn of(mut self, namespace: &str) -> Self {
        self.target.of(namespace);
        self
    }

    /// Adds a room, or several: sockets in any of the named rooms are reached, each once.
    ///
    /// A list without any room is an error at the finisher; it does not mean everyone.
    pub fn to(&self, rooms: impl IntoRooms) -> Self {
        let mut operator = self.clone();
        operator.target.to(rooms.into_rooms());
        operator
    }

    /// The same as [`to`](Self::to).
    pub fn r#in(&self, rooms: impl IntoRooms) -> Self {
        self.to(rooms)
    }

    /// Leaves out the sockets in a room, or in several. A socket's id is a room.
    pub fn except(&self, rooms: impl IntoRooms) -> Self {
        let mut operator = self.clone();
        operator.target.except.extend(rooms.into_rooms());
        operator
    }

    /// Drops the event where a client's connection is not ready to take it.
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

    /// How long the send may take in all, instead of the emitter's timeout.
    pub fn timeout(&self, timeout: Duration) -> Self {
        let mut operator = self.clone();
        operator.timeout = Some(timeout);
        operator
    }

    /// An event with its arguments: a tuple or array is several, `()` none, anything else one (see [`Args`]).
    pub fn emit<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Outgoing {
        Outgoing::new(self.emitter.clone(), self.event(event, args), self.timeout)
    }

    /// Every socket of the namespace, spelled out: join, leave and disconnect take no silence for everyone.
    pub fn all(&self) -> Self {
        let mut operator = self.clone();
        operator.target.all = true;
        operator
    }

    /// Makes the sockets join a room, or several.
    ///
    /// ```
    /// # use socketio_emitter::{Close, Emitter};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), socketio_emitter::Error> {
    /// # let (io, sent) = Emitter::recorder();
    /// io.to("room1").join("vip").await?;
    /// io.of("/admin").all().leave(["night", "weekend"]).await?;
    /// io.to("user:42").disconnect(Close::Yes).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn join(&self, rooms: impl IntoRooms) -> Outgoing {
        self.outgoing(Ok(Action::Join { rooms: rooms.into_rooms() }))
    }

    /// Makes the sockets leave a room, or several.
    pub fn leave(&self, rooms: impl IntoRooms) -> Outgoing {
        self.outgoing(Ok(Action::Leave { rooms: rooms.into_rooms() }))
    }

    /// Disconnects the sockets from the namespace, or closes their connections.
    pub fn disconnect(&self, close: Close) -> Outgoing {
        self.outgoing(Ok(Action::Disconnect { close }))
    }

    /// An event to the servers themselves, which they receive with `io.of(namespace).on(event, …)`.
    pub fn server_side_emit<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Outgoing {
        self.outgoing(self.pack(args).map(|args| Action::ServerEmit { event: event.into(), args }))
    }

    /// An event, and every client's acknowledgement of it.
    ///
    /// ```no_run
    /// # use std::time::Duration;
    /// # async fn run(io: socketio_emitter::Emitter) -> Result<(), socketio_emitter::Error> {
    /// let answers = io.to("room1").timeout(Duration::from_secs(2)).emit_with_ack("ask", &"ready?").await?;
    /// for ack in answers.iter() {
    ///     println!("{}", ack.args.decode::<String>()?);
    /// }
    /// if answers.tally.partial == Some(true) {
    ///     println!("{:?} of {:?} clients", answers.tally.count, answers.tally.clients);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn emit_with_ack<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Asking<Ack> {
        self.asking(self.event(event, args).map(Question::Acks))
    }

    /// An event to the servers themselves, and every server's acknowledgement of it.
    pub fn server_side_emit_with_ack<T: Serialize + ?Sized>(
        &self,
        event: impl Into<String>,
        args: &T,
    ) -> Asking<ServerAck> {
        let message = self.pack(args).map(|args| self.message(Action::ServerEmit { event: event.into(), args }));
        self.asking(message.map(Question::ServerAcks))
    }

    /// The sockets: where they are, their rooms and data.
    pub fn sockets(&self) -> Asking<Socket> {
        self.asking(Ok(Question::Sockets(self.target.clone())))
    }

    /// All rooms of the namespace. A socket's id is a room of its own.
    pub fn rooms(&self) -> Asking<String> {
        self.asking(Ok(Question::Rooms(self.target.clone())))
    }

    /// The servers of the namespace, asked for a sign of life.
    pub fn servers(&self) -> Asking<Server> {
        self.asking(Ok(Question::Servers(self.target.clone())))
    }

    fn event<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Result<Message, Error> {
        self.pack(args).map(|args| self.message(Action::Emit { event: event.into(), args, flags: self.flags }))
    }

    fn message(&self, action: Action) -> Message {
        let mut message = Message { target: self.target.clone(), action };
        message.target.dedupe();
        message
    }

    fn asking<A: Answer>(&self, question: Result<Question, Error>) -> Asking<A> {
        Asking::new(self.emitter.clone(), question, self.timeout)
    }

    fn pack<T: Serialize + ?Sized>(&self, args: &T) -> Result<Args, Error> {
        Args::with_numbers(args, self.emitter.options().numbers)
    }

    fn outgoing(&self, action: Result<Action, Error>) -> Outgoing {
        Outgoing::new(self.emitter.clone(), action.map(|action| self.message(action)), self.timeout)
    }
}

/// One room or a list of rooms.
pub trait IntoRooms {
    /// The rooms' names.
    fn into_rooms(self) -> Vec<String>;
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
