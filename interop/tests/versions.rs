//! Every operation through every door on every Socket.IO: delivered, obeyed or refused, and never sent unseen.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use serde_json::{Value, json};
use socketio_emitter::{Emitter, Message};
use socketio_interop::{Bridge, Clients, Cluster, Sio, Table, Tool};

const DOORS: [&str; 3] = ["crate", "sio", "bridge"];

/// The clients on each of the two servers, their namespaces and rooms.
const CLIENTS: [(&str, &str, &[&str]); 4] =
    [("none", "/", &[]), ("r1", "/", &["r1"]), ("r2", "/", &["r2"]), ("admin", "/admin", &["r1"])];

/// What an operation is to bring about, where it is not refused.
enum Effect {
    /// These clients of each server receive the event, with these arguments.
    Event(&'static [&'static str], Value),
    /// These clients of each server are in the room `x` then.
    InRoom(&'static [&'static str]),
    /// These clients of each server lose their connection.
    Gone(&'static [&'static str]),
    /// Every server receives the event.
    AtServers(Value),
}

struct Operation {
    name: &'static str,
    /// The message's JSON form.
    message: Value,
    effect: Effect,
    /// The Socket.IO versions that refuse it.
    refused_by: &'static [u8],
}

fn operations() -> Vec<Operation> {
    let event = |name, message: Value, clients, refused_by| {
        let args = message["args"].clone();
        Operation { name, message, effect: Effect::Event(clients, args), refused_by }
    };
    let all: &[&str] = &["none", "r1", "r2"];
    let note = json!([{"n": 1.5}, "é"]);
    let bytes = json!([{"img": {"$binary": "AQL/"}}, {"$binary": "AA=="}]);
    vec![
        event("emit to all", json!({"event": "e", "args": note}), all, &[]),
        event("emit to one room", json!({"event": "e", "args": note, "rooms": ["r1"]}), &["r1"], &[]),
        event("emit to several rooms", json!({"event": "e", "args": note, "rooms": ["r1", "r2"]}), &["r1", "r2"], &[]),
        event("emit to all but a room", json!({"event": "e", "args": note, "except": ["r1"]}), &["none", "r2"], &[2]),
        event("emit on a namespace", json!({"event": "e", "args": note, "namespace": "/admin"}), &["admin"], &[]),
        event("emit, volatile", json!({"event": "e", "args": note, "flags": {"volatile": true}}), all, &[]),
        event("emit, uncompressed", json!({"event": "e", "args": note, "flags": {"compress": false}}), all, &[]),
        event("emit with binary", json!({"event": "e", "args": bytes}), all, &[]),
        event("emit binary to a room", json!({"event": "e", "args": bytes, "rooms": ["r2"]}), &["r2"], &[]),
        Operation {
            name: "join",
            message: json!({"do": "join", "join": ["x"], "rooms": ["r1"]}),
            effect: Effect::InRoom(&["r1"]),
            refused_by: &[2],
        },
        Operation {
            name: "join, all but a room",
            message: json!({"do": "join", "join": ["x", "y"], "except": ["r1"], "all": true}),
            effect: Effect::InRoom(&["none", "r1", "r2"]),
            refused_by: &[2],
        },
        Operation {
            name: "leave",
            message: json!({"do": "leave", "leave": ["x"], "rooms": ["r1", "r2"]}),
            effect: Effect::InRoom(&["none"]),
            refused_by: &[2],
        },
        Operation {
            name: "server-side emit",
            message: json!({"do": "server-emit", "event": "reload", "args": note}),
            effect: Effect::AtServers(note),
            refused_by: &[2, 3],
        },
        Operation {
            name: "disconnect",
            message: json!({"do": "disconnect", "rooms": ["r1"]}),
            effect: Effect::Gone(&["r1"]),
            refused_by: &[2],
        },
        Operation {
            name: "disconnect and close, all",
            message: json!({"do": "disconnect", "close": true, "all": true}),
            effect: Effect::Gone(&["none", "r1", "r2"]),
            refused_by: &[2],
        },
    ]
}

/// The command line that says a message.
fn words(message: &Value) -> Vec<String> {
    let list = |key: &str| message[key].as_array().cloned().unwrap_or_default();
    let texts = |key: &str| list(key).iter().map(|v| v.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let verb = message["do"].as_str().unwrap_or("emit");
    let mut words = vec![verb.to_owned()];
    words.extend(message["event"].as_str().map(str::to_owned));
    words.extend(texts("join").into_iter().chain(texts("leave")));
    words.extend(list("args").iter().map(Value::to_string));
    for (key, flag) in [("rooms", "--to"), ("except", "--except")] {
        words.extend(texts(key).into_iter().flat_map(|room| [flag.to_owned(), room]));
    }
    if let Some(namespace) = message["namespace"].as_str() {
        words.extend(["-n".to_owned(), namespace.to_owned()]);
    }
    let flags = [
        (message["all"] == true, "--all"),
        (message["close"] == true, "--close"),
        (message["flags"]["volatile"] == true, "--volatile"),
        (message["flags"]["compress"] == false, "--no-compress"),
    ];
    words.extend(flags.iter().filter(|(set, _)| *set).map(|(_, flag)| (*flag).to_owned()));
    words
}

struct Stage {
    version: u8,
    cluster: Cluster,
    clients: Clients,
    io: Emitter,
    bridge: Bridge,
    official: Tool,
}

impl Stage {
    fn new(version: u8, cluster: Cluster) -> Self {
        let url = cluster.redis.url();
        let io = Emitter::connect(&url).wait().unwrap();
        let (bridge, official) = (Bridge::start(&url), Tool::start("official.js"));
        Self { version, cluster, clients: Clients::new(), io, bridge, official }
    }

    fn connect(&mut self, wanted: &[&str]) {
        for (number, server) in ["1", "2"].iter().zip(&self.cluster.servers) {
            for (name, namespace, rooms) in CLIENTS.iter().filter(|(name, ..)| wanted.contains(name)) {
                let name = format!("{number}-{name}");
                self.clients.connect_version(self.version, &name, server, namespace, rooms);
            }
        }
    }

    /// Says a message through a door: `Ok` if it took it, the code of its refusal otherwise.
    fn say(&mut self, door: &str, message: &Value) -> Result<(), String> {
        let text = message.to_string();
        match door {
            "crate" => {
                let sent = self.io.send(Message::from_json(text.as_bytes()).unwrap()).wait();
                sent.map(|receipt| assert_eq!(receipt.servers, Some(2))).map_err(|error| error.code().to_owned())
            }
            "sio" => {
                let run = Sio::run(&self.cluster.redis.url(), &words(message), b"");
                match run.code {
                    Some(0) => Ok(()),
                    Some(2) if run.stderr.contains("cannot carry") => Err("unsupported".to_owned()),
                    _ => panic!("{message}: {run:?}"),
                }
            }
            _ => {
                let path = match message["do"].as_str() {
                    None => "/v1/emit",
                    Some("server-emit") => "/v1/server-emit",
                    Some(order) => &format!("/v1/sockets/{order}"),
                };
                let request = self.bridge.post(path).header("content-type", "application/json").body(text);
                let response = request.send().unwrap();
                let status = response.status().as_u16();
                let answer: Value = serde_json::from_str(&response.text().unwrap()).unwrap();
                match status {
                    200 => Ok(()),
                    422 => Err(answer["code"].as_str().unwrap().to_owned()),
                    _ => panic!("{message}: {status} {answer}"),
                }
            }
        }
    }

    /// Everything received so far, and after it an event of our own to everyone who is there.
    fn received(&mut self, rooms: Option<&str>) -> Vec<(String, Value)> {
        let url = self.cluster.redis.url();
        if let Some(room) = rooms {
            self.official.ask(json!({"redis": url, "event": "probe", "rooms": [room]}));
        }
        for namespace in ["/", "/admin"] {
            self.official.ask(json!({"redis": url, "event": "fence", "namespace": namespace}));
        }
        let everyone = both(&["none", "r1", "r2", "admin"]);
        let everyone: Vec<&str> = everyone.iter().map(String::as_str).collect();
        let seen = self.clients.until("fence", &everyone);
        seen.into_iter().map(|seen| (seen.client, seen.args)).collect()
    }

    /// Waits for the effect of an operation that was taken.
    fn check(&mut self, operation: &Operation) -> &'static str {
        match &operation.effect {
            Effect::Event(clients, args) => {
                let seen = self.received(None);
                assert!(seen.iter().all(|(_, seen)| seen == args), "{}: {seen:?}", operation.name);
                assert_eq!(seen.len(), 2 * clients.len(), "{}: {seen:?}", operation.name);
                let reached: BTreeSet<_> = seen.into_iter().map(|(client, _)| client).collect();
                assert_eq!(reached, both(clients).into_iter().collect(), "{}", operation.name);
                "delivered"
            }
            Effect::InRoom(clients) => {
                let reached: BTreeSet<_> = self.received(Some("x")).into_iter().map(|(client, _)| client).collect();
                assert_eq!(reached, both(clients).into_iter().collect(), "{}", operation.name);
                "obeyed"
            }
            Effect::Gone(clients) => {
                let gone = both(clients);
                let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
                self.clients.until_disconnected(&gone);
                self.connect(clients);
                self.received(None);
                "obeyed"
            }
            Effect::AtServers(args) => {
                for server in &mut self.cluster.servers {
                    let heard = server.tool().hear();
                    assert_eq!((&heard["serverEvent"], &heard["args"]), (&json!("reload"), args));
                }
                "delivered"
            }
        }
    }
}

fn both(clients: &[&str]) -> Vec<String> {
    ["1", "2"].iter().flat_map(|number| clients.iter().map(move |name| format!("{number}-{name}"))).collect()
}

#[test]
fn every_operation_on_every_socket_io_is_delivered_obeyed_or_refused() {
    let versions = [("4 on node-redis", 4), ("4 on ioredis", 4), ("3", 3), ("2", 2)];
    let columns = versions.iter().flat_map(|(name, _)| DOORS.map(|door| format!("{name}: {door}")));
    let operations = operations();
    let mut table = Table::new("versions", "operation", operations.iter().map(|operation| operation.name), columns);
    for (name, version) in versions {
        let cluster = match name {
            "4 on node-redis" => Cluster::start(),
            "4 on ioredis" => Cluster::start_with(&[("REDIS_CLIENT", "ioredis")]),
            _ => Cluster::start_old(version),
        };
        let mut stage = Stage::new(version, cluster);
        stage.connect(&["none", "r1", "r2", "admin"]);
        for door in DOORS {
            for operation in &operations {
                let cell = match stage.say(door, &operation.message) {
                    Ok(()) => {
                        assert!(!operation.refused_by.contains(&version), "{} on {name} by {door}", operation.name);
                        stage.check(operation)
                    }
                    Err(code) => {
                        assert!(operation.refused_by.contains(&version), "{} on {name}: {code}", operation.name);
                        assert_eq!(code, "unsupported", "{} on {name} by {door}", operation.name);
                        // Where joining is refused, nobody is in the room either.
                        let room = (version == 2).then_some("x");
                        assert_eq!(stage.received(room), [], "{} on {name} by {door}", operation.name);
                        "refused"
                    }
                };
                table.set(operation.name, &format!("{name}: {door}"), cell);
            }
        }
    }
    table.finish();
}
