use std::{
    collections::{BTreeMap, VecDeque},
    time::Duration,
};

use serde_json::{Value, json};

use crate::{json_process::JsonProcess, socketio_cluster::SocketIoServer};

/// An event that a client received. Binary is `{"$binary": "<base64>"}`.
#[derive(Debug, Clone, PartialEq)]
pub struct ReceivedEvent {
    /// The name of the client.
    pub client: String,
    /// The event's name.
    pub event: String,
    /// The event's arguments.
    pub args: Value,
}

impl ReceivedEvent {
    /// Reads a line of `clients.js`, if it reports an event.
    fn from_line(line: &Value) -> Option<Self> {
        let (client, event) = (line["client"].as_str()?, line["event"].as_str()?);
        Some(Self { client: client.to_owned(), event: event.to_owned(), args: line["args"].clone() })
    }
}

/// Socket.IO clients, all in one Node process. Tests give each a name.
#[derive(Debug)]
pub struct Clients {
    process: JsonProcess,
    ids: BTreeMap<String, String>,
    /// Lines that were read while waiting for a client to connect.
    unread: VecDeque<Value>,
}

impl Default for Clients {
    fn default() -> Self {
        Self::new()
    }
}

impl Clients {
    /// Starts the process, without clients.
    pub fn new() -> Self {
        Self { process: JsonProcess::start("clients.js"), ids: BTreeMap::new(), unread: VecDeque::new() }
    }

    /// Connects a client and waits until it has joined its rooms.
    pub fn connect(&mut self, name: &str, server: &SocketIoServer, namespace: &str, rooms: &[&str]) {
        self.connect_version(4, name, server, namespace, rooms);
    }

    /// Connects a client that acknowledges every event with these arguments.
    pub fn connect_answering(&mut self, name: &str, url: &str, rooms: &[&str], answer: &Value) {
        let request = json!({ "connect": name, "url": url, "rooms": rooms, "transports": ["websocket"],
            "answer": answer });
        self.open(name, &request);
    }

    /// Connects a client with a nickname, for the chat example.
    pub fn connect_person(&mut self, name: &str, url: &str, nickname: &str) {
        self.open(name, &json!({ "connect": name, "url": url, "name": nickname, "transports": ["websocket"] }));
    }

    /// Emits an event from a client.
    pub fn emit(&mut self, name: &str, event: &str, args: &Value) {
        self.process.send(&json!({ "emit": name, "event": event, "args": args }));
    }

    /// Connects a client of Socket.IO 2, which servers of that version require, or a current one.
    pub fn connect_version(
        &mut self,
        version: u8,
        name: &str,
        server: &SocketIoServer,
        namespace: &str,
        rooms: &[&str],
    ) {
        let request = json!({ "connect": name, "url": server.url(), "namespace": namespace, "rooms": rooms,
            "transports": ["websocket"], "version": version });
        self.open(name, &request);
    }

    /// The socket id of a client.
    pub fn id(&self, name: &str) -> &str {
        &self.ids[name]
    }

    /// Waits until each of these clients has received the event `last`, and returns all events received before it.
    ///
    /// Events that were sent earlier on the same namespaces have been received by then or are lost, because Redis,
    /// servers and connections keep the order.
    ///
    /// # Panics
    /// If a client loses its connection.
    pub fn until(&mut self, last: &str, clients: &[&str]) -> Vec<ReceivedEvent> {
        let mut waiting: Vec<&str> = clients.to_vec();
        let mut received = Vec::new();
        while !waiting.is_empty() {
            let line = self.next_line();
            assert!(line.get("disconnected").is_none(), "a client lost its connection: {line}");
            let Some(event) = ReceivedEvent::from_line(&line) else {
                continue;
            };
            if event.event == last {
                waiting.retain(|name| *name != event.client);
            } else {
                received.push(event);
            }
        }
        received
    }

    /// Waits until these clients have lost their connection, and closes them.
    pub fn until_disconnected(&mut self, clients: &[&str]) {
        let mut waiting: Vec<&str> = clients.to_vec();
        while !waiting.is_empty() {
            let line = self.next_line();
            if line.get("disconnected").is_some() {
                waiting.retain(|name| line["client"] != *name);
            }
        }
        for name in clients {
            self.process.send(&json!({ "close": name }));
        }
    }

    /// Waits until each of these clients has received the event. Discards earlier events.
    pub fn expect(&mut self, event: &str, clients: &[&str]) {
        self.until(event, clients);
    }

    /// The next event of any client.
    pub fn next_of_any(&mut self) -> ReceivedEvent {
        loop {
            if let Some(event) = ReceivedEvent::from_line(&self.next_line()) {
                return event;
            }
        }
    }

    /// The next event of this name at one client. Discards all others.
    pub fn next_named(&mut self, client: &str, event: &str) -> ReceivedEvent {
        loop {
            let received = self.next_event(client);
            if received.event == event {
                return received;
            }
        }
    }

    /// The next event of one client. Discards those of the others.
    pub fn next_event(&mut self, client: &str) -> ReceivedEvent {
        loop {
            let received = self.next_of_any();
            if received.client == client {
                return received;
            }
        }
    }

    /// Reads one line within `time` and returns it if it reports an event.
    pub fn event_within(&mut self, time: Duration) -> Option<ReceivedEvent> {
        let line = self.unread.pop_front().or_else(|| self.process.receive_within(time))?;
        ReceivedEvent::from_line(&line)
    }

    fn open(&mut self, name: &str, request: &Value) {
        self.process.send(request);
        loop {
            let line = self.process.receive();
            assert!(line.get("failed").is_none() && line.get("error").is_none(), "a client failed: {line}");
            if line["client"] == name
                && let Some(id) = line.get("connected")
            {
                self.ids.insert(name.to_owned(), id.as_str().expect("a socket id is a string").to_owned());
                return;
            }
            self.unread.push_back(line);
        }
    }

    fn next_line(&mut self) -> Value {
        self.unread.pop_front().unwrap_or_else(|| self.process.receive())
    }
}
