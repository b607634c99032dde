//! What the interop tests stand on: Redis in every deployment, Socket.IO servers of every kind, their clients, and the
//! three doors, all of them real.
//!
//! Everything listens on loopback, on ports that the system chooses, and ends with the value that stands for it.

mod at_once;
mod authority;
mod chat;
mod clients;
mod cluster;
mod crowd;
mod deployment;
mod described;
mod doors;
mod failover;
mod kind;
mod node;
mod operation;
mod patience;
mod questions;
mod redis_cluster;
mod redis_sentinel;
mod redis_server;
mod redis_tls;
mod stage;
mod table;
mod tap;

pub use self::{
    at_once::on_each,
    chat::{Chat, PastedCommand},
    clients::{Clients, Seen},
    cluster::{Cluster, Server},
    crowd::Crowd,
    deployment::Deployment,
    doors::{Bridge, Sio, sio},
    failover::{Cut, Event, Fate, Pace, Phase, Record, Scenario, Tally},
    kind::Kind,
    node::Tool,
    operation::{Effect, Operation, Who, operations},
    patience::{PATIENCE, wait_for},
    questions::{Doors, Question},
    redis_cluster::RedisCluster,
    redis_sentinel::RedisSentinel,
    redis_server::RedisServer,
    redis_tls::{ClientCertificate, RedisTls},
    stage::{DOORS, Stage},
    table::Table,
    tap::Tap,
};
