use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use socketio_interop::{Clients, RequestCase, RequestInterfaces, ServerKind, SocketIoCluster};

/// The timeout of requests that every server and client answers.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// The timeout of requests that some servers or clients do not answer.
pub(crate) const SHORT: Duration = Duration::from_secs(3);

/// Room names that look like socket ids of Node servers and of socketioxide.
pub(crate) const ID_LIKE_ROOMS: [&str; 2] = ["Conference_Room_Five", "Auction-20240101"];

/// The clients: name, index of the server, and rooms. `mute` never acknowledges.
const CLIENTS: [(&str, usize, &[&str]); 4] = [
    ("text", 0, &["lobby"]),
    ("json", 1, &["lobby", "games"]),
    ("bytes", 1, &["bits", ID_LIKE_ROOMS[0], ID_LIKE_ROOMS[1]]),
    ("mute", 0, &["quiet"]),
];

/// The argument that a client acknowledges with.
fn answer_of(client: &str) -> Value {
    match client {
        "text" => json!("yes, \u{1b}[31mé€😀"),
        "json" => json!({"n": [1, 2.5, null]}),
        _ => json!({"$binary": "AQL/"}),
    }
}

/// A cluster with clients, and the interfaces to it.
pub(crate) struct RequestCluster {
    pub(crate) cluster: SocketIoCluster,
    pub(crate) clients: Clients,
    pub(crate) checker: RequestChecker,
}

/// Sends requests through every interface and checks the summaries of the answers.
pub(crate) struct RequestChecker {
    pub(crate) kind: ServerKind,
    pub(crate) interfaces: RequestInterfaces,
}

impl RequestCluster {
    pub(crate) fn start(kind: ServerKind) -> Self {
        let mut cluster = SocketIoCluster::of(kind);
        let mut clients = Clients::new();
        for (name, server, rooms) in CLIENTS {
            let server = &cluster.servers[server];
            match name {
                "mute" => clients.connect(name, server, "/", rooms),
                _ => clients.connect_answering(name, &server.url(), rooms, &json!([answer_of(name)])),
            }
        }
        if runs_on_node(kind) {
            // The code of a Node server can use a number as a room.
            cluster.servers[0].ask(json!({"ask": "join", "join": [7], "rooms": ["quiet"]}));
        }
        // With the streams adapter, the stream exists from the first event on.
        cluster.servers[0].ask(json!({"ask": "emit", "event": "first", "args": []}));
        clients.until("first", &["text", "json", "bytes", "mute"]);
        let checker = RequestChecker::new(kind, &cluster.redis.url());
        Self { cluster, clients, checker }
    }

    /// Sends a request to the first server, to compare with.
    pub(crate) fn ask_server(&mut self, request: Value) -> Value {
        self.cluster.servers[0].ask(request)
    }

    /// The socket ids of all clients.
    pub(crate) fn ids(&self) -> BTreeSet<String> {
        CLIENTS.iter().map(|(name, ..)| self.clients.id(name).to_owned()).collect()
    }

    /// The second server, which the client `json` is connected to, as the adapter names it.
    pub(crate) fn name_of_second_server(&self) -> Option<String> {
        if !self.checker.names_servers() {
            return None;
        }
        let sockets = self.checker.interfaces.io().fetch_sockets().wait().unwrap();
        let sockets = json!(sockets.responses);
        let json_client = self.clients.id("json");
        let socket = sockets.as_array().unwrap().iter().find(|socket| id(socket) == json_client).unwrap();
        socket["server"].as_str().map(str::to_owned)
    }
}

impl RequestChecker {
    pub(crate) fn new(kind: ServerKind, redis: &str) -> Self {
        // The version of python-socketio cannot be detected.
        let adapter = (kind == ServerKind::PythonOld).then_some("python,before-5.15.1");
        Self { kind, interfaces: RequestInterfaces::open(redis, adapter) }
    }

    /// Sends a request through every interface, asserts that each returns this summary, and passes the answers to
    /// `check`, with a description of the request. Returns the cell for the table.
    pub(crate) fn ask(
        &self,
        case: &RequestCase,
        timeout: Duration,
        summary: &Value,
        check: impl Fn(&str, &[Value]),
    ) -> &'static str {
        let results = match self.interfaces.ask(case, timeout) {
            Ok(results) => results,
            Err(code) => {
                assert_eq!(code, "unsupported", "{} on {}", case.sio, self.kind.name());
                return "refused";
            }
        };
        for (interface, mut answers) in results {
            let place = format!("{} by {interface} on {}", case.sio, self.kind.name());
            let list = answers["answers"].take();
            answers.as_object_mut().unwrap().remove("answers");
            assert_eq!(&answers, summary, "{place}: {list}");
            check(&place, list.as_array().unwrap());
        }
        match (&summary["answered"], &summary["partial"]) {
            (Value::Null, _) => "answered, completeness unknown",
            (_, Value::Bool(true)) if summary["silent"].is_array() => "partial, missing server named",
            (answered, Value::Bool(true)) if *answered != summary["servers"] => "partial, missing server counted",
            (_, Value::Bool(true)) => "partial, missing client counted",
            _ => "answered",
        }
    }

    /// The summary when both servers answer, with `count` answers in total.
    pub(crate) fn complete_summary(&self, count: usize) -> Value {
        let adapter = self.adapter();
        json!({"adapter": adapter, "servers": 2, "answered": 2, "count": count, "partial": false, "end": "complete"})
    }

    /// The summary when `count` of `clients` clients acknowledge.
    pub(crate) fn ack_summary(&self, count: usize, clients: usize) -> Value {
        if self.is_python() {
            return json!({"adapter": "python", "servers": 2, "answered": null, "count": count, "partial": null,
                "end": "timeout"});
        }
        let mut summary = self.complete_summary(count);
        summary["clients"] = json!(clients);
        if count < clients {
            summary["partial"] = json!(true);
            summary["end"] = json!("timeout");
        }
        summary
    }

    /// The timeout of complete requests. Acknowledgements of python-socketio always take the whole timeout, because its
    /// servers do not report how many clients were asked.
    pub(crate) fn timeout(&self) -> Duration {
        if self.is_python() { SHORT } else { LONG }
    }

    pub(crate) fn is_python(&self) -> bool {
        matches!(self.kind, ServerKind::Python | ServerKind::PythonOld)
    }

    /// True if answers contain the id of their server.
    pub(crate) fn names_servers(&self) -> bool {
        !self.is_python() && self.adapter() != "classic"
    }

    fn adapter(&self) -> &'static str {
        match self.kind {
            ServerKind::Classic | ServerKind::ClassicIoredis | ServerKind::ClassicSpecific => "classic",
            ServerKind::ShardedDynamic | ServerKind::ShardedStatic | ServerKind::ShardedDynamicPrivate => "sharded",
            ServerKind::Streams | ServerKind::StreamsFour | ServerKind::StreamsSharded | ServerKind::StreamsOld => {
                "streams"
            }
            ServerKind::Socketioxide => "socketioxide",
            ServerKind::Python | ServerKind::PythonOld => "python",
        }
    }
}

pub(crate) fn runs_on_node(kind: ServerKind) -> bool {
    !matches!(kind, ServerKind::Socketioxide | ServerKind::Python | ServerKind::PythonOld)
}

/// The answers as a set, which does not depend on the order of arrival.
pub(crate) fn unique(answers: &[Value], key: impl Fn(&Value) -> String) -> BTreeSet<String> {
    let set: BTreeSet<String> = answers.iter().map(key).collect();
    assert_eq!(set.len(), answers.len(), "an answer arrived twice: {answers:?}");
    set
}

/// The arguments that these clients acknowledge with.
pub(crate) fn answers_of(clients: &[&str]) -> BTreeSet<String> {
    clients.iter().map(|client| json!([answer_of(client)]).to_string()).collect()
}

pub(crate) fn args(ack: &Value) -> String {
    ack["args"].to_string()
}

/// A room's name, which may be a number.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(crate) fn id(value: &Value) -> String {
    text(&value["id"])
}
