//! Inputs that would harm servers or could not be delivered are refused by every interface, without effect on servers.

use std::fmt::Debug;

use serde::Deserialize;
use serde_json::{Value, json};
use socketio_emitter::{Emitter, Message, message::Numbers};
use socketio_interop::{BridgeProcess, Clients, DocTable, SioOutput, SocketIoCluster, run_sio};

use crate::run_exclusively;

/// One bad input, in the form of each interface that accepts it, and the expected refusals.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BadInput {
    /// The rule that the input breaks.
    rule: String,
    name: String,
    /// The error code of the crate and the bridge.
    code: String,
    /// The message as JSON, for the crate, `sio pipe` and the bridge.
    message: Option<String>,
    /// The message as MessagePack, in hexadecimal digits, for the crate and the bridge.
    msgpack: Option<String>,
    #[serde(default = "emit_path")]
    path: String,
    #[serde(default = "json_type", rename = "type")]
    content_type: String,
    /// A body for the bridge that is not a message.
    body: Option<String>,
    /// The expected HTTP status of the bridge.
    status: Option<u16>,
    /// The arguments of `sio`.
    sio: Option<Vec<String>>,
    stdin: Option<String>,
    /// The expected exit code of `sio` with these arguments.
    exit: Option<i32>,
}

impl BadInput {
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

/// A cluster with a client on each server, and the interfaces that the inputs are given to.
struct BadInputCluster {
    cluster: SocketIoCluster,
    clients: Clients,
    io: Emitter,
    bridge: BridgeProcess,
    round: u64,
}

impl BadInputCluster {
    fn new() -> Self {
        let cluster = SocketIoCluster::start();
        let mut clients = Clients::new();
        clients.connect("one", &cluster.servers[0], "/", &["r"]);
        clients.connect("two", &cluster.servers[1], "/", &["r"]);
        let io = Emitter::connect(cluster.redis.url()).wait().unwrap();
        let bridge = BridgeProcess::start(&cluster.redis.url());
        Self { cluster, clients, io, bridge, round: 0 }
    }

    /// Asserts that an event through each interface reaches both clients, and that no other event has reached them.
    fn assert_healthy(&mut self) {
        self.round += 1;
        let round = self.round;
        let url = self.cluster.redis.url();
        let text = round.to_string();
        for interface in ["crate", "sio", "bridge"] {
            match interface {
                "crate" => assert_eq!(self.io.emit(interface, &round).wait().unwrap().servers, Some(2)),
                "sio" => assert_eq!(run_sio(&url, &["emit", interface, &text], b"").code, Some(0)),
                _ => assert_eq!(self.bridge.emit(&json!({"event": interface, "data": round})).0, 200),
            }
            assert_eq!(self.clients.until(interface, &["one", "two"]), [], "a bad input was delivered");
        }
    }

    /// The crate's error code, if the crate accepts input of this form.
    fn give_to_crate(&self, input: &BadInput) -> Option<String> {
        let message = match (&input.message, input.msgpack()) {
            (Some(json), _) => Message::from_json(json.as_bytes()),
            (None, Some(bytes)) => Message::from_msgpack(&bytes, Numbers::Exact),
            (None, None) => return None,
        };
        match message.and_then(|message| self.io.send(message).wait()) {
            Ok(receipt) => Some(format!("sent: {receipt:?}")),
            Err(error) => Some(error.code().to_string()),
        }
    }

    fn give_to_sio(&self, input: &BadInput) -> Option<SioOutput> {
        let stdin = input.stdin.clone().unwrap_or_default();
        input.sio.as_ref().map(|args| run_sio(&self.cluster.redis.url(), args, stdin.as_bytes()))
    }

    fn give_to_pipe(&self, input: &BadInput) -> Option<SioOutput> {
        let message = input.message.as_ref().filter(|message| !message.is_empty())?;
        Some(run_sio(&self.cluster.redis.url(), &["pipe"], message.as_bytes()))
    }

    fn give_to_bridge(&self, input: &BadInput) -> Option<(u16, Value)> {
        let request = self.bridge.post(&input.path).header("content-type", &input.content_type).body(input.body()?);
        let response = request.send().unwrap();
        let status = response.status().as_u16();
        let text = response.text().unwrap();
        Some((status, serde_json::from_str(&text).unwrap_or(Value::from(text))))
    }
}

/// The cell of an interface that accepts no input of this form.
const NOT_APPLICABLE: &str = "–";

const SIO_ARGUMENTS: &str = "`sio` with arguments";
const SIO_PIPE: &str = "`sio pipe`";

#[test]
fn bad_inputs_are_refused_by_every_interface_without_effect_on_servers() {
    let _guard = run_exclusively();
    let inputs: Vec<BadInput> = serde_json::from_str(include_str!("bad-inputs.json")).unwrap();
    let mut cluster = BadInputCluster::new();
    let rows = inputs.iter().map(|input| format!("{}: {}", input.rule, input.name));
    let mut table = DocTable::new("bad-inputs", "input", rows, ["crate", SIO_ARGUMENTS, SIO_PIPE, "bridge"]);
    cluster.assert_healthy();
    let mut wrong = Vec::new();
    for input in &inputs {
        let row = format!("{}: {}", input.rule, input.name);
        let published = cluster.cluster.redis.published();
        let mut expect = |holds: bool, interface: &str, answer: &dyn Debug| {
            if !holds {
                wrong.push(format!("{row}: {interface}: {answer:?}"));
            }
        };

        let from_crate = cluster.give_to_crate(input).map(|code| {
            expect(code == input.code, "crate", &code);
            format!("`{code}`")
        });
        let from_sio = cluster.give_to_sio(input).map(|run| {
            expect(run.code == input.exit && explains_error(&run), "sio", &run);
            format!("exit {}", run.code.unwrap_or(-1))
        });
        let from_pipe = cluster.give_to_pipe(input).map(|run| {
            expect(run.code == Some(2) && explains_error(&run) && run.stderr.contains("line 1"), "sio pipe", &run);
            format!("exit {}", run.code.unwrap_or(-1))
        });
        let from_bridge = cluster.give_to_bridge(input).map(|(status, problem)| {
            let has_detail = problem["detail"].as_str().is_some_and(|text| !text.is_empty());
            let is_problem = problem["status"] == status && problem["code"] == input.code && has_detail;
            expect(Some(status) == input.status && is_problem, "bridge", &problem);
            format!("{status} `{}`", problem["code"].as_str().unwrap_or_default())
        });
        for (column, cell) in
            [("crate", from_crate), (SIO_ARGUMENTS, from_sio), (SIO_PIPE, from_pipe), ("bridge", from_bridge)]
        {
            table.set(&row, column, cell.as_deref().unwrap_or(NOT_APPLICABLE));
        }

        expect(cluster.cluster.redis.published() == published, "Redis", &"something was published");
        cluster.assert_healthy();
    }
    assert!(wrong.is_empty(), "{} wrong answers:\n{}", wrong.len(), wrong.join("\n"));
    table.check();
}

/// Whether stderr has a message that is not a panic.
fn explains_error(run: &SioOutput) -> bool {
    !run.stderr.trim().is_empty() && !run.stderr.contains("panicked")
}
