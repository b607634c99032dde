use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{FailoverReport, LoadProfile, delivery_log::DeliveryLog, load_emitter::LoadEmitter};
use crate::{
    clients::Clients, redis_cluster::RedisCluster, redis_deployment::RedisDeployment, redis_sentinel::RedisSentinel,
    server_kind::ServerKind, socketio_cluster::SocketIoCluster, wait::TEST_TIMEOUT,
};

/// A failure of the Redis primary while events are emitted every few milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct FailoverScenario {
    /// The name used for arguments and log files.
    pub name: &'static str,
    /// The kind of the servers.
    pub kind: ServerKind,
    /// The Redis client of the servers.
    pub client: &'static str,
    /// The failure.
    pub trigger: FailoverTrigger,
}

/// The failure that starts a failover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailoverTrigger {
    /// Kills the primary of a Redis Cluster that owns this key or channel.
    ClusterOwner(&'static str),
    /// Kills a primary of a Redis Cluster at which servers are subscribed to this channel.
    ClusterSubscribed(&'static str),
    /// Kills the primary of a Redis Cluster at which the emitter publishes.
    ClusterPublished,
    /// Kills the primary of a Sentinel deployment.
    SentinelPrimary,
    /// Starts a failover of a Sentinel deployment whose primary works.
    SentinelDemotion,
}

impl FailoverScenario {
    /// All scenarios.
    pub const ALL: [Self; 10] = [
        Self::new(
            "cluster-classic-listener",
            ServerKind::Classic,
            "redis",
            FailoverTrigger::ClusterSubscribed(REQUESTS),
        ),
        Self::new("cluster-classic-publisher", ServerKind::Classic, "redis", FailoverTrigger::ClusterPublished),
        Self::new(
            "cluster-classic-ioredis",
            ServerKind::Classic,
            "ioredis",
            FailoverTrigger::ClusterSubscribed(REQUESTS),
        ),
        Self::new("cluster-sharded", ServerKind::ShardedDynamic, "redis", FailoverTrigger::ClusterOwner(MESSAGES)),
        Self::new(
            "cluster-sharded-ioredis",
            ServerKind::ShardedDynamic,
            "ioredis",
            FailoverTrigger::ClusterOwner(MESSAGES),
        ),
        Self::new("cluster-streams", ServerKind::Streams, "redis", FailoverTrigger::ClusterOwner(STREAM)),
        Self::new("sentinel-classic", ServerKind::ClassicIoredis, "ioredis", FailoverTrigger::SentinelPrimary),
        Self::new("sentinel-sharded", ServerKind::ShardedDynamic, "ioredis", FailoverTrigger::SentinelPrimary),
        Self::new("sentinel-streams", ServerKind::Streams, "ioredis", FailoverTrigger::SentinelPrimary),
        Self::new(
            "sentinel-classic-handover",
            ServerKind::ClassicIoredis,
            "ioredis",
            FailoverTrigger::SentinelDemotion,
        ),
    ];

    const fn new(name: &'static str, kind: ServerKind, client: &'static str, trigger: FailoverTrigger) -> Self {
        Self { name, kind, client, trigger }
    }

    /// Starts Redis and the servers, and runs the scenario.
    pub fn run(&self, profile: &LoadProfile) -> FailoverReport {
        match self.trigger {
            FailoverTrigger::SentinelPrimary | FailoverTrigger::SentinelDemotion => {
                let redis = RedisSentinel::start();
                let url = format!("redis-sentinel://{}/{}", redis.addresses().join(","), RedisSentinel::NAME);
                self.run_on(redis, &url, profile, |redis, times| {
                    let former = redis.primary();
                    times.set_failure();
                    match self.trigger {
                        FailoverTrigger::SentinelDemotion => redis.hand_over(),
                        _ => redis.redis[former].kill(),
                    }
                    redis.await_successor(former);
                    times.set_promoted();
                    if self.trigger == FailoverTrigger::SentinelPrimary {
                        times.sleep_until(profile.outage);
                        redis.redis[former].restart();
                    }
                })
            }
            trigger => {
                let redis = RedisCluster::start();
                // Through a replica the emitter would keep publishing, and no primary would be lost.
                let primaries = redis.primaries().into_iter().map(|number| redis.nodes[number].address());
                let url = format!("redis-cluster://{}", primaries.collect::<Vec<_>>().join(","));
                self.run_on(redis, &url, profile, |redis, times| {
                    let victim = victim(redis, trigger);
                    times.set_failure();
                    redis.nodes[victim].kill();
                    redis.await_successor(victim);
                    times.set_promoted();
                    times.sleep_until(profile.outage);
                    redis.nodes[victim].restart();
                })
            }
        }
    }

    fn run_on<R: RedisDeployment>(
        &self,
        redis: R,
        url: &str,
        profile: &LoadProfile,
        fail: impl FnOnce(&mut R, &mut FailoverTimes),
    ) -> FailoverReport {
        let mut cluster = SocketIoCluster::on_with(redis, self.kind, &[("REDIS_CLIENT", self.client)]);
        let mut clients = Clients::new();
        for (name, server) in CLIENTS.iter().zip(&cluster.servers) {
            clients.connect(name, server, "/", &[]);
        }
        // With the streams adapter, the stream exists from the first event on.
        cluster.servers[0].ask(json!({ "ask": "emit", "event": "ready" }));
        clients.until("ready", &CLIENTS);

        let (log, ended) = (Arc::new(DeliveryLog::default()), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| listen(&mut clients, &log, &ended));
            let _stop_listening = SetOnDrop(&ended);
            let emitter = LoadEmitter::start(url, profile, &log);
            thread::sleep(profile.before);
            let mut times = FailoverTimes::default();
            fail(&mut cluster.redis, &mut times);
            let back = Instant::now();
            let recovered = within(TEST_TIMEOUT, || log.recovered_at(times.promoted, profile).is_some());
            thread::sleep(profile.after.saturating_sub(back.elapsed()));
            emitter.stop();
            if recovered {
                within(TEST_TIMEOUT, || log.is_last_delivered());
            }
            FailoverReport::new(&log, &times, profile)
        })
    }
}

/// When the failure and the promotion happened.
pub(super) struct FailoverTimes {
    /// The primary was killed or demoted.
    pub(super) failure: Instant,
    /// A replica had been promoted.
    pub(super) promoted: Instant,
}

impl FailoverTimes {
    fn set_failure(&mut self) {
        self.failure = Instant::now();
    }

    fn set_promoted(&mut self) {
        self.promoted = Instant::now();
    }

    /// Waits until `time` after the failure.
    fn sleep_until(&self, time: Duration) {
        thread::sleep(time.saturating_sub(self.failure.elapsed()));
    }
}

impl Default for FailoverTimes {
    fn default() -> Self {
        let now = Instant::now();
        Self { failure: now, promoted: now }
    }
}

/// Ends [`listen`], also if the scenario panics.
struct SetOnDrop<'a>(&'a AtomicBool);

impl Drop for SetOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The clients, one on each server.
const CLIENTS: [&str; 2] = ["1", "2"];
/// The request channel of the classic adapter, on which servers count each other.
const REQUESTS: &str = "socket.io-request#/#";
/// The main channel of the sharded adapter.
const MESSAGES: &str = "socket.io#/#";
/// The stream of the streams adapter.
const STREAM: &str = "socket.io";

fn listen(clients: &mut Clients, log: &DeliveryLog, ended: &AtomicBool) {
    while !ended.load(Ordering::Relaxed) {
        let Some(event) = clients.event_within(Duration::from_millis(50)) else { continue };
        let server = CLIENTS.iter().position(|name| *name == event.client).expect("a client of this test");
        assert_eq!(event.event, LoadEmitter::EVENT);
        let number = event.args[0].as_u64().and_then(|number| usize::try_from(number).ok());
        log.add_delivery(number.unwrap_or_else(|| panic!("not a number: {}", event.args)), server);
    }
}

/// The number of the node to kill.
fn victim(redis: &RedisCluster, trigger: FailoverTrigger) -> usize {
    let primaries = redis.primaries();
    let number = match trigger {
        FailoverTrigger::ClusterOwner(key) => Some(redis.primary_of(key)),
        FailoverTrigger::ClusterSubscribed(channel) => {
            primaries.into_iter().find(|number| redis.nodes[*number].subscribers(channel) > 0)
        }
        FailoverTrigger::ClusterPublished => {
            primaries.into_iter().max_by_key(|number| redis.nodes[*number].published())
        }
        FailoverTrigger::SentinelPrimary | FailoverTrigger::SentinelDemotion => None,
    };
    number.unwrap_or_else(|| panic!("no primary matches {trigger:?}"))
}

/// Polls `condition`. Returns false if it does not become true within `time`.
fn within(time: Duration, condition: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < time {
        if condition() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    condition()
}
