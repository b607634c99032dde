use std::collections::BTreeSet;

use serde_json::{Value, json};
use socketio_emitter::{Adapter, Emitter, Message, Options};

use crate::{
    clients::Clients,
    cluster::Cluster,
    doors::{Bridge, Sio},
    operation::{Effect, Operation, Who, words},
};

/// The three doors.
pub const DOORS: [&str; 3] = ["crate", "sio", "bridge"];

/// The clients on each of the two servers, their namespaces and rooms.
const CLIENTS: [(&str, &str, &[&str]); 4] =
    [("none", "/", &[]), ("r1", "/", &["r1"]), ("r2", "/", &["r2"]), ("admin", "/admin", &["r1"])];

/// A cluster with clients, and every door to it.
#[derive(Debug)]
pub struct Stage {
    cluster: Cluster,
    clients: Clients,
    version: u8,
    adapter: Option<&'static str>,
    io: Emitter,
    bridge: Bridge,
}

impl Stage {
    /// Connects clients of this Socket.IO, and opens the doors. The adapter is found, unless it is named.
    pub fn new(cluster: Cluster, version: u8, adapter: Option<&'static str>) -> Self {
        let url = cluster.redis.url();
        let options = Options::new();
        let options = match adapter {
            Some(name) => options.adapter(name.parse::<Adapter>().expect("there is such an adapter")),
            None => options,
        };
        let io = options.connect(&url).wait().expect("Redis is there");
        let named: Vec<_> = adapter.map(|name| ("SIO_ADAPTER", name)).into_iter().collect();
        let bridge = Bridge::start_with(&url, &[], &named);
        let mut stage = Self { cluster, clients: Clients::new(), version, adapter, io, bridge };
        stage.connect(&Who::Both(&["none", "r1", "r2", "admin"]).names());
        stage
    }

    /// Performs an operation through a door: `delivered`, `obeyed` or `refused`, and nothing else ever.
    ///
    /// # Panics
    /// If anybody is missed or reached who should not be, or a refusal does not say why.
    pub fn perform(&mut self, operation: &Operation, door: &str) -> &'static str {
        let message = self.filled(&operation.message);
        match self.say(door, &message) {
            Ok(()) if message["flags"]["volatile"] == true => self.check_volatile(operation, door, &message),
            Ok(()) => self.check(operation),
            Err(code) => {
                assert_eq!(code, "unsupported", "{} by {door}", operation.name);
                assert_eq!(self.received(None), [], "{} by {door}", operation.name);
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

    /// The message with the id that it leaves open.
    fn filled(&self, message: &Value) -> Value {
        let mut message = message.clone();
        for key in ["rooms", "except"] {
            for room in message[key].as_array_mut().into_iter().flatten().filter(|room| *room == "%") {
                *room = json!(self.clients.id("1-r1"));
            }
        }
        let object = message.as_object_mut().expect("a message is an object");
        object.retain(|_, value| !value.is_null());
        message
    }

    /// Says a message through a door: `Ok` if it took it, the code of its refusal otherwise.
    fn say(&mut self, door: &str, message: &Value) -> Result<(), String> {
        let text = message.to_string();
        match door {
            "crate" => {
                let message = Message::from_json(text.as_bytes()).expect("a message");
                let sent = self.io.send(message).wait().map_err(|error| error.code().to_owned())?;
                // Only streams before 0.3 have no subscribers to be counted.
                assert!(sent.servers == Some(2) || (sent.servers.is_none() && sent.entry.is_some()), "{sent:?}");
                Ok(())
            }
            "sio" => {
                let named = self.adapter.map(|name| ["--adapter".to_owned(), name.to_owned()]);
                let words = [words(message), named.into_iter().flatten().collect()].concat();
                let run = Sio::run(&self.cluster.redis.url(), &words, b"");
                match run.code {
                    Some(0) => Ok(()),
                    Some(2) if run.stderr.contains("cannot carry") => Err("unsupported".to_owned()),
                    _ => panic!("{words:?}: {run:?}"),
                }
            }
            _ => {
                let path = match message["do"].as_str() {
                    None => "/v1/emit",
                    Some("server-emit") => "/v1/server-emit",
                    Some(order) => &format!("/v1/sockets/{order}"),
                };
                let request = self.bridge.post(path).header("content-type", "application/json").body(text);
                let response = request.send().expect("the bridge answers");
                let status = response.status().as_u16();
                let answer: Value = response.json().expect("the answer is JSON");
                match status {
                    200 => Ok(()),
                    422 => Err(answer["code"].as_str().unwrap_or_default().to_owned()),
                    _ => panic!("{message}: {status} {answer}"),
                }
            }
        }
    }

    /// Everything received so far, and after it an event of our own to everyone who is there.
    fn received(&mut self, room: Option<&str>) -> Vec<(String, Value)> {
        if let Some(room) = room {
            self.io.to(room).emit("probe", &1).wait().expect("Redis takes it");
        }
        for namespace in ["/", "/admin"] {
            self.io.of(namespace).emit("fence", &1).wait().expect("Redis takes it");
        }
        let everyone = Who::Both(&["none", "r1", "r2", "admin"]).names();
        let everyone: Vec<&str> = everyone.iter().map(String::as_str).collect();
        let seen = self.clients.until("fence", &everyone);
        seen.into_iter().map(|seen| (seen.client, seen.args)).collect()
    }

    /// A volatile event is dropped where a connection is just then busy, so it may take some for all to have one.
    fn check_volatile(
        &mut self,
        Operation { name, effect, .. }: &Operation,
        door: &str,
        message: &Value,
    ) -> &'static str {
        let Effect::Event(who, args) = effect else { panic!("{name} is no event") };
        let wanted: BTreeSet<String> = who.names().into_iter().collect();
        let mut reached = BTreeSet::new();
        for _ in 0..50 {
            for (client, seen) in self.received(None) {
                assert!(wanted.contains(&client) && seen == *args, "{name}: {client} received {seen}");
                reached.insert(client);
            }
            if reached == wanted {
                return "delivered";
            }
            self.say(door, message).expect("it was taken before");
        }
        panic!("{name}: of {wanted:?} only {reached:?} were reached")
    }

    /// Waits for the effect of an operation that was taken.
    fn check(&mut self, Operation { name, effect, .. }: &Operation) -> &'static str {
        let all = |who: &Who| -> BTreeSet<String> { who.names().into_iter().collect() };
        match effect {
            Effect::Event(who, args) => {
                let seen = self.received(None);
                assert!(seen.iter().all(|(_, seen)| seen == args), "{name}: {seen:?}");
                assert_eq!(seen.len(), who.names().len(), "{name}: {seen:?}");
                assert_eq!(seen.into_iter().map(|(client, _)| client).collect::<BTreeSet<_>>(), all(who), "{name}");
                "delivered"
            }
            Effect::InRoom(room, who) => {
                let reached: BTreeSet<_> = self.received(Some(room)).into_iter().map(|(client, _)| client).collect();
                assert_eq!(reached, all(who), "{name}");
                "obeyed"
            }
            Effect::Gone(who) => {
                let gone = who.names();
                self.clients.until_disconnected(&gone.iter().map(String::as_str).collect::<Vec<_>>());
                self.connect(&gone);
                self.received(None);
                "obeyed"
            }
            Effect::AtServers(args) => {
                for server in &mut self.cluster.servers {
                    let heard = server.tool().hear();
                    assert_eq!((&heard["serverEvent"], &heard["args"]), (&json!("reload"), args), "{name}");
                }
                "delivered"
            }
        }
    }
}
