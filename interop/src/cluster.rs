use serde_json::{Value, json};

use crate::{
    deployment::Deployment,
    kind::Kind,
    node::{Tool, workspace},
    patience::wait_for,
    redis_server::RedisServer,
};

/// One Socket.IO server.
#[derive(Debug)]
pub struct Server {
    tool: Tool,
    port: u64,
}

impl Server {
    /// Starts one of `examples/node-cluster`; its subscriptions are in effect when this returns.
    pub fn start(redis: &RedisServer, environment: &[(&str, &str)]) -> Self {
        Self::start_as(Kind::Classic, redis, environment)
    }

    /// Starts one on whatever answers at this URL.
    pub fn start_on(url: &str, environment: &[(&str, &str)]) -> Self {
        Self::start_as(Kind::Classic, url, environment)
    }

    /// Starts one of any kind, with more environment.
    pub fn start_as(kind: Kind, redis: &(impl Deployment + ?Sized), environment: &[(&str, &str)]) -> Self {
        Self::ready(Self::launch(kind, redis, environment))
    }

    /// Starts one of Socket.IO 2 or 3, with socket.io-redis 5 or 6.
    pub fn start_old(redis: &RedisServer, version: u8) -> Self {
        let (url, version) = (redis.url(), version.to_string());
        let all = [("PORT", "0"), ("REDIS_URL", url.as_str()), ("SOCKET_IO", version.as_str())];
        Self::ready(Tool::run(&workspace().join("interop/node"), "old-server.js", &all))
    }

    fn launch(kind: Kind, redis: &(impl Deployment + ?Sized), environment: &[(&str, &str)]) -> Tool {
        let place = redis.environment();
        let place: Vec<_> = place.iter().map(|(name, value)| (*name, value.as_str())).collect();
        kind.start(&[&place, environment].concat())
    }

    fn ready(mut tool: Tool) -> Self {
        let ready = tool.hear();
        let port = ready["listening"].as_u64().unwrap_or_else(|| panic!("the server said {ready}"));
        Self { tool, port }
    }

    /// Where its clients connect to.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it says next, a server-side event for example.
    pub fn tool(&mut self) -> &mut Tool {
        &mut self.tool
    }

    /// Asks it to do or tell something, such as `{"ask": "fetchSockets"}` (see `server.js`, `server.py` and `oxide`).
    ///
    /// # Panics
    /// If it cannot.
    pub fn ask(&mut self, request: Value) -> Value {
        let answer = self.tool.ask(request);
        assert!(answer.get("error").is_none(), "the server answered {answer}");
        answer
    }

    /// Waits until it has its subscriptions back, after Redis was away.
    pub fn await_resubscription(&mut self) {
        while self.tool.hear()["resubscribed"] != true {}
    }
}

/// Two Socket.IO servers on one Redis.
#[derive(Debug)]
pub struct Cluster<Redis = RedisServer> {
    /// Their Redis.
    pub redis: Redis,
    /// The two.
    pub servers: [Server; 2],
}

impl Cluster {
    /// Starts Redis and both servers.
    pub fn start() -> Self {
        Self::start_with(&[])
    }

    /// Starts them with this environment for the servers (see `server.js`).
    pub fn start_with(environment: &[(&str, &str)]) -> Self {
        Self::on_with(RedisServer::start(), Kind::Classic, environment)
    }

    /// Starts Redis and two servers of this kind.
    pub fn of(kind: Kind) -> Self {
        Self::on(RedisServer::start(), kind)
    }

    /// Starts Redis and two servers of Socket.IO 2 or 3.
    pub fn start_old(version: u8) -> Self {
        let redis = RedisServer::start();
        let servers = [Server::start_old(&redis, version), Server::start_old(&redis, version)];
        Self { redis, servers }
    }
}

impl<Redis: Deployment> Cluster<Redis> {
    /// Starts two servers of this kind on this Redis.
    pub fn on(redis: Redis, kind: Kind) -> Self {
        Self::on_with(redis, kind, &[])
    }

    /// Starts them with more environment, which goes before what the kind and the Redis ask for.
    pub fn on_with(redis: Redis, kind: Kind, environment: &[(&str, &str)]) -> Self {
        let starting = [(); 2].map(|()| Server::launch(kind, &redis, environment));
        let mut servers = starting.map(Server::ready);
        if kind == Kind::StreamsOld {
            // Heartbeats, and no subscriptions, tell them of each other.
            wait_for("both servers to know each other", || {
                servers[0].ask(json!({ "ask": "greet" }));
                let knows = |server: &mut Server| server.ask(json!({ "ask": "serverCount" }))["servers"] == 2;
                servers.iter_mut().all(knows).then_some(())
            });
        }
        Self { redis, servers }
    }
}
