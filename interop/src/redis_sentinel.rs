use std::time::Duration;

use crate::{deployment::Deployment, patience::wait_for, redis_server::RedisServer};

/// How long a sentinel may take to answer before another is asked.
const ANSWER: Duration = Duration::from_millis(500);

/// A primary with two replicas, and three sentinels, of which two must agree that the primary has been silent for
/// half a second before a replica takes over.
#[derive(Debug)]
pub struct RedisSentinel {
    /// The primary, at first, and its replicas.
    pub redis: Vec<RedisServer>,
    /// The sentinels.
    pub sentinels: Vec<RedisServer>,
}

impl RedisSentinel {
    /// What the sentinels call the primary.
    pub const NAME: &str = "main";

    /// Starts one; the sentinels know each other and the replicas when this returns.
    pub fn start() -> Self {
        // Each of them may be the primary one day.
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

    /// The sentinels' addresses, `host:port` each.
    pub fn addresses(&self) -> Vec<String> {
        self.sentinels.iter().map(RedisServer::address).collect()
    }

    /// Which of `redis` is the primary, as the sentinels say.
    pub fn primary(&self) -> usize {
        let ask: [&[u8]; 3] = [b"SENTINEL", b"GET-MASTER-ADDR-BY-NAME", Self::NAME.as_bytes()];
        let answer = self.sentinels.iter().find_map(|sentinel| sentinel.try_command(&ask, ANSWER).ok());
        let answer = answer.expect("a sentinel runs");
        let port = answer.lines().last().expect("the last line is the port");
        let number = self.redis.iter().position(|redis| redis.port().to_string() == port);
        number.unwrap_or_else(|| panic!("not one of ours: {answer}"))
    }

    /// Kills the primary, and waits until the sentinels name another, which knows that it is. Gives the number of the
    /// one that was killed.
    pub fn fail_over(&mut self) -> usize {
        let killed = self.primary();
        self.redis[killed].kill();
        self.await_successor(killed);
        killed
    }

    /// Has the sentinels put another in the place of a primary that is well, and waits until all follow it, the former
    /// primary too: it is told last.
    pub fn hand_over(&self) {
        let former = self.primary();
        let answer = self.sentinels[0].command(&[b"SENTINEL", b"FAILOVER", Self::NAME.as_bytes()]);
        assert_eq!(answer, "+OK\r\n");
        self.await_successor(former);
        wait_for("the others to follow the primary", || {
            let info = self.redis[self.primary()].command(&[b"INFO", b"replication"]);
            info.contains("connected_slaves:2").then_some(())
        });
    }

    /// Waits until the sentinels name another primary than this one, and it knows that it is.
    pub fn await_successor(&self, former: usize) {
        wait_for("another primary", || {
            let primary = self.primary();
            let is_one = |redis: &RedisServer| redis.command(&[b"ROLE"]).contains("master");
            (primary != former && is_one(&self.redis[primary])).then_some(())
        });
    }
}

impl Deployment for RedisSentinel {
    fn environment(&self) -> Vec<(&'static str, String)> {
        // node-redis has sentinels as well, with other methods than the adapters call.
        let sentinels = format!("{}@{}", Self::NAME, self.addresses().join(","));
        vec![("REDIS_SENTINEL", sentinels), ("REDIS_CLIENT", "ioredis".to_owned())]
    }
}
