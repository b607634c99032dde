//! Harness of the interop tests: Redis in every deployment, Socket.IO servers with every adapter, their clients, and the
//! three interfaces under test (the crate, `sio` and the bridge). Every peer is a real process.
//!
//! All processes listen on loopback, on ports that the system chooses, and end when the value that owns them is dropped.

mod bridge_process;
mod bridge_schema;
mod bulk_clients;
mod certificate_authority;
mod chat;
mod clients;
mod cluster_operation;
mod doc_table;
mod each_kind;
mod failover;
mod json_process;
mod operation_runner;
mod redis_cluster;
mod redis_deployment;
mod redis_sentinel;
mod redis_server;
mod redis_tls;
mod request_case;
mod server_kind;
mod sio;
mod sio_tap;
mod socketio_cluster;
mod wait;
mod workspace;

pub use self::{
    bridge_process::BridgeProcess,
    bulk_clients::BulkClients,
    chat::{Chat, PastedCommand},
    clients::{Clients, ReceivedEvent},
    cluster_operation::{ClientSelection, ClusterOperation, ExpectedEffect, all_operations},
    doc_table::DocTable,
    each_kind::on_each_kind,
    failover::{
        EmitOutcome, FailoverEvent, FailoverPhase, FailoverReport, FailoverScenario, FailoverTrigger, LoadProfile,
        PhaseSummary,
    },
    json_process::JsonProcess,
    operation_runner::{INTERFACES, OperationRunner},
    redis_cluster::RedisCluster,
    redis_deployment::RedisDeployment,
    redis_sentinel::RedisSentinel,
    redis_server::RedisServer,
    redis_tls::{ClientCertificate, RedisTls},
    request_case::{RequestCase, RequestInterfaces},
    server_kind::ServerKind,
    sio::{SioOutput, run_sio, sio_command},
    sio_tap::SioTap,
    socketio_cluster::{SocketIoCluster, SocketIoServer},
    wait::{TEST_TIMEOUT, send_signal, wait_for},
};
