use serde_json::json;

use crate::{json_process::JsonProcess, socketio_cluster::SocketIoServer};

/// Many clients in one Node process. Each acknowledges every event with its number; events are not reported.
#[derive(Debug)]
pub struct BulkClients {
    _process: JsonProcess,
}

impl BulkClients {
    /// Connects `count` clients, distributed over these servers in turn, and waits until all are in the room `crowd`.
    pub fn connect(servers: &[&SocketIoServer], count: usize) -> Self {
        let mut process = JsonProcess::start("bulk-clients.js");
        let urls: Vec<String> = servers.iter().map(|server| server.url()).collect();
        let answer = process.ask(json!({ "connect": count, "urls": urls, "rooms": ["crowd"] }));
        assert_eq!(answer["connected"], count, "{answer}");
        Self { _process: process }
    }
}
