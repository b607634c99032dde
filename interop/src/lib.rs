//! What the interop tests stand on: a Redis, a Node cluster, its clients, and the three doors, all of them real.
//!
//! Everything listens on loopback, on ports that the system chooses, and ends with the value that stands for it.

mod chat;
mod clients;
mod cluster;
mod doors;
mod node;
mod questions;
mod redis_server;
mod table;

pub use self::{
    chat::Chat,
    clients::{Clients, Seen},
    cluster::{Cluster, Server},
    doors::{Bridge, Sio, sio},
    node::Tool,
    questions::{Doors, Question},
    redis_server::RedisServer,
    table::Table,
};

/// How long anything may take before a test says that it did not happen.
pub const PATIENCE: std::time::Duration = std::time::Duration::from_secs(30);
