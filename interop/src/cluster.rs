use crate::{
    node::{Tool, workspace},
    redis_server::RedisServer,
};

/// One Socket.IO server of `examples/node-cluster`.
#[derive(Debug)]
pub struct Server {
    tool: Tool,
    port: u64,
}

impl Server {
    /// Starts one; its subscriptions are in effect when this returns.
    pub fn start(redis: &RedisServer, environment: &[(&str, &str)]) -> Self {
        Self::start_on(&redis.url(), environment)
    }

    /// Starts one on whatever answers at this URL.
    pub fn start_on(url: &str, environment: &[(&str, &str)]) -> Self {
        let mut all = vec![("PORT", "0"), ("REDIS_URL", url)];
        all.extend_from_slice(environment);
        Self::ready(Tool::run(&workspace().join("examples/node-cluster"), "server.js", &all))
    }

    fn ready(mut tool: Tool) -> Self {
        let ready = tool.hear();
        let port = ready["listening"].as_u64().unwrap_or_else(|| panic!("server.js said {ready}"));
        Self { tool, port }
    }

    /// Starts one of Socket.IO 2 or 3, with socket.io-redis 5 or 6.
    pub fn start_old(redis: &RedisServer, version: u8) -> Self {
        let (url, version) = (redis.url(), version.to_string());
        let all = [("PORT", "0"), ("REDIS_URL", url.as_str()), ("SOCKET_IO", version.as_str())];
        Self::ready(Tool::run(&workspace().join("interop/node"), "old-server.js", &all))
    }

    /// Where its clients connect to.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// What it says next, a server-side event for example.
    pub fn tool(&mut self) -> &mut Tool {
        &mut self.tool
    }

    /// Waits until it has its subscriptions back, after Redis was away.
    pub fn await_resubscription(&mut self) {
        while self.tool.hear()["resubscribed"] != true {}
    }
}

/// Two Socket.IO servers on one Redis.
#[derive(Debug)]
pub struct Cluster {
    /// Their Redis.
    pub redis: RedisServer,
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
        let redis = RedisServer::start();
        let servers = [Server::start(&redis, environment), Server::start(&redis, environment)];
        Self { redis, servers }
    }

    /// Starts Redis and two servers of Socket.IO 2 or 3.
    pub fn start_old(version: u8) -> Self {
        let redis = RedisServer::start();
        let servers = [Server::start_old(&redis, version), Server::start_old(&redis, version)];
        Self { redis, servers }
    }
}
