use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{cluster::Server, node::Tool};

/// An event, as a client received it. Binary is `{"$binary": "<base64>"}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    /// Who received it.
    pub client: String,
    /// The event's name.
    pub event: String,
    /// Its arguments.
    pub args: Value,
}

/// Real Socket.IO clients, all in one Node process.
#[derive(Debug)]
pub struct Clients {
    tool: Tool,
    ids: BTreeMap<String, String>,
    ahead: VecDeque<Value>,
}

impl Default for Clients {
    fn default() -> Self {
        Self::new()
    }
}

impl Clients {
    /// None, so far.
    pub fn new() -> Self {
        Self { tool: Tool::start("clients.js"), ids: BTreeMap::new(), ahead: VecDeque::new() }
    }

    /// Connects one, and waits until it is in its rooms.
    pub fn connect(&mut self, name: &str, server: &Server, namespace: &str, rooms: &[&str]) {
        self.connect_version(4, name, server, namespace, rooms);
    }

    /// Connects one that answers what it is asked with these arguments.
    pub fn connect_answering(&mut self, name: &str, url: &str, rooms: &[&str], answer: &Value) {
        let request = json!({ "connect": name, "url": url, "rooms": rooms, "transports": ["websocket"],
            "answer": answer });
        self.opened(name, &request);
    }

    /// Connects one with a nickname, for the chat.
    pub fn connect_person(&mut self, name: &str, url: &str, nickname: &str) {
        self.opened(name, &json!({ "connect": name, "url": url, "name": nickname, "transports": ["websocket"] }));
    }

    /// Makes one emit.
    pub fn emit(&mut self, name: &str, event: &str, args: &Value) {
        self.tool.tell(&json!({ "emit": name, "event": event, "args": args }));
    }

    /// Connects one of Socket.IO 2, which servers of that version need, or a current one.
    pub fn connect_version(&mut self, version: u8, name: &str, server: &Server, namespace: &str, rooms: &[&str]) {
        let request = json!({ "connect": name, "url": server.url(), "namespace": namespace, "rooms": rooms,
            "transports": ["websocket"], "version": version });
        self.opened(name, &request);
    }

    fn opened(&mut self, name: &str, request: &Value) {
        self.tool.tell(request);
        let line = self.find(|line| line["client"] == name && line.get("connected").is_some());
        self.ids.insert(name.to_owned(), line["connected"].as_str().expect("an id is text").to_owned());
    }

    /// The socket id of a client.
    pub fn id(&self, name: &str) -> &str {
        &self.ids[name]
    }

    /// Every event up to the one of this name that each of these clients receives last. What was sent before it, on
    /// the same namespaces, has arrived by then or never will: Redis, servers and connections all keep the order.
    pub fn until(&mut self, last: &str, clients: &[&str]) -> Vec<Seen> {
        let mut waiting: Vec<&str> = clients.to_vec();
        let mut seen = Vec::new();
        while !waiting.is_empty() {
            let line = self.next_line();
            assert!(line.get("disconnected").is_none(), "a client lost its connection: {line}");
            let Some(event) = line["event"].as_str() else {
                continue;
            };
            let client = line["client"].as_str().expect("a name is text").to_owned();
            if event == last {
                waiting.retain(|name| *name != client);
            } else {
                seen.push(Seen { client, event: event.to_owned(), args: line["args"].clone() });
            }
        }
        seen
    }

    /// Waits until these clients have lost their connection, and forgets them.
    pub fn until_disconnected(&mut self, clients: &[&str]) {
        let mut waiting: Vec<&str> = clients.to_vec();
        while !waiting.is_empty() {
            let line = self.next_line();
            if line.get("disconnected").is_some() {
                waiting.retain(|name| line["client"] != *name);
            }
        }
        for name in clients {
            self.tool.tell(&json!({ "close": name }));
        }
    }

    /// Waits for an event of this name at each of these clients.
    pub fn expect(&mut self, event: &str, clients: &[&str]) {
        self.until(event, clients);
    }

    /// The next event of any client.
    pub fn next_of_any(&mut self) -> Seen {
        loop {
            let line = self.next_line();
            if let (Some(event), Some(client)) = (line["event"].as_str(), line["client"].as_str()) {
                return Seen { client: client.to_owned(), event: event.to_owned(), args: line["args"].clone() };
            }
        }
    }

    /// The next event of this name at one client; all others are forgotten.
    pub fn next_named(&mut self, client: &str, event: &str) -> Seen {
        loop {
            let seen = self.next_event(client);
            if seen.event == event {
                return seen;
            }
        }
    }

    /// The next event of one client; those of the others are forgotten.
    pub fn next_event(&mut self, client: &str) -> Seen {
        loop {
            let line = self.next_line();
            if let (Some(event), true) = (line["event"].as_str(), line["client"] == client) {
                return Seen { client: client.to_owned(), event: event.to_owned(), args: line["args"].clone() };
            }
        }
    }

    /// The next event of any client, if it is what comes next and comes in time.
    pub fn event_within(&mut self, time: Duration) -> Option<Seen> {
        let line = self.ahead.pop_front().or_else(|| self.tool.hear_within(time))?;
        let (client, event) = (line["client"].as_str()?.to_owned(), line["event"].as_str()?.to_owned());
        Some(Seen { client, event, args: line["args"].clone() })
    }

    fn next_line(&mut self) -> Value {
        self.ahead.pop_front().unwrap_or_else(|| self.tool.hear())
    }

    fn find(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self.tool.hear();
            assert!(line.get("failed").is_none() && line.get("error").is_none(), "a client failed: {line}");
            if wanted(&line) {
                return line;
            }
            self.ahead.push_back(line);
        }
    }
}
