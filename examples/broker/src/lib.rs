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
//! Supported: PUBLISH, SUBSCRIBE and PUBSUB with channels, patterns and shard channels; RESP2, RESP3, pipelines and
//! inline commands; the commands that clients send when they connect. Replies and errors equal those of Redis 7.0;
//! CLIENT SETINFO is from 7.2. Requests and output buffers are [bounded](BrokerOptions).
//!
//! Not supported: keys, passwords, transactions, scripts, addresses other than loopback.
//!
//! | module | contents |
//! |---|---|
//! | `broker`, `options` | the handle and its options |
//! | `server`, `connection` | the listener and the connections: the only modules with I/O |
//! | `resp_parser`, `inline_command` | parses commands |
//! | `client_session`, `command` | executes commands |
//! | `pubsub_hub`, `connected_client`, `glob` | the clients and their subscriptions |
//! | `output_buffer`, `published_message`, `resp_writer` | writes replies and messages |

mod broker;
mod client_session;
mod command;
mod connected_client;
mod connection;
mod glob;
mod inline_command;
mod options;
mod output_buffer;
mod published_message;
mod pubsub_hub;
mod resp_parser;
mod resp_writer;
mod server;

pub use self::{
    broker::Broker,
    options::BrokerOptions,
    resp_parser::{ProtocolError, RespParser},
};
