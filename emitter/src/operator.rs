use std::time::Duration;

use serde::Serialize;

use crate::{
    args::Args,
    emitter::Emitter,
    error::Error,
    message::{Action, Close, Flags, Message, Target},
    outgoing::Outgoing,
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
        self.outgoing(self.pack(args).map(|args| Action::Emit { event: event.into(), args, flags: self.flags }))
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

    fn pack<T: Serialize + ?Sized>(&self, args: &T) -> Result<Args, Error> {
        Args::with_numbers(args, self.emitter.options().numbers)
    }

    fn outgoing(&self, action: Result<Action, Error>) -> Outgoing {
        let message = action.map(|action| Message { target: self.target.clone(), action });
        Outgoing::new(self.emitter.clone(), message, self.timeout)
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
