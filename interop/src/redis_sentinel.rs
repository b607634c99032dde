use std::time::Duration;

use crate::{redis_deployment::RedisDeployment, redis_server::RedisServer, wait::wait_for};

/// How long to wait for one sentinel before asking the next.
const COMMAND_TIMEOUT: Duration = Duration::from_millis(500);

/// A primary with two replicas and three sentinels. A replica is promoted when two sentinels agree that the primary has
/// been unreachable for half a second.
#[derive(Debug)]
pub struct RedisSentinel {
    /// The Redis servers. The first is the primary at the start.
    pub redis: Vec<RedisServer>,
    /// The sentinels.
    pub sentinels: Vec<RedisServer>,
}

impl RedisSentinel {
    /// The name of the primary in the sentinels' configuration.
    pub const NAME: &str = "main";

    /// Starts all servers. On return, the sentinels know each other and the replicas.
    pub fn start() -> Self {
        // Any of them may be promoted.
        let start = || RedisServer::start_with(|_, _| vec!["repl-diskless-sync-delay 0".to_owned()]);
        let redis = vec![start(), start(), start()];
        let [primary, replicas @ ..] = redis.as_slice() else { unreachable!("there are three") };
        let port = primary.port();
        replicas.iter().for_each(|replica| replica.follow(primary));
        let name = Self::NAME;
        let configuration = [
            format!("sentinel monitor {name} 127.0.0.1 {port} 2"),
            format!("sentinel down-after-milliseconds {name} 500"),
            format!("sentinel failover-timeout {name} 2000"),
            format!("sentinel parallel-syncs {name} 2"),
        ];
        let sentinels: Vec<_> = (0..3).map(|_| RedisServer::start_sentinel(&configuration)).collect();
        wait_for("the sentinels to know each other", || {
            let complete = |sentinel: &RedisServer| {
                let info = sentinel.command(&[b"INFO", b"sentinel"]);
                ["status=ok", "slaves=2", "sentinels=3"].iter().all(|part| info.contains(part))
            };
            sentinels.iter().all(complete).then_some(())
        });
        Self { redis, sentinels }
    }

    /// The addresses of the sentinels, each as `host:port`.
    pub fn addresses(&self) -> Vec<String> {
        self.sentinels.iter().map(RedisServer::address).collect()
    }

    /// The index in `redis` of the server that the sentinels report as the primary.
    pub fn primary(&self) -> usize {
        let ask: [&[u8]; 3] = [b"SENTINEL", b"GET-MASTER-ADDR-BY-NAME", Self::NAME.as_bytes()];
        let answer = self.sentinels.iter().find_map(|sentinel| sentinel.try_command(&ask, COMMAND_TIMEOUT).ok());
        let answer = answer.expect("a sentinel answers");
        let port = answer.lines().last().expect("the last line is the port");
        let number = self.redis.iter().position(|redis| redis.port().to_string() == port);
        number.unwrap_or_else(|| panic!("the sentinels report an unknown primary: {answer}"))
    }

    /// Kills the primary and waits for the failover. Returns the index of the killed server.
    pub fn fail_over(&mut self) -> usize {
        let killed = self.primary();
        self.redis[killed].kill();
        self.await_successor(killed);
        killed
    }

    /// Starts a failover although the primary works, and waits until all other servers replicate the new primary. The
    /// sentinels reconfigure the former primary last.
    pub fn hand_over(&self) {
        let former = self.primary();
        let answer = self.sentinels[0].command(&[b"SENTINEL", b"FAILOVER", Self::NAME.as_bytes()]);
        assert_eq!(answer, "+OK\r\n");
        self.await_successor(former);
        wait_for("the other servers to replicate the new primary", || {
            let info = self.redis[self.primary()].command(&[b"INFO", b"replication"]);
            info.contains("connected_slaves:2").then_some(())
        });
    }

    /// Waits until the sentinels report another primary, which has the role `master`.
    pub fn await_successor(&self, former: usize) {
        wait_for("the failover to another primary", || {
            let primary = self.primary();
            let is_one = |redis: &RedisServer| redis.command(&[b"ROLE"]).contains("master");
            (primary != former && is_one(&self.redis[primary])).then_some(())
        });
    }
}

impl RedisDeployment for RedisSentinel {
    fn environment(&self) -> Vec<(&'static str, String)> {
        // The sentinel client of node-redis lacks methods that the adapters call.
        let sentinels = format!("{}@{}", Self::NAME, self.addresses().join(","));
        vec![("REDIS_SENTINEL", sentinels), ("REDIS_CLIENT", "ioredis".to_owned())]
    }
}
