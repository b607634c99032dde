use std::{
    panic::resume_unwind,
    thread::{self, ScopedJoinHandle},
    time::Duration,
};

use reqwest::blocking::{Client, RequestBuilder};
use serde_json::{Value, json};
use socketio_emitter::{Adapter, Emitter, Error, Options};

use crate::{
    bridge_process::BridgeProcess,
    bridge_schema::BridgeSchema,
    sio::{SioOutput, run_sio},
    wait::TEST_TIMEOUT,
};

const NDJSON: &str = "application/x-ndjson";

/// One request to a cluster, in the form of each interface.
#[derive(Debug, Clone)]
pub struct RequestCase {
    /// The call of the crate.
    pub io: fn(&Emitter, Duration) -> Result<Value, Error>,
    /// The arguments of `sio`, separated by spaces, without timeout and output format.
    pub sio: &'static str,
    /// The path and query of the bridge's route.
    pub path: &'static str,
    /// The JSON body of a POST request; `None` for a GET request.
    pub body: Option<Value>,
}

/// All interfaces to one cluster.
#[derive(Debug)]
pub struct RequestInterfaces {
    redis: String,
    adapter: Option<&'static str>,
    io: Emitter,
    bridge: BridgeProcess,
    schema: BridgeSchema,
    http: Client,
}

impl RequestInterfaces {
    /// Connects to Redis and starts a bridge. Without `adapter`, each interface detects it.
    pub fn open(redis: &str, adapter: Option<&'static str>) -> Self {
        let options = Options::new();
        let options = match adapter {
            Some(name) => options.adapter(name.parse::<Adapter>().expect("the adapter exists")),
            None => options,
        };
        let io = options.connect(redis).wait().expect("Redis runs");
        let environment: Vec<_> = adapter.map(|name| ("SIO_ADAPTER", name)).into_iter().collect();
        let bridge = BridgeProcess::start_with(redis, &["--timeout", "20s"], &environment);
        let schema = BridgeSchema::fetch(&bridge);
        let http = Client::builder().timeout(TEST_TIMEOUT).build().expect("an HTTP client");
        Self { redis: redis.to_owned(), adapter, io, bridge, schema, http }
    }

    /// The crate's emitter.
    pub fn io(&self) -> &Emitter {
        &self.io
    }

    /// The bridge.
    pub fn bridge(&self) -> &BridgeProcess {
        &self.bridge
    }

    /// Sends the request through every interface at the same time. Returns each interface's name and answer, in the
    /// JSON form of the crate.
    ///
    /// # Errors
    /// The code of the refusal, if every interface refuses the request with it.
    ///
    /// # Panics
    /// If one interface answers and another refuses.
    pub fn ask(&self, case: &RequestCase, timeout: Duration) -> Result<[(&'static str, Value); 4], String> {
        let (from_crate, from_sio, from_bridge, from_lines) = thread::scope(|scope| {
            let from_crate = scope.spawn(|| (case.io)(&self.io, timeout));
            let from_sio = scope.spawn(|| self.ask_sio(case, timeout));
            let from_bridge = scope.spawn(|| self.ask_bridge(case, timeout));
            let from_lines = scope.spawn(|| self.ask_bridge_for_lines(case, timeout));
            (join(from_crate), join(from_sio), join(from_bridge), join(from_lines))
        });
        match from_crate {
            Err(error) => {
                let code = error.code();
                let run = from_sio.expect_err("sio refuses what the crate refuses");
                assert!(run.is_refusal(&error), "{}: {error}: {run:?}", case.sio);
                assert_eq!([from_bridge, from_lines], [Err(code.to_string()), Err(code.to_string())], "{}", case.sio);
                Err(code.to_string())
            }
            Ok(answers) => {
                let refused = |interface: &str| panic!("{}: {interface} refuses what the crate answers", case.sio);
                Ok([
                    ("crate", answers),
                    ("sio", from_sio.unwrap_or_else(|_| refused("sio"))),
                    ("bridge", from_bridge.unwrap_or_else(|_| refused("the bridge"))),
                    ("bridge, NDJSON", from_lines.unwrap_or_else(|_| refused("the bridge"))),
                ])
            }
        }
    }

    /// Runs `sio` with text output and asserts its exit code.
    pub fn sio_text(&self, args: &str, timeout: Duration, code: i32) -> SioOutput {
        let run = self.run_sio(args, timeout, "text");
        assert_eq!(run.code, Some(code), "{args:?}: {run:?}");
        run
    }

    fn run_sio(&self, args: &str, timeout: Duration, output: &str) -> SioOutput {
        let timeout = format!("{}ms", timeout.as_millis());
        let adapter = self.adapter.map(|name| ["--adapter", name]);
        let args = args.split(' ').chain(["--timeout", &timeout, "-o", output]).chain(adapter.into_iter().flatten());
        run_sio(&self.redis, &args.collect::<Vec<_>>(), b"")
    }

    /// `Err` is a run without output.
    fn ask_sio(&self, case: &RequestCase, timeout: Duration) -> Result<Value, SioOutput> {
        let run = self.run_sio(case.sio, timeout, "json");
        if run.stdout.is_empty() {
            return Err(run);
        }
        let answers = join_lines(&run.stdout);
        let code = if answers["partial"] == true { 4 } else { 0 };
        assert_eq!(run.code, Some(code), "{}: {run:?}", case.sio);
        Ok(answers)
    }

    fn ask_bridge(&self, case: &RequestCase, timeout: Duration) -> Result<Value, String> {
        let text = self.send(case, self.http_request(case, timeout), "application/json")?;
        Ok(serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON: {text}")))
    }

    fn ask_bridge_for_lines(&self, case: &RequestCase, timeout: Duration) -> Result<Value, String> {
        let request = self.http_request(case, timeout).header("accept", NDJSON);
        self.send(case, request, NDJSON).map(|lines| join_lines(&lines))
    }

    fn http_request(&self, RequestCase { path, body, .. }: &RequestCase, timeout: Duration) -> RequestBuilder {
        let name = if body.is_some() { "ack" } else { "timeout" };
        let separator = if path.contains('?') { '&' } else { '?' };
        let url = self.bridge.url(&format!("{path}{separator}{name}={}ms", timeout.as_millis()));
        match body {
            Some(body) => self.http.post(url).header("content-type", "application/json").body(body.to_string()),
            None => self.http.get(url),
        }
    }

    /// Sends an HTTP request. Returns the body, which matches the bridge's schema, or the code of a refusal.
    fn send(&self, case: &RequestCase, request: RequestBuilder, content_type: &str) -> Result<String, String> {
        let response = request.send().expect("the bridge answers");
        let (status, received_type) = (response.status().as_u16(), response.headers()["content-type"].clone());
        let text = response.text().expect("the response has a body");
        if let (422 | 503, Ok(problem)) = (status, serde_json::from_str::<Value>(&text)) {
            let code = problem["code"].as_str().unwrap_or_else(|| panic!("no code: {text}"));
            assert_eq!(status == 503, code == "too-few-servers", "{text}");
            return Err(code.to_string());
        }
        assert_eq!((status, received_type.as_bytes()), (200, content_type.as_bytes()), "{text}");
        let method = if case.body.is_some() { "post" } else { "get" };
        self.schema.check(case.path, method, content_type, &text);
        Ok(text)
    }
}

fn join<T>(thread: ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| resume_unwind(panic))
}

/// Converts NDJSON to the JSON form of the crate: the last line is the summary, all others are answers. `sio` prints
/// each room as an object.
fn join_lines(lines: &str) -> Value {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|_| panic!("not JSON: {line}"));
    let mut lines: Vec<Value> = lines.lines().map(read).collect();
    let mut answers = lines.pop().unwrap_or_else(|| panic!("there is no summary"));
    let unwrap_room = |mut line: Value| if line.get("room").is_some() { line["room"].take() } else { line };
    answers["answers"] = json!(lines.into_iter().map(unwrap_room).collect::<Vec<_>>());
    answers
}
