use serde_json::{Value, json};

use crate::{
    json_process::JsonProcess,
    redis_deployment::RedisDeployment,
    redis_server::RedisServer,
    server_kind::ServerKind,
    wait::{send_signal, wait_for},
    workspace::workspace_root,
};

/// One Socket.IO server process.
#[derive(Debug)]
pub struct SocketIoServer {
    process: JsonProcess,
    port: u64,
}

impl SocketIoServer {
    /// Starts a server of `examples/node-cluster` with the classic adapter and waits until it is subscribed.
    pub fn start(redis: &RedisServer, environment: &[(&str, &str)]) -> Self {
        Self::start_as(ServerKind::Classic, redis, environment)
    }

    /// Starts a server of `examples/node-cluster` with the classic adapter on a Redis URL.
    pub fn start_on(url: &str, environment: &[(&str, &str)]) -> Self {
        Self::start_as(ServerKind::Classic, url, environment)
    }

    /// Starts a server of any kind, with additional environment variables.
    pub fn start_as(kind: ServerKind, redis: &(impl RedisDeployment + ?Sized), environment: &[(&str, &str)]) -> Self {
        Self::await_ready(Self::launch(kind, redis, environment))
    }

    /// Starts a server of Socket.IO 2 or 3, with socket.io-redis 5 or 6.
    pub fn start_legacy(redis: &RedisServer, version: u8) -> Self {
        let (url, version) = (redis.url(), version.to_string());
        let all = [("PORT", "0"), ("REDIS_URL", url.as_str()), ("SOCKET_IO", version.as_str())];
        Self::await_ready(JsonProcess::start_in(&workspace_root().join("interop/node"), "legacy-server.js", &all))
    }

    fn launch(kind: ServerKind, redis: &(impl RedisDeployment + ?Sized), environment: &[(&str, &str)]) -> JsonProcess {
        let deployment = redis.environment();
        let deployment: Vec<_> = deployment.iter().map(|(name, value)| (*name, value.as_str())).collect();
        kind.start(&[&deployment, environment].concat())
    }

    fn await_ready(mut process: JsonProcess) -> Self {
        let ready = process.receive();
        let port = ready["listening"].as_u64().unwrap_or_else(|| panic!("the server wrote {ready}"));
        Self { process, port }
    }

    /// The URL that clients connect to.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The server's process, to read what the server reports, such as server-side events.
    pub fn process(&mut self) -> &mut JsonProcess {
        &mut self.process
    }

    /// Sends a request such as `{"ask": "fetchSockets"}` to the server (see `server.js`, `server.py` and `oxide`).
    ///
    /// # Panics
    /// If the server reports an error.
    pub fn ask(&mut self, request: Value) -> Value {
        let answer = self.process.ask(request);
        assert!(answer.get("error").is_none(), "the server answered {answer}");
        answer
    }

    /// Waits until the server has subscribed again after a Redis outage.
    pub fn await_resubscription(&mut self) {
        while self.process.receive()["resubscribed"] != true {}
    }

    /// Stops the process without closing its connections (SIGSTOP).
    pub fn freeze(&self) {
        send_signal(self.process.pid(), "STOP");
    }

    /// Continues the process after [`Self::freeze`].
    pub fn thaw(&self) {
        send_signal(self.process.pid(), "CONT");
    }
}

/// Two Socket.IO servers on one Redis.
#[derive(Debug)]
pub struct SocketIoCluster<Redis = RedisServer> {
    /// The Redis that the servers use.
    pub redis: Redis,
    /// The two servers.
    pub servers: [SocketIoServer; 2],
}

impl SocketIoCluster {
    /// Starts a Redis and two servers with the classic adapter.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts a Redis and two servers with the classic adapter and these environment variables (see `server.js`).
    pub fn start_with(environment: &[(&str, &str)]) -> Self {
        Self::on_with(RedisServer::start(), ServerKind::Classic, environment)
    }

    /// Starts a Redis and two servers of this kind.
    pub fn of(kind: ServerKind) -> Self {
        Self::on(RedisServer::start(), kind)
    }

    /// Starts a Redis and two servers of Socket.IO 2 or 3.
    pub fn start_legacy(version: u8) -> Self {
        let redis = RedisServer::start();
        let servers = [(); 2].map(|()| SocketIoServer::start_legacy(&redis, version));
        Self { redis, servers }
    }
}

impl<Redis: RedisDeployment> SocketIoCluster<Redis> {
    /// Starts two servers of this kind on an existing Redis.
    pub fn on(redis: Redis, kind: ServerKind) -> Self {
        Self::on_with(redis, kind, &[])
    }

    /// Starts two servers of this kind on an existing Redis. `environment` overrides the variables of the kind and of
    /// the Redis deployment.
    pub fn on_with(redis: Redis, kind: ServerKind, environment: &[(&str, &str)]) -> Self {
        let starting = [(); 2].map(|()| SocketIoServer::launch(kind, &redis, environment));
        let mut servers = starting.map(SocketIoServer::await_ready);
        if kind == ServerKind::StreamsOld {
            // These servers discover each other by heartbeats, not by subscriptions.
            wait_for("both servers to count each other", || {
                servers[0].ask(json!({ "ask": "greet" }));
                let counts_two =
                    |server: &mut SocketIoServer| server.ask(json!({ "ask": "serverCount" }))["servers"] == 2;
                servers.iter_mut().all(counts_two).then_some(())
            });
        }
        Self { redis, servers }
    }
}
