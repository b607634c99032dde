use std::collections::BTreeSet;

use serde_json::{Value, json};
use socketio_emitter::{Adapter, Emitter, Message, Options};

use crate::{
    bridge_process::BridgeProcess,
    clients::Clients,
    cluster_operation::{ClientSelection, ClusterOperation, ExpectedEffect, sio_arguments},
    sio::run_sio,
    socketio_cluster::SocketIoCluster,
};

/// The interfaces that an operation is performed through.
pub const INTERFACES: [&str; 3] = ["crate", "sio", "bridge"];

/// The clients on each of the two servers: name, namespace and rooms.
const CLIENTS: [(&str, &str, &[&str]); 4] =
    [("none", "/", &[]), ("r1", "/", &["r1"]), ("r2", "/", &["r2"]), ("admin", "/admin", &["r1"])];

/// How often a volatile event is sent until every client has received it once.
const VOLATILE_ATTEMPTS: usize = 50;

/// Performs operations on a cluster through each interface and checks their effect.
#[derive(Debug)]
pub struct OperationRunner {
    cluster: SocketIoCluster,
    clients: Clients,
    version: u8,
    adapter: Option<&'static str>,
    io: Emitter,
    bridge: BridgeProcess,
}

impl OperationRunner {
    /// Connects clients of this Socket.IO version and starts a bridge. Without `adapter`, each interface detects it.
    pub fn new(cluster: SocketIoCluster, version: u8, adapter: Option<&'static str>) -> Self {
        let url = cluster.redis.url();
        let options = Options::new();
        let options = match adapter {
            Some(name) => options.adapter(name.parse::<Adapter>().expect("the adapter exists")),
            None => options,
        };
        let io = options.connect(&url).wait().expect("Redis runs");
        let environment: Vec<_> = adapter.map(|name| ("SIO_ADAPTER", name)).into_iter().collect();
        let bridge = BridgeProcess::start_with(&url, &[], &environment);
        let mut runner = Self { cluster, clients: Clients::new(), version, adapter, io, bridge };
        runner.connect(&all_clients());
        runner
    }

    /// Performs an operation through an interface. Returns `delivered`, `obeyed` or `refused`.
    ///
    /// # Panics
    /// If the effect differs from the expected one, or if a refusal has another code than `unsupported` or still has an
    /// effect.
    pub fn perform(&mut self, operation: &ClusterOperation, interface: &str) -> &'static str {
        let message = self.complete(&operation.message);
        match self.send(interface, &message) {
            Ok(()) if message["flags"]["volatile"] == true => self.check_volatile(operation, interface, &message),
            Ok(()) => self.check(operation),
            Err(code) => {
                assert_eq!(code, "unsupported", "{} by {interface}", operation.name);
                assert_eq!(self.received(None), [], "{} by {interface}", operation.name);
                "refused"
            }
        }
    }

    fn connect(&mut self, wanted: &[String]) {
        for (number, server) in ["1", "2"].iter().zip(&self.cluster.servers) {
            for (name, namespace, rooms) in CLIENTS {
                let name = format!("{number}-{name}");
                if wanted.contains(&name) {
                    self.clients.connect_version(self.version, &name, server, namespace, rooms);
                }
            }
        }
    }

    /// Replaces `%` in the message by the socket id of `1-r1`.
    fn complete(&self, message: &Value) -> Value {
        let mut message = message.clone();
        for key in ["rooms", "except"] {
            for room in message[key].as_array_mut().into_iter().flatten().filter(|room| *room == "%") {
                *room = json!(self.clients.id("1-r1"));
            }
        }
        let object = message.as_object_mut().expect("a message is an object");
        // Indexing has added the missing keys.
        object.retain(|_, value| !value.is_null());
        message
    }

    /// Sends a message through an interface. `Err` is the code of the refusal.
    fn send(&mut self, interface: &str, message: &Value) -> Result<(), String> {
        let text = message.to_string();
        match interface {
            "crate" => {
                let message = Message::from_json(text.as_bytes()).expect("a message");
                let receipt = self.io.send(message).wait().map_err(|error| error.code().to_string())?;
                // Servers of streams before 0.3 have no subscription to count.
                assert!(
                    receipt.servers == Some(2) || (receipt.servers.is_none() && receipt.entry.is_some()),
                    "{receipt:?}"
                );
                Ok(())
            }
            "sio" => {
                let adapter = self.adapter.map(|name| ["--adapter".to_owned(), name.to_owned()]);
                let args = [sio_arguments(message), adapter.into_iter().flatten().collect()].concat();
                let run = run_sio(&self.cluster.redis.url(), &args, b"");
                if run.code == Some(0) {
                    return Ok(());
                }
                let message = Message::from_json(text.as_bytes()).expect("a message");
                let error = self.io.send(message).wait().expect_err("the crate refuses what sio refuses");
                assert!(run.is_refusal(&error), "{args:?}: {error}: {run:?}");
                Err(error.code().to_string())
            }
            _ => {
                let path = match message["do"].as_str() {
                    None => "/v1/emit",
                    Some("server-emit") => "/v1/server-emit",
                    Some(action) => &format!("/v1/sockets/{action}"),
                };
                let request = self.bridge.post(path).header("content-type", "application/json").body(text);
                let response = request.send().expect("the bridge answers");
                let status = response.status().as_u16();
                let answer: Value = response.json().expect("the response is JSON");
                match status {
                    200 => Ok(()),
                    422 => Err(answer["code"].as_str().unwrap_or_default().to_owned()),
                    _ => panic!("{message}: {status} {answer}"),
                }
            }
        }
    }

    /// The clients and arguments of all events received since the last call. Emits to `room` first, if given.
    fn received(&mut self, room: Option<&str>) -> Vec<(String, Value)> {
        if let Some(room) = room {
            self.io.to(room).emit("probe", &1).wait().expect("Redis accepts the event");
        }
        for namespace in ["/", "/admin"] {
            self.io.of(namespace).emit("fence", &1).wait().expect("Redis accepts the event");
        }
        let all = all_clients();
        let all: Vec<&str> = all.iter().map(String::as_str).collect();
        self.clients.until("fence", &all).into_iter().map(|event| (event.client, event.args)).collect()
    }

    /// A server drops a volatile event for a client whose connection is not writable, so the event is sent until every
    /// client has received it.
    fn check_volatile(
        &mut self,
        ClusterOperation { name, effect, .. }: &ClusterOperation,
        interface: &str,
        message: &Value,
    ) -> &'static str {
        let ExpectedEffect::Event(selection, args) = effect else { panic!("{name} is not an event") };
        let expected: BTreeSet<String> = selection.names().into_iter().collect();
        let mut reached = BTreeSet::new();
        for _ in 0..VOLATILE_ATTEMPTS {
            for (client, received) in self.received(None) {
                assert!(expected.contains(&client) && received == *args, "{name}: {client} received {received}");
                reached.insert(client);
            }
            if reached == expected {
                return "delivered";
            }
            self.send(interface, message).expect("the interface accepted the message before");
        }
        panic!("{name}: expected {expected:?} to receive it, only {reached:?} did")
    }

    /// Checks the effect of an operation that was accepted.
    fn check(&mut self, ClusterOperation { name, effect, .. }: &ClusterOperation) -> &'static str {
        let set = |selection: &ClientSelection| -> BTreeSet<String> { selection.names().into_iter().collect() };
        match effect {
            ExpectedEffect::Event(selection, args) => {
                let received = self.received(None);
                assert!(received.iter().all(|(_, received)| received == args), "{name}: {received:?}");
                assert_eq!(received.len(), selection.names().len(), "{name}: {received:?}");
                let reached: BTreeSet<_> = received.into_iter().map(|(client, _)| client).collect();
                assert_eq!(reached, set(selection), "{name}");
                "delivered"
            }
            ExpectedEffect::RoomMembers(room, selection) => {
                let reached: BTreeSet<_> = self.received(Some(room)).into_iter().map(|(client, _)| client).collect();
                assert_eq!(reached, set(selection), "{name}");
                "obeyed"
            }
            ExpectedEffect::Disconnected(selection) => {
                let names = selection.names();
                self.clients.until_disconnected(&names.iter().map(String::as_str).collect::<Vec<_>>());
                self.connect(&names);
                self.received(None);
                "obeyed"
            }
            ExpectedEffect::ServerEvent(args) => {
                for server in &mut self.cluster.servers {
                    let line = server.process().receive();
                    assert_eq!((&line["serverEvent"], &line["args"]), (&json!("reload"), args), "{name}");
                }
                "delivered"
            }
        }
    }
}

fn all_clients() -> Vec<String> {
    ClientSelection::Both(&["none", "r1", "r2", "admin"]).names()
}
