//! What could hurt a server, or cannot arrive, is refused at every door, and the servers are none the worse for it.

#![allow(clippy::unwrap_used)]

use serde::Deserialize;
use serde_json::{Value, json};
use socketio_emitter::{Emitter, Message};
use socketio_interop::{Bridge, Clients, Cluster, Sio, Table};

/// One bad input: the message's JSON form for the crate and the bridge, and the command line that says the same.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The rule of the wire that it breaks.
    rule: String,
    name: String,
    /// The error's code in the crate and the bridge.
    code: String,
    message: Option<String>,
    #[serde(default = "emit_path")]
    path: String,
    #[serde(default = "json_type", rename = "type")]
    content_type: String,
    body: Option<String>,
    status: Option<u16>,
    sio: Option<Vec<String>>,
    stdin: Option<String>,
    exit: Option<i32>,
}

fn emit_path() -> String {
    "/v1/emit".to_owned()
}

fn json_type() -> String {
    "application/json".to_owned()
}

struct Stage {
    cluster: Cluster,
    clients: Clients,
    io: Emitter,
    bridge: Bridge,
    round: u64,
}

impl Stage {
    fn new() -> Self {
        let cluster = Cluster::start();
        let mut clients = Clients::new();
        clients.connect("one", &cluster.servers[0], "/", &["r"]);
        clients.connect("two", &cluster.servers[1], "/", &["r"]);
        let io = Emitter::connect(&cluster.redis.url()).wait().unwrap();
        let bridge = Bridge::start(&cluster.redis.url());
        Self { cluster, clients, io, bridge, round: 0 }
    }

    /// A message through each door still reaches each server, and nothing else has.
    fn all_is_well(&mut self) {
        self.round += 1;
        let round = self.round;
        let url = self.cluster.redis.url();
        let text = round.to_string();
        for door in ["crate", "sio", "bridge"] {
            match door {
                "crate" => assert_eq!(self.io.emit(door, &round).wait().unwrap().servers, Some(2)),
                "sio" => assert_eq!(Sio::run(&url, &["emit", door, &text], b"").code, Some(0)),
                _ => assert_eq!(self.bridge.emit(&json!({"event": door, "data": round})).0, 200),
            }
            let before = self.clients.until(door, &["one", "two"]);
            assert_eq!(before, [], "something bad arrived");
        }
    }

    fn at_crate(&self, message: &str) -> Result<String, String> {
        match Message::from_json(message.as_bytes()) {
            Ok(message) => Ok(format!("accepted as {message:?}")),
            Err(error) => Err(format!("{} {error}", error.code())),
        }
    }

    fn at_sio(&self, case: &Case) -> Option<Sio> {
        let stdin = case.stdin.clone().unwrap_or_default();
        case.sio.as_ref().map(|words| Sio::run(&self.cluster.redis.url(), words, stdin.as_bytes()))
    }

    fn at_bridge(&self, case: &Case) -> Option<(u16, Value)> {
        let body = case.body.clone().or_else(|| case.message.clone())?;
        let request = self.bridge.post(&case.path).header("content-type", &case.content_type).body(body);
        let response = request.send().unwrap();
        let status = response.status().as_u16();
        Some((status, serde_json::from_str(&response.text().unwrap()).unwrap()))
    }
}

/// A cell that a person can read: no bars, no endless nesting.
fn cell(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default().replace('|', "\\|");
    match line.char_indices().nth(160) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

#[test]
fn every_bad_input_is_refused_at_every_door_and_the_servers_live_on() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("bad-inputs.json")).unwrap();
    let mut stage = Stage::new();
    let rows = cases.iter().map(|case| format!("{}: {}", case.rule, case.name));
    let mut table = Table::new("bad-inputs", "input", rows, ["crate", "`sio`", "bridge"]);
    stage.all_is_well();
    for case in &cases {
        let row = format!("{}: {}", case.rule, case.name);
        let published = stage.cluster.redis.published();

        let answer = match &case.message {
            None => "cannot carry it".to_owned(),
            Some(message) => {
                let error = stage.at_crate(message).expect_err(&row);
                assert!(error.starts_with(&format!("{} ", case.code)), "{row}: {error}");
                format!("`{}`", case.code)
            }
        };
        table.set(&row, "crate", answer);

        let answer = match stage.at_sio(case) {
            None => "cannot carry it".to_owned(),
            Some(run) => {
                assert_eq!(run.code, case.exit, "{row}: {}", run.stderr);
                assert!(run.stdout.is_empty() && !run.stderr.is_empty(), "{row}: {run:?}");
                assert!(!run.stderr.contains("panicked"), "{row}: {run:?}");
                format!("{}: {}", run.code.unwrap(), cell(run.stderr.trim_start_matches("sio: ")))
            }
        };
        table.set(&row, "`sio`", answer);

        let answer = match stage.at_bridge(case) {
            None => "cannot carry it".to_owned(),
            Some((status, problem)) => {
                assert_eq!(Some(status), case.status, "{row}: {problem}");
                assert_eq!(problem["status"], status, "{row}");
                assert!(problem["detail"].as_str().is_some_and(|detail| !detail.is_empty()), "{row}: {problem}");
                format!("{status} `{}`", problem["code"].as_str().unwrap())
            }
        };
        table.set(&row, "bridge", answer);

        assert_eq!(stage.cluster.redis.published(), published, "{row}: something was published");
        stage.all_is_well();
    }
    table.finish();
}
