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
//! # What it does
//! - It sends events to everyone, to rooms, and to all but some rooms, on any namespace. Arguments come from any serde type,
//!   JSON or binary.
//! - Each send returns a [`Receipt`] that counts the servers. It never reports success for a message that Redis did not take.
//! - It collects [acknowledgements](BroadcastOperator::emit_with_ack), fetches [sockets](BroadcastOperator::fetch_sockets) and
//!   rooms, and pings servers.
//! - It shows the bus [live and decoded](Emitter::tap), and [diagnoses](Emitter::diagnose) why nothing arrives.
//! - Every call can be awaited, [waited for](Outgoing::wait) without async, or [batched](Emitter::send_all).
//! - It detects the servers' [adapter](adapter::Adapter), one of five, and follows Redis as it is
//!   [deployed](Options::connect): single, Sentinel, Cluster, over TLS.
//! - It refuses messages that would [harm a server or client](message::CheckedMessage).
//!
//! # What it does not do
//! It holds no connections of clients, and it does not promise delivery to them: pub/sub is at most once.
//!
//! # Modules
//! | module | contents |
//! |---|---|
//! | the root | the emitter, its builder, and what they return |
//! | [`message`] | a message and its JSON form, arguments, checks |
//! | [`adapter`] | the five adapters: how each encodes and decodes messages |
//! | [`request`] | requests to the servers and their responses |
//! | [`tap`] | the bus as a stream |
//! | [`doctor`] | the diagnosis |
//! | [`error`] | errors and their stable codes |
//!
//! # Features
//! | feature | default | |
//! |---|---|---|
//! | `blocking` | yes | [`wait`](Outgoing::wait): every call without async |
//! | `cluster` | yes | `redis-cluster://` |
//! | `sentinel` | yes | `redis-sentinel://` |
//! | `tls` | no | `rediss://` |
//!
//! # Tracing
//! The crate emits [`tracing`](https://docs.rs/tracing) events; filter them with `socketio_emitter=debug`.
//!
//! | level | events |
//! |---|---|
//! | `DEBUG` | each send (in a span `send`), batch and request; the detected adapter; each connection attempt and retry |
//! | `INFO` | a failover or another change of the topology; a tap that resumes |
//! | `WARN` | a lost connection; a tap that is interrupted |

pub mod adapter;
mod base;
mod broadcast_operator;
mod connect;
mod connection;
mod discovery;
pub mod doctor;
mod emitter;
pub mod message;
pub mod request;
mod session;
pub mod tap;

pub mod error {
    //! Errors and their stable codes.

    pub use crate::base::{Code, Error, ErrorKind, InvalidMessage};
}

pub use redis;

#[doc(hidden)]
pub use self::session::{Iterated, Streamed};
#[doc(no_inline)]
pub use self::{
    adapter::Adapter,
    error::Error,
    message::{Args, Binary, Date, Message},
};
pub use self::{
    broadcast_operator::{BroadcastOperator, IntoRooms},
    connect::Connect,
    connection::{Options, Recording},
    emitter::Emitter,
    session::{Batch, BatchReceipt, BatchSource, Outgoing, Receipt},
};
