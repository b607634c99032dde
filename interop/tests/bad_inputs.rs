//! What could hurt a server, or cannot arrive, is refused at every door, and the servers are none the worse for it.

#![allow(clippy::unwrap_used)]

use std::fmt::Debug;

use serde::Deserialize;
use serde_json::{Value, json};
use socketio_emitter::{Emitter, Message, Numbers};
use socketio_interop::{Bridge, Clients, Cluster, Sio, Table};

/// One bad input, in the form that each door takes it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    /// The rule of the wire that it breaks.
    rule: String,
    name: String,
    /// The error's code in the crate and the bridge.
    code: String,
    /// The message's JSON form: for the crate, `sio pipe` and the bridge.
    message: Option<String>,
    /// The same in MessagePack, in hexadecimal digits: for the crate and the bridge.
    msgpack: Option<String>,
    #[serde(default = "emit_path")]
    path: String,
    #[serde(default = "json_type", rename = "type")]
    content_type: String,
    /// A body that is no message's form: for the bridge.
    body: Option<String>,
    status: Option<u16>,
    /// The command line that says it.
    sio: Option<Vec<String>>,
    stdin: Option<String>,
    exit: Option<i32>,
}

impl Case {
    fn msgpack(&self) -> Option<Vec<u8>> {
        let digits = self.msgpack.as_ref()?.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
        Some(digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect())
    }

    fn body(&self) -> Option<Vec<u8>> {
        let text = self.body.as_ref().or(self.message.as_ref());
        text.map(|text| text.clone().into_bytes()).or_else(|| self.msgpack())
    }
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

    /// The code of the refusal.
    fn at_crate(&self, case: &Case) -> Option<String> {
        let read = match (&case.message, case.msgpack()) {
            (Some(json), _) => Message::from_json(json.as_bytes()),
            (None, Some(bytes)) => Message::from_msgpack(&bytes, Numbers::Exact),
            (None, None) => return None,
        };
        match read.and_then(|message| self.io.send(message).wait()) {
            Ok(receipt) => Some(format!("sent: {receipt:?}")),
            Err(error) => Some(error.code().to_owned()),
        }
    }

    fn at_sio(&self, case: &Case) -> Option<Sio> {
        let stdin = case.stdin.clone().unwrap_or_default();
        case.sio.as_ref().map(|words| Sio::run(&self.cluster.redis.url(), words, stdin.as_bytes()))
    }

    fn at_pipe(&self, case: &Case) -> Option<Sio> {
        let message = case.message.as_ref().filter(|message| !message.is_empty())?;
        Some(Sio::run(&self.cluster.redis.url(), &["pipe"], message.as_bytes()))
    }

    fn at_bridge(&self, case: &Case) -> Option<(u16, Value)> {
        let request = self.bridge.post(&case.path).header("content-type", &case.content_type).body(case.body()?);
        let response = request.send().unwrap();
        let status = response.status().as_u16();
        let text = response.text().unwrap();
        Some((status, serde_json::from_str(&text).unwrap_or(Value::from(text))))
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

const NOT_CARRIED: &str = "–";

#[test]
fn every_bad_input_is_refused_at_every_door_and_the_servers_live_on() {
    let cases: Vec<Case> = serde_json::from_str(include_str!("bad-inputs.json")).unwrap();
    let mut stage = Stage::new();
    let rows = cases.iter().map(|case| format!("{}: {}", case.rule, case.name));
    let columns = ["crate", "`sio` with arguments", "`sio pipe`", "bridge"];
    let mut table = Table::new("bad-inputs", "input", rows, columns);
    stage.all_is_well();
    let mut wrong = Vec::new();
    for case in &cases {
        let row = format!("{}: {}", case.rule, case.name);
        let published = stage.cluster.redis.published();
        let mut expect = |holds: bool, door: &str, answer: &dyn Debug| {
            if !holds {
                wrong.push(format!("{row}: {door}: {answer:?}"));
            }
        };

        let answer = stage.at_crate(case).map(|code| {
            expect(code == case.code, "crate", &code);
            format!("`{code}`")
        });
        table.set(&row, "crate", answer.as_deref().unwrap_or(NOT_CARRIED));

        let answer = stage.at_sio(case).map(|run| {
            expect(run.code == case.exit && speaks(&run), "sio", &run);
            format!("{}: {}", run.code.unwrap_or(-1), words(&run))
        });
        table.set(&row, "`sio` with arguments", answer.as_deref().unwrap_or(NOT_CARRIED));

        let answer = stage.at_pipe(case).map(|run| {
            expect(run.code == Some(2) && speaks(&run) && run.stderr.contains("line 1"), "sio pipe", &run);
            format!("{}: {}", run.code.unwrap_or(-1), words(&run))
        });
        table.set(&row, "`sio pipe`", answer.as_deref().unwrap_or(NOT_CARRIED));

        let answer = stage.at_bridge(case).map(|(status, problem)| {
            let told = problem["status"] == status && problem["detail"].as_str().is_some_and(|text| !text.is_empty());
            let as_expected = Some(status) == case.status && problem["code"] == case.code;
            expect(told && as_expected, "bridge", &problem);
            format!("{status} `{}`", case.code)
        });
        table.set(&row, "bridge", answer.as_deref().unwrap_or(NOT_CARRIED));

        expect(stage.cluster.redis.published() == published, "something was published", &"");
        stage.all_is_well();
    }
    assert!(wrong.is_empty(), "{} wrong:\n{}", wrong.len(), wrong.join("\n"));
    table.finish();
}

/// It says why, and that is no panic.
fn speaks(run: &Sio) -> bool {
    !run.stderr.trim().is_empty() && !run.stderr.contains("panicked")
}

fn words(run: &Sio) -> String {
    cell(run.stderr.trim_start_matches("sio: "))
}
