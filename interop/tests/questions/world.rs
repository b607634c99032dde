use std::{collections::BTreeSet, time::Duration};

use serde_json::{Value, json};
use socketio_interop::{Clients, Cluster, Doors, Kind, Question};

/// Long enough for everybody to answer.
pub(crate) const LONG: Duration = Duration::from_secs(20);

/// Long enough for those who will answer, where others will not.
pub(crate) const SHORT: Duration = Duration::from_secs(3);

/// Names that look like a socket's id, on Node and in socketioxide.
pub(crate) const LOOKALIKES: [&str; 2] = ["Conference_Room_Five", "Auction-20240101"];

/// The clients of the two servers; the last never answers.
const CLIENTS: [(&str, usize, &[&str]); 4] = [
    ("text", 0, &["lobby"]),
    ("json", 1, &["lobby", "games"]),
    ("bytes", 1, &["bits", LOOKALIKES[0], LOOKALIKES[1]]),
    ("mute", 0, &["quiet"]),
];

/// What a client acknowledges with.
fn answer_of(client: &str) -> Value {
    match client {
        "text" => json!("yes, \u{1b}[31mé€😀"),
        "json" => json!({"n": [1, 2.5, null]}),
        _ => json!({"$binary": "AQL/"}),
    }
}

/// A cluster with clients on it, and the doors to it.
pub(crate) struct World {
    pub(crate) cluster: Cluster,
    pub(crate) clients: Clients,
    pub(crate) asker: Asker,
}

/// One who asks at every door, and knows what servers of a kind can tell.
pub(crate) struct Asker {
    pub(crate) kind: Kind,
    pub(crate) doors: Doors,
}

impl World {
    pub(crate) fn start(kind: Kind) -> Self {
        let mut cluster = Cluster::of(kind);
        let mut clients = Clients::new();
        for (name, server, rooms) in CLIENTS {
            let server = &cluster.servers[server];
            match name {
                "mute" => clients.connect(name, server, "/", rooms),
                _ => clients.connect_answering(name, &server.url(), rooms, &json!([answer_of(name)])),
            }
        }
        if runs_on_node(kind) {
            // A room need not be a text for a server's own code.
            cluster.servers[0].ask(json!({"ask": "join", "join": [7], "rooms": ["quiet"]}));
        }
        // What streams look like is seen once there is one.
        cluster.servers[0].ask(json!({"ask": "emit", "event": "first", "args": []}));
        clients.until("first", &["text", "json", "bytes", "mute"]);
        let asker = Asker::new(kind, &cluster.redis.url());
        Self { cluster, clients, asker }
    }

    /// What a server says itself.
    pub(crate) fn seen(&mut self, request: Value) -> Value {
        self.cluster.servers[0].ask(request)
    }

    pub(crate) fn ids(&self) -> BTreeSet<String> {
        CLIENTS.iter().map(|(name, ..)| self.clients.id(name).to_owned()).collect()
    }
}

impl Asker {
    pub(crate) fn new(kind: Kind, redis: &str) -> Self {
        // Which python it is cannot be seen from outside.
        let named = (kind == Kind::PythonOld).then_some("python,before-5.15.1");
        Self { kind, doors: Doors::open(redis, named) }
    }

    /// Asks at every door, and checks all but the answers themselves, which are left to `check`. Gives what became of
    /// the question.
    pub(crate) fn ask(
        &self,
        question: &Question,
        timeout: Duration,
        tally: &Value,
        check: impl Fn(&str, &[Value]),
    ) -> &'static str {
        let answered = match self.doors.ask(question, timeout) {
            Ok(answered) => answered,
            Err(code) => {
                assert_eq!(code, "unsupported", "{} on {}", question.sio, self.kind.name());
                return "refused";
            }
        };
        for (door, mut answers) in answered {
            let place = format!("{} by {door} on {}", question.sio, self.kind.name());
            let list = answers["answers"].take();
            answers.as_object_mut().unwrap().remove("answers");
            assert_eq!(&answers, tally, "{place}: {list}");
            check(&place, list.as_array().unwrap());
        }
        match (&tally["answered"], &tally["partial"]) {
            (Value::Null, _) => "answered, counts unknown",
            (_, Value::Bool(true)) if tally["silent"].is_array() => "in part, the silent server named",
            (answered, Value::Bool(true)) if *answered != tally["servers"] => "in part, the silent server counted",
            (_, Value::Bool(true)) => "in part, the silent client counted",
            _ => "answered",
        }
    }

    /// What is told when both servers answer with so many things.
    pub(crate) fn whole(&self, count: usize) -> Value {
        let adapter = self.adapter();
        json!({"adapter": adapter, "servers": 2, "answered": 2, "count": count, "partial": false, "end": "complete"})
    }

    /// What is told when so many of so many clients acknowledge.
    pub(crate) fn acknowledged(&self, count: usize, clients: usize) -> Value {
        if self.is_python() {
            return json!({"adapter": "python", "servers": 2, "answered": null, "count": count, "partial": null,
                "end": "timeout"});
        }
        let mut tally = self.whole(count);
        tally["clients"] = json!(clients);
        if count < clients {
            tally["partial"] = json!(true);
            tally["end"] = json!("timeout");
        }
        tally
    }

    /// Where nobody knows who is to come, acknowledgements are waited for to the end of the time.
    pub(crate) fn time(&self) -> Duration {
        if self.is_python() { SHORT } else { LONG }
    }

    pub(crate) fn is_python(&self) -> bool {
        matches!(self.kind, Kind::Python | Kind::PythonOld)
    }

    /// True if answers say which server they are from.
    pub(crate) fn names_servers(&self) -> bool {
        !self.is_python() && self.adapter() != "classic"
    }

    fn adapter(&self) -> &'static str {
        match self.kind {
            Kind::Classic | Kind::ClassicIoredis | Kind::ClassicSpecific => "classic",
            Kind::ShardedDynamic | Kind::ShardedStatic | Kind::ShardedDynamicPrivate => "sharded",
            Kind::Streams | Kind::StreamsFour | Kind::StreamsSharded | Kind::StreamsOld => "streams",
            Kind::Socketioxide => "socketioxide",
            Kind::Python | Kind::PythonOld => "python",
        }
    }
}

pub(crate) fn runs_on_node(kind: Kind) -> bool {
    !matches!(kind, Kind::Socketioxide | Kind::Python | Kind::PythonOld)
}

/// The answers in an order that does not depend on who was quicker.
pub(crate) fn sorted(list: &[Value], of: impl Fn(&Value) -> String) -> BTreeSet<String> {
    let set: BTreeSet<String> = list.iter().map(of).collect();
    assert_eq!(set.len(), list.len(), "nobody answers twice: {list:?}");
    set
}

/// What these clients answer.
pub(crate) fn answers_of(clients: &[&str]) -> BTreeSet<String> {
    clients.iter().map(|client| json!([answer_of(client)]).to_string()).collect()
}

pub(crate) fn args(ack: &Value) -> String {
    ack["args"].to_string()
}

/// A name, also of a room that is a number to the servers.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

pub(crate) fn id(value: &Value) -> String {
    text(&value["id"])
}
