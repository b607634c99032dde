use std::{
    io::{BufRead, BufReader},
    net::SocketAddr,
    process::{Child, Stdio},
    sync::OnceLock,
    thread,
    time::Duration,
};

use escargot::CargoRun;
use reqwest::blocking::{Client, RequestBuilder, Response};
use serde_json::Value;

use crate::workspace::workspace_binary;

/// A running `sio-bridge`.
#[derive(Debug)]
pub struct BridgeProcess {
    child: Child,
    address: SocketAddr,
    client: Client,
}

impl BridgeProcess {
    /// Starts a bridge on a free port.
    pub fn start(redis: &str) -> Self {
        Self::start_with(redis, &[], &[])
    }

    /// Starts a bridge on a free port, with additional arguments and environment variables.
    pub fn start_with(redis: &str, args: &[&str], environment: &[(&str, &str)]) -> Self {
        static BUILT: OnceLock<CargoRun> = OnceLock::new();
        let mut child = workspace_binary(&BUILT, "socketio-bridge", "sio-bridge")
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
            .expect("sio-bridge prints its address");
        thread::spawn(move || lines.for_each(drop));
        let client = Client::builder().timeout(Duration::from_secs(60)).build().expect("an HTTP client");
        Self { child, address, client }
    }

    /// The URL of a path of the bridge.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A POST request, not yet sent.
    pub fn post(&self, path: &str) -> RequestBuilder {
        self.client.post(self.url(path))
    }

    /// Sends a GET request.
    pub fn get(&self, path: &str) -> Response {
        self.client.get(self.url(path)).send().expect("the bridge answers")
    }

    /// Posts a message's JSON form to `/v1/emit`. Returns the status and the JSON body of the response.
    pub fn emit(&self, message: &Value) -> (u16, Value) {
        let request = self.post("/v1/emit").header("content-type", "application/json").body(message.to_string());
        let response = request.send().expect("the bridge answers");
        let status = response.status().as_u16();
        let text = response.text().expect("the response has a body");
        (status, serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}, and the body is not JSON: {text:?}")))
    }
}

impl Drop for BridgeProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
