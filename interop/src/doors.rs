use std::{
    io::{BufRead, BufReader, Write},
    net::SocketAddr,
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
    thread,
    time::Duration,
};

use escargot::CargoRun;
use reqwest::blocking::{Client, RequestBuilder, Response};
use serde_json::Value;

/// Builds a binary of the workspace once, and gives the command that runs it, in an environment without our variables.
pub(crate) fn binary(built: &'static OnceLock<CargoRun>, package: &str, name: &str) -> Command {
    let run = built.get_or_init(|| {
        let build = escargot::CargoBuild::new().package(package).bin(name);
        let build = if cfg!(debug_assertions) { build } else { build.release() };
        build.run().unwrap_or_else(|error| panic!("{name} does not build: {error}"))
    });
    let mut command = run.command();
    for variable in
        ["SIO_URL", "REDIS_URL", "REDISCLI_AUTH", "SIO_ADAPTER", "SIO_BRIDGE_TOKEN", "SIO_BRIDGE_LISTEN", "RUST_LOG"]
    {
        command.env_remove(variable);
    }
    command
}

/// The command line, ready for its arguments.
pub fn sio(redis: &str) -> Command {
    static BUILT: OnceLock<CargoRun> = OnceLock::new();
    let mut command = binary(&BUILT, "socketio-cli", "sio");
    command.env("SIO_URL", redis).stdin(Stdio::null());
    command
}

/// A run of `sio` that has ended.
#[derive(Debug)]
pub struct Sio {
    /// The exit code; `None` if a signal ended it.
    pub code: Option<i32>,
    /// Data.
    pub stdout: String,
    /// Words.
    pub stderr: String,
}

impl Sio {
    /// Runs it to its end.
    pub fn run(redis: &str, args: &[impl AsRef<std::ffi::OsStr>], stdin: &[u8]) -> Self {
        let mut child = sio(redis)
            .args(args)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("sio starts");
        let mut pipe = child.stdin.take().expect("stdin is piped");
        // It may end without reading: that is its right.
        let _ = pipe.write_all(stdin);
        drop(pipe);
        child.wait_with_output().expect("sio ends").into()
    }
}

impl From<Output> for Sio {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("sio speaks UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}

/// A running bridge.
#[derive(Debug)]
pub struct Bridge {
    child: Child,
    address: SocketAddr,
    client: Client,
}

impl Bridge {
    /// Starts one on a free port.
    pub fn start(redis: &str) -> Self {
        Self::start_with(redis, &[], &[])
    }

    /// Starts one with more arguments and environment.
    pub fn start_with(redis: &str, args: &[&str], environment: &[(&str, &str)]) -> Self {
        static BUILT: OnceLock<CargoRun> = OnceLock::new();
        let mut child = binary(&BUILT, "socketio-bridge", "sio-bridge")
            .env("SIO_URL", redis)
            .envs(environment.iter().copied())
            .args(["--listen", "127.0.0.1:0"])
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("sio-bridge starts");
        let mut lines = BufReader::new(child.stdout.take().expect("stdout is piped")).lines();
        let address = lines
            .by_ref()
            .map_while(Result::ok)
            .find_map(|line| line.split("http://").nth(1)?.trim().parse().ok())
            .expect("sio-bridge says where it listens");
        thread::spawn(move || lines.for_each(drop));
        let client = Client::builder().timeout(Duration::from_secs(60)).build().expect("an HTTP client");
        Self { child, address, client }
    }

    /// Where it listens.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A POST, to be completed.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path))
    }

    /// A GET.
    pub fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().expect("the bridge answers")
    }

    /// Posts a message's JSON form: the status and the answer.
    pub fn emit(&self, message: &Value) -> (u16, Value) {
        let request = self.post("/v1/emit").header("content-type", "application/json").body(message.to_string());
        answer(request.send().expect("the bridge answers"))
    }
}

/// The status and the JSON of an answer.
fn answer(response: Response) -> (u16, Value) {
    let status = response.status().as_u16();
    let text = response.text().expect("the answer has a body");
    (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status} with no JSON: {text:?}")))
}

impl Drop for Bridge {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
