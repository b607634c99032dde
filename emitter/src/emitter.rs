use std::{fmt, sync::Arc, time::Duration};

use redis::aio::ConnectionLike;
use serde::Serialize;

use crate::{
    adapter::Adapter,
    batch::{Batch, Source},
    connect::Connect,
    deadline::Deadline,
    doctor::Diagnosing,
    error::Error,
    knowledge::Knowledge,
    link::{Link, Recording},
    message::{Message, Target},
    operator::{BroadcastOperator, IntoRooms},
    options::Options,
    outgoing::Outgoing,
    request::{Ack, Asking, Question, Server, ServerAck, Socket, Turns},
    tap::Tap,
};

/// A handle on a Socket.IO cluster: cheap, cloneable, and made to be kept.
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
#[derive(Clone)]
pub struct Emitter {
    inner: Arc<Inner>,
}

struct Inner {
    link: Arc<Link>,
    options: Options,
    knowledge: Knowledge,
    turns: Turns,
}

impl Emitter {
    /// Connects to Redis; await it, or wait for it. The adapter is found at the first send.
    ///
    /// ```no_run
    /// # async fn run() -> Result<(), socketio_emitter::Error> {
    /// let io = socketio_emitter::Emitter::connect("redis://127.0.0.1/").await?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Config`] for a URL that cannot be used, [`Error::Unreachable`] if Redis is not there.
    pub fn connect(url: &str) -> Connect {
        Options::new().connect(url)
    }

    /// An emitter on a connection that the program already has: any clonable one of the `redis` crate.
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

    /// An emitter without Redis, and what it sends: for dry runs, a program's own tests, and examples. It writes
    /// for the classic adapter, unless [told otherwise](Options::recorder).
    pub fn recorder() -> (Self, Recording) {
        Options::new().recorder()
    }

    pub(crate) fn new(link: Link, options: Options) -> Self {
        Self::with(Arc::new(link), options)
    }

    fn with(link: Arc<Link>, options: Options) -> Self {
        let knowledge = Knowledge::given(options.adapter.clone().map(|adapter| options.complete(adapter)));
        Self { inner: Arc::new(Inner { link, options, knowledge, turns: Turns::default() }) }
    }

    /// A message to clients of this namespace; the leading slash may be left out.
    pub fn of(&self, namespace: impl AsRef<str>) -> BroadcastOperator {
        self.operator().of(namespace.as_ref())
    }

    /// A message to the sockets in a room, or in any of several.
    pub fn to(&self, rooms: impl IntoRooms) -> BroadcastOperator {
        self.operator().to(rooms)
    }

    /// The same as [`to`](Self::to).
    pub fn r#in(&self, rooms: impl IntoRooms) -> BroadcastOperator {
        self.to(rooms)
    }

    /// A message to all but the sockets in these rooms.
    pub fn except(&self, rooms: impl IntoRooms) -> BroadcastOperator {
        self.operator().except(rooms)
    }

    /// A message that is dropped where a client's connection is not ready to take it.
    pub fn volatile(&self) -> BroadcastOperator {
        self.operator().volatile()
    }

    /// A message that servers may, or must not, compress.
    pub fn compress(&self, compress: bool) -> BroadcastOperator {
        self.operator().compress(compress)
    }

    /// An event to every client on `/`.
    pub fn emit<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Outgoing {
        self.operator().emit(event, args)
    }

    /// An event to the servers themselves, which they receive with `io.on(event, …)`.
    pub fn server_side_emit<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Outgoing {
        self.operator().server_side_emit(event, args)
    }

    /// Every socket of `/`, spelled out: for join, leave and disconnect without rooms.
    pub fn all(&self) -> BroadcastOperator {
        self.operator().all()
    }

    /// An event to every client on `/`, and the clients' acknowledgements; see
    /// [`BroadcastOperator::emit_with_ack`].
    pub fn emit_with_ack<T: Serialize + ?Sized>(&self, event: impl Into<String>, args: &T) -> Asking<Ack> {
        self.operator().emit_with_ack(event, args)
    }

    /// An event to the servers themselves, and their acknowledgements.
    pub fn server_side_emit_with_ack<T: Serialize + ?Sized>(
        &self,
        event: impl Into<String>,
        args: &T,
    ) -> Asking<ServerAck> {
        self.operator().server_side_emit_with_ack(event, args)
    }

    /// Every socket on `/`.
    pub fn sockets(&self) -> Asking<Socket> {
        self.operator().sockets()
    }

    /// Every room on `/`. A socket's id is a room of its own.
    pub fn rooms(&self) -> Asking<String> {
        self.operator().rooms()
    }

    /// Every server on `/`, asked for a sign of life.
    pub fn servers(&self) -> Asking<Server> {
        self.operator().servers()
    }

    /// The adapter that the servers of a namespace run: as given, as found of late, or found out now. Nothing is sent
    /// to clients.
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
    /// [`Error::NoServers`] if there is none, [`Error::SeveralAdapters`] if there is more than one,
    /// [`Error::Undetected`] if Redis does not permit to look, and what else goes wrong with Redis.
    pub async fn detect(&self, namespace: impl AsRef<str>) -> Result<Adapter, Error> {
        let mut target = Target::default();
        target.of(namespace.as_ref());
        let deadline = Deadline::after(self.options().timeout);
        self.adapter(&target.namespace, deadline).await.map(Arc::unwrap_or_clone)
    }

    /// Another emitter on the same connection, for servers of this adapter, its prefix included.
    ///
    /// ```
    /// # use socketio_emitter::{Adapter, Emitter, Python};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), socketio_emitter::Error> {
    /// let (io, sent) = Emitter::recorder(); // for servers in JavaScript
    /// let python = io.speaking(Adapter::Python(Python::default()));
    /// io.emit("tick", &()).await?;
    /// python.emit("tick", &()).await?;
    /// assert_eq!(sent.commands()[1].channel(), "socketio");
    /// # Ok(())
    /// # }
    /// ```
    pub fn speaking(&self, adapter: Adapter) -> Self {
        let options = Options { adapter: Some(adapter), prefix: None, socket_io: None, ..self.options().clone() };
        Self::with(Arc::clone(&self.inner.link), options)
    }

    /// Looks at what is on this Redis, what is wrong with it, and what to do: for when nothing arrives.
    ///
    /// ```no_run
    /// # async fn run(io: socketio_emitter::Emitter) -> Result<(), socketio_emitter::Error> {
    /// for finding in io.diagnose().of("/admin").await?.findings {
    ///     println!("{}: {}", finding.what, finding.todo);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn diagnose(&self) -> Diagnosing {
        Diagnosing::new(self.clone())
    }

    /// A message that is made already, from JSON for example.
    pub fn send(&self, message: Message) -> Outgoing {
        Outgoing::new(self.clone(), Ok(message), None)
    }

    /// An event that is made already, and every client's acknowledgement of it.
    ///
    /// ```
    /// # use socketio_emitter::{Emitter, Message};
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), socketio_emitter::Error> {
    /// # let (io, sent) = Emitter::recorder();
    /// let message = Message::from_json(br#"{"event": "ready", "rooms": ["lobby"]}"#)?;
    /// let command = io.ask(message).command().await?; // or .await, for the answers
    /// assert_eq!(command.channel(), "socket.io-request#/#");
    /// # Ok(())
    /// # }
    /// ```
    pub fn ask(&self, mut message: Message) -> Asking<Ack> {
        message.target.dedupe();
        Asking::new(self.clone(), Ok(Question::Acks(message)), None)
    }

    /// A server-side event that is made already, and every server's acknowledgement of it.
    pub fn ask_servers(&self, message: Message) -> Asking<ServerAck> {
        Asking::new(self.clone(), Ok(Question::ServerAcks(message)), None)
    }

    /// Many messages, through a bounded, pipelined window: from an iterator or a stream.
    ///
    /// The connection, the adapter and the timeout (for each flush) are this emitter's. An iterator that waits
    /// holds back what is already there; a stream does not.
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
        S: Source<'a, Kind>,
    {
        Batch::new(self.clone(), source.into_stream())
    }

    /// A live, decoded view of the bus: every message, whoever sends it and whether anybody reads it.
    ///
    /// It covers every adapter, or the one that was [given](Options::adapter), and needs no servers. None of them
    /// notices it.
    ///
    /// ```no_run
    /// use socketio_emitter::{Emitter, Tapped};
    ///
    /// # async fn run(io: Emitter) -> Result<(), socketio_emitter::Error> {
    /// let mut tap = io.tap().await?;
    /// loop {
    ///     match tap.next().await {
    ///         Tapped::Seen(seen) => println!("{} on {}", seen.adapter, seen.channel),
    ///         other => println!("{other:?}"),
    ///     }
    /// }
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Unreachable`] if Redis is not there, [`Error::Refused`] if it does not permit to listen,
    /// [`Error::Unsupported`] for an adapter that has nothing but shard channels, without a replica or [`Tap::monitor`],
    /// and [`Error::CannotListen`] on a connection that was [given](Self::on).
    pub fn tap(&self) -> Tap {
        Tap::new(self.clone())
    }

    /// Asks Redis for a sign of life, connecting first where there is no connection.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if there is none within that time; [`Error::Lost`], [`Error::Timeout`] or
    /// [`Error::Refused`] on a connection that was [given](Self::on).
    pub async fn ping(&self, within: Duration) -> Result<(), Error> {
        self.link().ping(Deadline::after(within)).await
    }

    pub(crate) fn operator(&self) -> BroadcastOperator {
        BroadcastOperator::new(self.clone())
    }

    pub(crate) fn options(&self) -> &Options {
        &self.inner.options
    }

    pub(crate) fn link(&self) -> &Link {
        &self.inner.link
    }

    pub(crate) fn knowledge(&self) -> &Knowledge {
        &self.inner.knowledge
    }

    pub(crate) fn turns(&self) -> &Turns {
        &self.inner.turns
    }
}

impl fmt::Debug for Emitter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emitter")
            .field("link", &self.inner.link)
            .field("options", &self.inner.options)
            .finish_non_exhaustive()
    }
}
