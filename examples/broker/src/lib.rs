//! An in-process Redis pub/sub server, for demos and tests without Redis: not a database, not a product.
//!
//! ```
//! use broker::Broker;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let broker = Broker::start()?; // on a free port of 127.0.0.1
//!
//! let mut redis = redis::Client::open(broker.url())?.get_multiplexed_async_connection().await?;
//! let receivers: u64 = redis::cmd("PUBLISH").arg("news").arg("hello").query_async(&mut redis).await?;
//! assert_eq!(receivers, 0);
//!
//! broker.shutdown().await; // or drop it
//! # Ok(())
//! # }
//! ```
//!
//! It does: PUBLISH and SUBSCRIBE in all their forms, patterns and shard channels too; RESP2, RESP3, pipelines and
//! inline commands; what clients ask at connect. It answers as Redis 7.0 does, errors included, and knows CLIENT
//! SETINFO of 7.2. Requests and outgoing buffers are [bounded](Options).
//!
//! It does not: keep keys, ask for passwords, run transactions or scripts, listen beyond loopback.
//!
//! | module | what |
//! |---|---|
//! | `broker`, `options` | the handle, and what can be chosen |
//! | `server`, `connection` | the sockets: the only modules with I/O |
//! | `parser`, `inline` | bytes in: what clients send, cut into commands |
//! | `session`, `command` | what a command does, and to whom |
//! | `hub`, `member`, `glob` | who is subscribed to what, in one table |
//! | `outbox`, `message`, `reply` | bytes out: answers and messages, in order |

mod broker;
mod command;
mod connection;
mod glob;
mod hub;
mod inline;
mod member;
mod message;
mod options;
mod outbox;
mod parser;
mod reply;
mod server;
mod session;

pub use self::{
    broker::Broker,
    options::Options,
    parser::{Parser, ProtocolError},
};
