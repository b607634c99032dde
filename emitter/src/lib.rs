//! Push events into a running Socket.IO cluster from any Rust program: one emitter for the servers' Redis.
//!
//! ```
//! use socketio_emitter::Emitter;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), socketio_emitter::Error> {
//! let (io, sent) = Emitter::recorder(); // Emitter::connect("redis://127.0.0.1/").await?
//!
//! io.emit("time", &"2026-01-01T00:00:00.000Z").await?; // everyone on "/"
//! io.to("room1").except("room2").emit("chat", &("hello", 1)).await?; // ["chat", "hello", 1]
//! io.of("/admin").volatile().emit("load", &0.7).await?;
//!
//! assert_eq!(sent.commands()[0].channel(), "socket.io#/#");
//! assert_eq!(sent.commands()[1].channel(), "socket.io#/#room1#");
//! # Ok(())
//! # }
//! ```
//!
//! It does: events to everyone, rooms, all but rooms, and namespaces; arguments from any serde type, JSON or binary;
//! receipts that count the servers; [acknowledgements](BroadcastOperator::emit_with_ack), and a look at
//! [sockets](BroadcastOperator::sockets), rooms and servers; a live [tap](Emitter::tap) and a
//! [diagnosis](Emitter::diagnose); async, [waiting](Outgoing::wait) and [batches](Emitter::send_all). It finds the
//! servers' adapter by itself, whichever of the [five](Adapter) it is, on Redis as it is [deployed](Options::connect),
//! refuses what would [hurt a server](MAX_DEPTH), and never says that something was sent which Redis did not take.
//!
//! It does not: hold connections of clients, or promise delivery to them (pub/sub is at most once).
//!
//! | module | what |
//! |---|---|
//! | `emitter`, `connect`, `operator`, `outgoing`, `batch`, `receipt` | the handle, the builder, its values and what they give |
//! | `message`, `args` | what is said, no adapter in sight; its one JSON form |
//! | `guard` | what is never published |
//! | `adapter`, `operation`, `command` | how it is said, what can be said to whom, and the Redis command that says it |
//! | `knowledge`, `detect`, `recognise`, `roll_call` | which servers there are, and what they run |
//! | `request` | questions to the cluster, and what came back of the answers |
//! | `frame`, `heard`, `tap` | the bus, decoded, as it is |
//! | `link`, `deadline`, `blocking` | Redis as it is deployed, in bounded time, without async too |
//! | `doctor` | what is on a Redis, what is wrong with it, and what to do |
//! | `options`, `error` | what can be chosen, what can go wrong |
//!
//! What goes over Redis is specified in `docs/wire-format.md`, byte by byte.
//!
//! Features: `blocking`, `cluster` and `sentinel` (on by default) are `.wait()` and these deployments of Redis; `tls` is
//! `rediss://`.

mod adapter;
mod args;
mod batch;
#[cfg(feature = "blocking")]
mod blocking;
mod command;
mod connect;
mod deadline;
mod detect;
mod doctor;
mod emitter;
mod error;
mod form;
mod frame;
mod guard;
mod heard;
mod knowledge;
mod link;
mod message;
mod msgpack;
mod operation;
mod operator;
mod options;
mod outgoing;
mod receipt;
mod recognise;
mod request;
mod roll_call;
mod room;
mod tap;

pub use redis;

pub use self::{
    adapter::{ADAPTER_NAMES, Adapter, Classic, Python, RoomChannels, Sharded, SocketIo, SocketIoxide, Streams},
    args::{Arg, Args, Binary, Date, Numbers, Spread},
    batch::{Batch, Iterated, Source, Streamed},
    command::Command,
    connect::Connect,
    doctor::{ClusterSeen, Diagnosing, Diagnosis, Finding, NamespaceSeen, RedisSeen, RoomSeen, Severity},
    emitter::Emitter,
    error::{Error, Invalid},
    frame::Frame,
    guard::{MAX_DEPTH, MAX_SAFE_INTEGER, RESERVED_EVENTS, RESERVED_SERVER_EVENTS},
    heard::{Heard, Presence, Question},
    link::Recording,
    message::{Action, Close, Flags, Message, Target, Verb},
    operation::Operation,
    operator::{BroadcastOperator, IntoRooms},
    options::Options,
    outgoing::Outgoing,
    receipt::{BatchReceipt, Receipt},
    request::{Ack, Answer, Answering, Answers, Asking, Datum, End, Server, ServerAck, Socket, Tally},
    tap::{Origin, Said, Seen, Tap, Tapped, Tapping, Unreadable},
};
