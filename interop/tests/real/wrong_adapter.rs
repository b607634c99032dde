//! An emitter that is configured for another adapter than the servers use: its messages and requests are refused or
//! reach no client, and the servers keep working.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use socketio_emitter::{Adapter, Emitter, Error, Options, Receipt, message::DisconnectMode};
use socketio_interop::{Clients, DocTable, ServerKind, SocketIoCluster, on_each_kind};

use crate::run_exclusively;

/// Each adapter that an emitter can be configured for.
const ADAPTERS: [&str; 7] =
    ["classic", "sharded", "streams", "streams,before-0.3", "socketioxide", "socketioxide,sharded", "python"];

/// The timeout of requests, which servers of another adapter do not answer.
const REQUEST_TIMEOUT: Duration = Duration::from_millis(300);

/// The longest accepted time for the delivery of an event, for busy machines.
const DELIVERY_TIMEOUT: Duration = Duration::from_secs(10);

/// The clients, one on each server.
const CLIENTS: [&str; 2] = ["a", "b"];

/// Servers that an emitter with a possibly wrong adapter sends to.
struct WrongAdapterCluster {
    cluster: SocketIoCluster,
    clients: Clients,
    runs_on_node: bool,
    checks: u32,
}

/// What was sent with one adapter, and what arrived.
#[derive(Debug)]
struct WrongAdapterCell {
    /// The outcome of each event, command and request.
    outcomes: Vec<(&'static str, String)>,
    /// The number of servers that answered requests.
    answered: u64,
    /// The clients that received an event.
    reached: BTreeSet<String>,
    /// The number of server-side events that all servers received.
    server_events: usize,
    /// Whether an event with the right adapter reached both clients afterwards.
    is_healthy: bool,
}

impl WrongAdapterCluster {
    fn start(kind: ServerKind) -> Self {
        let cluster = SocketIoCluster::of(kind);
        let mut clients = Clients::new();
        for (name, server) in CLIENTS.iter().zip(&cluster.servers) {
            clients.connect(name, server, "/", &["r1"]);
        }
        let runs_on_node = !matches!(kind, ServerKind::Socketioxide | ServerKind::Python | ServerKind::PythonOld);
        Self { cluster, clients, runs_on_node, checks: 0 }
    }

    /// Sends every kind of message and request with this adapter, then checks the servers.
    fn send_all(&mut self, name: &str) -> WrongAdapterCell {
        let adapter: Adapter = name.parse().unwrap();
        let io = Options::new().adapter(adapter).connect(self.cluster.redis.url()).wait().unwrap();
        let (outcomes, answered) = send_all(&io);

        let mut reached = BTreeSet::new();
        let is_healthy = self.is_healthy(&mut reached);
        let mut server_events = 0;
        for server in &mut self.cluster.servers {
            if self.runs_on_node {
                // The server has written the lines of earlier events before its answer.
                server.ask(json!({"ask": "serverCount"}));
            }
            while let Some(line) = server.process().receive_within(Duration::ZERO) {
                assert_eq!(line["serverEvent"], "wrong", "{line}");
                server_events += 1;
            }
        }

        WrongAdapterCell { outcomes, answered, reached, server_events, is_healthy }
    }

    /// Whether an event with the detected adapter reaches both clients. Adds the clients that receive an earlier event.
    fn is_healthy(&mut self, reached: &mut BTreeSet<String>) -> bool {
        self.checks += 1;
        let (check, started) = (format!("check-{}", self.checks), Instant::now());
        let io = Options::new().connect(self.cluster.redis.url()).wait().unwrap();
        if io.emit(&*check, &()).wait().is_err() {
            return false;
        }
        let mut missing = Vec::from(CLIENTS);
        while !missing.is_empty() {
            let remaining = DELIVERY_TIMEOUT.saturating_sub(started.elapsed());
            let Some(event) = self.clients.event_within(remaining) else { return false };
            if event.event == check {
                missing.retain(|name| *name != event.client);
            } else {
                assert_eq!(event.event, "wrong", "{event:?}");
                reached.insert(event.client);
            }
        }
        true
    }
}

/// Sends every kind of message and request. Returns the outcome of each, and how many servers answered the requests.
fn send_all(io: &Emitter) -> (Vec<(&'static str, String)>, u64) {
    let sent = |result: Result<Receipt, Error>| match result {
        Ok(Receipt { servers: Some(servers), .. }) => format!("{servers} servers"),
        Ok(_) => "servers unknown".to_owned(),
        Err(error) => format!("`{}`", error.code()),
    };
    let mut answered = 0;
    let mut asked = |result: Result<Value, Error>| match result {
        Ok(summary) => {
            answered += summary["answered"].as_u64().unwrap_or(0);
            "request sent".to_owned()
        }
        Err(error) => format!("`{}`", error.code()),
    };
    let sockets = io.to("r1").fetch_sockets().timeout(REQUEST_TIMEOUT);
    let rooms = io.rooms().timeout(REQUEST_TIMEOUT);
    let servers = io.servers().timeout(REQUEST_TIMEOUT);
    let acks = io.to("r1").emit_with_ack("wrong", &1).timeout(REQUEST_TIMEOUT);
    let server_acks = io.server_side_emit_with_ack("wrong", &1).timeout(REQUEST_TIMEOUT);
    let outcomes = vec![
        ("emit", sent(io.emit("wrong", &json!({"n": 1})).wait())),
        ("emit with room and flag", sent(io.to("r1").except("r2").volatile().emit("wrong", &("a", [1])).wait())),
        ("join", sent(io.to("r1").join("r3").wait())),
        ("leave", sent(io.to("r1").leave("r3").wait())),
        ("disconnect", sent(io.to("nobody").disconnect(DisconnectMode::CloseConnection).wait())),
        ("server-side emit", sent(io.server_side_emit("wrong", &1).wait())),
        ("sockets", asked(sockets.wait().map(|all| json!(all.summary)))),
        ("rooms", asked(rooms.wait().map(|all| json!(all.summary)))),
        ("servers", asked(servers.wait().map(|all| json!(all.summary)))),
        ("acknowledgements", asked(acks.wait().map(|all| json!(all.summary)))),
        ("server acknowledgements", asked(server_acks.wait().map(|all| json!(all.summary)))),
    ];
    (outcomes, answered)
}

/// Whether servers of this kind read what an emitter with this adapter writes.
fn is_understood(kind: ServerKind, adapter: &str) -> bool {
    match kind {
        ServerKind::Classic | ServerKind::ClassicIoredis | ServerKind::ClassicSpecific => adapter == "classic",
        ServerKind::ShardedDynamic | ServerKind::ShardedStatic | ServerKind::ShardedDynamicPrivate => {
            adapter == "sharded"
        }
        ServerKind::Streams | ServerKind::StreamsOld => adapter.starts_with("streams"),
        // Before 0.3 there was only one stream.
        ServerKind::StreamsFour => adapter == "streams",
        // Its sharded channels have the names and messages of the sharded adapter.
        ServerKind::StreamsSharded => adapter.starts_with("streams") || adapter == "sharded",
        ServerKind::Socketioxide => adapter == "socketioxide",
        ServerKind::Python | ServerKind::PythonOld => adapter == "python",
    }
}

/// Each outcome with the messages and requests that had it.
fn cell_text(cell: &WrongAdapterCell) -> String {
    let mut groups: Vec<(&str, Vec<&str>)> = Vec::new();
    for (name, outcome) in &cell.outcomes {
        match groups.iter_mut().find(|(known, _)| known == outcome) {
            Some((_, names)) => names.push(name),
            None => groups.push((outcome, vec![name])),
        }
    }
    let groups: Vec<_> = groups.iter().map(|(outcome, names)| format!("{outcome}: {}", names.join(", "))).collect();
    groups.join("; ")
}

#[test]
fn messages_with_a_wrong_adapter_reach_no_client_and_harm_no_server() {
    let _guard = run_exclusively();
    let columns = ["reached clients", "server-side events", "outcomes"];
    let rows = ServerKind::ALL.iter().flat_map(|kind| ADAPTERS.map(|adapter| format!("{}, `{adapter}`", kind.name())));
    let mut table = DocTable::new("wrong-adapter", "servers, configured adapter", rows, columns);
    let cells = on_each_kind(&ServerKind::ALL, |kind| {
        let mut cluster = WrongAdapterCluster::start(kind);
        assert!(cluster.is_healthy(&mut BTreeSet::new()), "{}", kind.name());
        ADAPTERS.map(|name| (name, cluster.send_all(name)))
    });
    let mut wrong = Vec::new();
    for (kind, (adapter, cell)) in cells.into_iter().flat_map(|(kind, cells)| cells.map(|cell| (kind, cell))) {
        let row = format!("{}, `{adapter}`", kind.name());
        let is_expected = if is_understood(kind, adapter) {
            cell.reached == CLIENTS.map(str::to_owned).into()
        } else {
            cell.reached.is_empty() && cell.server_events == 0 && cell.answered == 0
        };
        if !cell.is_healthy || !is_expected {
            wrong.push(format!("{row}: {cell:?}"));
        }
        table.set(&row, "reached clients", cell.reached.len().to_string());
        table.set(&row, "server-side events", cell.server_events.to_string());
        table.set(&row, "outcomes", cell_text(&cell));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    table.check();
}
