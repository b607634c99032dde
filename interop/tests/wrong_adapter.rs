//! Whatever an emitter is set to, and whatever the servers run: nothing that it says or asks harms them.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use serde_json::json;
use socketio_emitter::{Adapter, Close, Emitter, Options};
use socketio_interop::{Clients, Cluster, Kind, on_each};

/// Each adapter that an emitter can be set to.
const ADAPTERS: [&str; 7] =
    ["classic", "sharded", "streams", "streams,before-0.3", "socketioxide", "socketioxide,sharded", "python"];

/// Nobody answers to what he does not read.
const TIME: Duration = Duration::from_millis(300);

/// How long an event may take, on a busy machine.
const SOON: Duration = Duration::from_secs(10);

/// Servers, and a client on each.
struct World {
    cluster: Cluster,
    clients: Clients,
    well: u32,
}

impl World {
    fn start(kind: Kind) -> Self {
        let cluster = Cluster::of(kind);
        let mut clients = Clients::new();
        for (name, server) in ["a", "b"].iter().zip(&cluster.servers) {
            clients.connect(name, server, "/", &["r1"]);
        }
        Self { cluster, clients, well: 0 }
    }

    /// Says and asks everything there is.
    fn address(&self, io: &Emitter) {
        let _ = io.emit("wrong", &json!({"n": 1})).wait();
        let _ = io.to("r1").except("r2").volatile().emit("wrong", &("a", [1])).wait();
        let _ = io.to("r1").join("r3").wait();
        let _ = io.to("r1").leave("r3").wait();
        let _ = io.to("nobody").disconnect(Close::Yes).wait();
        let _ = io.server_side_emit("wrong", &1).wait();
        let _ = io.to("r1").sockets().timeout(TIME).wait();
        let _ = io.rooms().timeout(TIME).wait();
        let _ = io.servers().timeout(TIME).wait();
        let _ = io.to("r1").emit_with_ack("wrong", &1).timeout(TIME).wait();
        let _ = io.server_side_emit_with_ack("wrong", &1).timeout(TIME).wait();
    }

    /// An event by the adapter that the servers run still reaches both clients.
    fn is_well(&mut self) -> bool {
        self.well += 1;
        let (event, started) = (format!("well{}", self.well), Instant::now());
        let io = Options::new().connect(&self.cluster.redis.url()).wait().unwrap();
        if io.emit(&*event, &()).wait().is_err() {
            return false;
        }
        let mut missing = vec!["a", "b"];
        while !missing.is_empty() {
            let Some(seen) = self.clients.event_within(SOON.saturating_sub(started.elapsed())) else { return false };
            missing.retain(|name| seen.event != event || seen.client != *name);
        }
        true
    }
}

#[test]
fn no_adapter_harms_servers_of_another() {
    let harmed = on_each(&Kind::ALL, |kind| {
        let mut world = World::start(kind);
        assert!(world.is_well(), "{}", kind.name());
        let mut harmful = Vec::new();
        for name in ADAPTERS {
            let adapter: Adapter = name.parse().unwrap();
            world.address(&Options::new().adapter(adapter).connect(&world.cluster.redis.url()).wait().unwrap());
            if !world.is_well() {
                harmful.push(name);
                world = World::start(kind);
            }
        }
        harmful
    });
    let harmed: Vec<_> = harmed.iter().filter(|(_, by)| !by.is_empty()).map(|(kind, by)| (kind.name(), by)).collect();
    assert!(harmed.is_empty(), "{harmed:?}");
}
