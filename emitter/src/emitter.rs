use std::{fmt, sync::Arc, time::Duration};

use redis::aio::ConnectionLike;
use serde::Serialize;

use crate::{
    adapter::{Ack, Adapter, RemoteServer, RemoteSocket, ServerAck},
    base::{Deadline, Error},
    broadcast_operator::{BroadcastOperator, IntoRooms},
    connect::Connect,
    connection::{Connection, Options, Recording},
    doctor::DiagnosisBuilder,
    message::{CheckedMessage, Target},
    request::{Acknowledgement, Request},
    session::{Batch, BatchSource, Outgoing, Session},
    tap::{TapBuilder, TapOrigin},
};

/// A handle on a Socket.IO cluster. Keep one and clone it: clones share its connection.
///
/// ```
/// use socketio_emitter::Emitter;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), socketio_emitter::Error> {
/// let (io, sent) = Emitter::recorder(); // Emitter::connect("redis://127.0.0.1/").await?
///
/// io.emit("tick", &()).await?;
/// io.to("room1").except(["a", "b"]).volatile().emit("chat", &("hello", 1)).await?;
///
/// assert_eq!(sent.commands().len(), 2);
/// # Ok(())
/// # }
/// ```
///
/// # Runtime
/// A connection is driven by the Tokio runtime on which it was made: that of the first call, or the background runtime if
/// that call was `.wait()`. If that runtime has ended, the next call connects again.
#[derive(Clone)]
pub struct Emitter {
    session: Arc<Session>,
}

impl Emitter {
    /// Connects to Redis. `.await` it, or `.wait()` for it. The adapter is detected at the first send.
    /// [`Options::connect`] describes the URL.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), socketio_emitter::Error> {
    /// let io = socketio_emitter::Emitter::connect("redis://127.0.0.1/").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] for a URL that cannot be used, [`Error::Unreachable`] if Redis cannot be reached.
    pub fn connect(url: impl AsRef<str>) -> Connect {
        Options::new().connect(url)
    }

    /// Connects to the Redis that the environment names, as `sio` and `sio-bridge` do: see [`Options::from_env`].
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), socketio_emitter::Error> {
    /// let io = socketio_emitter::Emitter::from_env()?; // connects at the first send
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] for a variable that cannot be used.
    pub fn from_env() -> Result<Self, Error> {
        Options::from_env()?.lazy(Options::url_from_env()?.1)
    }

    /// Returns an emitter on a connection that the program already has: any clonable one of the `redis` crate.
    ///
    /// Requests, taps and the doctor need a subscription, which such a connection does not offer: they return
    /// [`Error::CannotListen`].
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), Box<dyn std::error::Error>> {
    /// let client = socketio_emitter::redis::Client::open("redis://127.0.0.1/")?;
    /// let io = socketio_emitter::Emitter::on(client.get_multiplexed_async_connection().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn on<C>(connection: C) -> Self
    where
        C: ConnectionLike + Clone + Send + Sync + 'static,
    {
        Options::new().on(connection)
    }

    /// Returns an emitter without Redis, and the recording of what it sends: for dry runs, tests and examples. It encodes
    /// for the classic adapter; see [`Options::recorder`].
    pub fn recorder() -> (Self, Recording) {
        Options::new().recorder()
    }

    pub(crate) fn new(connection: Connection, options: Options) -> Self {
        Self { session: Arc::new(Session::new(Arc::new(connection), options)) }
    }

    pub(crate) fn session(&self) -> &Arc<Session> {
        &self.session
    }

    /// Targets the clients of a namespace. The leading slash is optional.
    pub fn of(&self, namespace: impl AsRef<str>) -> BroadcastOperator {
        self.operator().of(namespace.as_ref())
    }

    /// Targets the sockets in a room, or in any of several rooms.
    pub fn to(&self, rooms: impl IntoRooms) -> BroadcastOperator {
        self.operator().to(rooms)
    }

    /// The same as [`to`](Self::to).
    pub fn r#in(&self, rooms: impl IntoRooms) -> BroadcastOperator {
        self.to(rooms)
    }

    /// Targets every socket except those in these rooms.
    pub fn except(&self, rooms: impl IntoRooms) -> BroadcastOperator {
        self.operator().except(rooms)
    }

    /// Drops the event for each client whose connection is not ready to receive it.
    pub fn volatile(&self) -> BroadcastOperator {
        self.operator().volatile()
    }

    /// Lets servers compress the event, or forbids it.
    pub fn compress(&self, compress: bool) -> BroadcastOperator {
        self.operator().compress(compress)
    }

    /// Targets every socket of `/`. Required for join, leave and disconnect without rooms.
    pub fn all(&self) -> BroadcastOperator {
        self.operator().all()
    }

    /// Sends an event to every client on `/`.
    pub fn emit<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Outgoing {
        self.operator().emit(event, args)
    }

    /// Sends an event to the servers themselves, which receive it with `io.on(event, …)`.
    pub fn server_side_emit<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Outgoing {
        self.operator().server_side_emit(event, args)
    }

    /// Sends an event to every client on `/` and collects their acknowledgements; see
    /// [`BroadcastOperator::emit_with_ack`].
    pub fn emit_with_ack<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Request<Ack> {
        self.operator().emit_with_ack(event, args)
    }

    /// Sends an event to the servers themselves and collects their acknowledgements.
    pub fn server_side_emit_with_ack<T: Serialize + ?Sized>(
        &self,
        event: impl Into<String>,
        args: &T,
    ) -> Request<ServerAck> {
        self.operator().server_side_emit_with_ack(event, args)
    }

    /// Fetches every socket on `/`.
    pub fn fetch_sockets(&self) -> Request<RemoteSocket> {
        self.operator().fetch_sockets()
    }

    /// Fetches the name of every room on `/`. Each socket has a room named by its id.
    pub fn rooms(&self) -> Request<String> {
        self.operator().rooms()
    }

    /// Pings every server on `/`.
    pub fn servers(&self) -> Request<RemoteServer> {
        self.operator().servers()
    }

    /// Sends a message that was built elsewhere, from JSON for example.
    ///
    /// ```
    /// # use socketio_emitter::{Emitter, Message};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), socketio_emitter::Error> {
    /// # let (io, sent) = Emitter::recorder();
    /// io.send(Message::from_json(br#"{"event": "ready", "rooms": ["lobby"]}"#)?).await?;
    /// assert_eq!(sent.commands()[0].channel(), "socket.io#/#lobby#");
    /// # Ok(())
    /// # }
    /// ```
    pub fn send(&self, message: impl TryInto<CheckedMessage, Error: Into<Error>>) -> Outgoing {
        Outgoing::new(Arc::clone(&self.session), message.try_into().map_err(Into::into), None)
    }

    /// Sends a message that was built elsewhere, an event or a server-side event, and collects the acknowledgements:
    /// [`Ack`] from clients, [`ServerAck`] from servers.
    ///
    /// ```
    /// # use socketio_emitter::{Emitter, Message, request::Ack};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), socketio_emitter::Error> {
    /// # let (io, sent) = Emitter::recorder();
    /// let message = Message::from_json(br#"{"event": "ready", "rooms": ["lobby"]}"#)?;
    /// let command = io.request::<Ack>(message).command().await?; // or .await, for the acknowledgements
    /// assert_eq!(command.channel(), "socket.io-request#/#");
    /// # Ok(())
    /// # }
    /// ```
    pub fn request<R>(&self, message: impl TryInto<CheckedMessage, Error: Into<Error>>) -> Request<R>
    where
        R: Acknowledgement,
    {
        let body = message.try_into().map(R::request_body).map_err(Into::into);
        Request::new(Arc::clone(&self.session), body, None)
    }

    /// Sends many messages from an iterator or a stream, pipelined, with bounded memory.
    ///
    /// The connection, the adapter and the timeout (of each pipeline) are this emitter's. While an iterator blocks, messages
    /// that it has returned are not sent; while a stream is pending, they are.
    ///
    /// ```
    /// # use socketio_emitter::Emitter;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), socketio_emitter::Error> {
    /// let (io, sent) = Emitter::recorder();
    /// let users = ["ada", "grace"];
    /// let receipt = io.send_all(users.iter().map(|user| io.to(*user).emit("note", &"hi"))).await?;
    /// assert_eq!(receipt.messages, 2);
    /// # Ok(())
    /// # }
    /// ```
    pub fn send_all<'a, S, Kind>(&self, source: S) -> Batch<'a>
    where
        S: BatchSource<'a, Kind>,
    {
        Batch::new(Arc::clone(&self.session), source.into_stream())
    }

    /// Returns the adapter that the servers of a namespace run: configured, cached, or detected now. Clients receive
    /// nothing.
    ///
    /// ```
    /// # use socketio_emitter::Emitter;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), socketio_emitter::Error> {
    /// let (io, _) = Emitter::recorder(); // Emitter::connect("redis://127.0.0.1/").await?
    /// assert_eq!(io.detect("/").await?.name(), "classic");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::NoServers`] if there are no servers, [`Error::SeveralAdapters`] if they run several adapters,
    /// [`Error::Undetected`] if Redis does not permit detecting it, and other errors of Redis.
    pub async fn detect(&self, namespace: impl AsRef<str>) -> Result<Adapter, Error> {
        let mut target = Target::default();
        target.of(namespace.as_ref());
        let deadline = Deadline::after(self.session.options().timeout);
        self.session.adapter(&target.namespace, deadline).await.map(Arc::unwrap_or_clone)
    }

    /// Returns the name of the adapter, such as `classic`; `None` if it is not configured and was not detected yet. Sends
    /// nothing.
    pub fn known_adapter(&self) -> Option<&'static str> {
        self.session.known_adapter()
    }

    /// Returns another emitter on the same connection, for servers of this adapter and its prefix.
    ///
    /// ```
    /// # use socketio_emitter::{Adapter, Emitter, adapter::Python};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), socketio_emitter::Error> {
    /// let (io, sent) = Emitter::recorder(); // for servers in JavaScript
    /// let python = io.with_adapter(Adapter::Python(Python::default()));
    /// io.emit("tick", &()).await?;
    /// python.emit("tick", &()).await?;
    /// assert_eq!(sent.commands()[1].channel(), "socketio");
    /// # Ok(())
    /// # }
    /// ```
    pub fn with_adapter(&self, adapter: Adapter) -> Self {
        Self { session: Arc::new(self.session.with_adapter(adapter)) }
    }

    /// Finds out why nothing arrives: what is on this Redis, what is wrong with it, and what to do.
    ///
    /// ```no_run
    /// # async fn run(io: socketio_emitter::Emitter) -> Result<(), socketio_emitter::Error> {
    /// for finding in io.diagnose().of("/admin").await?.findings {
    ///     println!("{}: {}", finding.what, finding.todo);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn diagnose(&self) -> DiagnosisBuilder {
        DiagnosisBuilder::new(Arc::clone(&self.session))
    }

    /// Opens a live, decoded, read-only view of bus traffic. Servers do not count it.
    ///
    /// It covers every adapter, or the [configured](Options::adapter) one, and needs no servers.
    ///
    /// ```no_run
    /// use futures_util::StreamExt;
    /// use socketio_emitter::{Emitter, tap::TapEvent};
    ///
    /// # async fn run(io: Emitter) -> Result<(), socketio_emitter::Error> {
    /// let mut tap = io.tap().await?;
    /// while let Some(event) = tap.next().await {
    ///     match event {
    ///         TapEvent::Message(message) => println!("{} on {}", message.adapter, message.channel),
    ///         other => println!("{other:?}"),
    ///     }
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Unreachable`] if Redis cannot be reached, [`Error::Refused`] if it does not permit subscribing,
    /// [`Error::Unsupported`] for an adapter that uses shard channels only, without a replica or [`TapBuilder::monitor`],
    /// and [`Error::CannotListen`] on a connection that was [supplied](Self::on).
    pub fn tap(&self) -> TapBuilder {
        TapBuilder::new(Arc::clone(&self.session))
    }

    /// Returns whether a tap would receive what this emitter sends: it is on the same Redis, and covers this emitter's
    /// prefix and adapter. To send a tap's lines there would repeat them for ever.
    ///
    /// # Errors
    /// As for [`detect`](Self::detect).
    pub async fn is_tapped_by(&self, tap: &TapOrigin) -> Result<bool, Error> {
        tap.covers_session(&self.session).await
    }

    /// Pings Redis within `timeout`, connecting first if there is no connection.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if Redis does not answer in time; [`Error::Lost`], [`Error::Timeout`] or [`Error::Refused`]
    /// on a connection that was [supplied](Self::on).
    pub async fn ping(&self, timeout: Duration) -> Result<(), Error> {
        self.session.connection().ping(Deadline::after(timeout)).await
    }

    fn operator(&self) -> BroadcastOperator {
        BroadcastOperator::new(Arc::clone(&self.session))
    }
}

impl fmt::Debug for Emitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Emitter").field(&self.session).finish()
    }
}
