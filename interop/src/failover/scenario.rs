use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use serde_json::json;

use super::{Pace, Record, emitting::Emitting, ledger::Ledger};
use crate::{
    clients::Clients, cluster::Cluster, deployment::Deployment, kind::Kind, patience::PATIENCE,
    redis_cluster::RedisCluster, redis_sentinel::RedisSentinel,
};

/// A cluster that loses the primary of its Redis under an emit every few milliseconds.
#[derive(Debug, Clone, Copy)]
pub struct Scenario {
    /// Its name in files.
    pub name: &'static str,
    /// The servers.
    pub kind: Kind,
    /// Their Redis client.
    pub client: &'static str,
    /// What happens to their Redis.
    pub cut: Cut,
}

/// What happens to Redis.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// In a Redis Cluster, the primary that has this key or channel is killed.
    OwnerOf(&'static str),
    /// In a Redis Cluster, a primary at which servers subscribe to this channel is killed.
    ListenerTo(&'static str),
    /// In a Redis Cluster, the primary at which our emitter publishes is killed.
    Publisher,
    /// The sentinels' primary is killed.
    SentinelsPrimary,
    /// The sentinels put another in the place of a primary that is well.
    Handover,
}

impl Scenario {
    /// All of them.
    pub const ALL: [Self; 10] = [
        Self::new("cluster-classic-listener", Kind::Classic, "redis", Cut::ListenerTo(REQUESTS)),
        Self::new("cluster-classic-publisher", Kind::Classic, "redis", Cut::Publisher),
        Self::new("cluster-classic-ioredis", Kind::Classic, "ioredis", Cut::ListenerTo(REQUESTS)),
        Self::new("cluster-sharded", Kind::ShardedDynamic, "redis", Cut::OwnerOf(MESSAGES)),
        Self::new("cluster-sharded-ioredis", Kind::ShardedDynamic, "ioredis", Cut::OwnerOf(MESSAGES)),
        Self::new("cluster-streams", Kind::Streams, "redis", Cut::OwnerOf(STREAM)),
        Self::new("sentinel-classic", Kind::ClassicIoredis, "ioredis", Cut::SentinelsPrimary),
        Self::new("sentinel-sharded", Kind::ShardedDynamic, "ioredis", Cut::SentinelsPrimary),
        Self::new("sentinel-streams", Kind::Streams, "ioredis", Cut::SentinelsPrimary),
        Self::new("sentinel-classic-handover", Kind::ClassicIoredis, "ioredis", Cut::Handover),
    ];

    const fn new(name: &'static str, kind: Kind, client: &'static str, cut: Cut) -> Self {
        Self { name, kind, client, cut }
    }

    /// Goes through it, from the start of Redis to its end.
    pub fn run(&self, pace: &Pace) -> Record {
        match self.cut {
            Cut::SentinelsPrimary | Cut::Handover => {
                let redis = RedisSentinel::start();
                let url = format!("redis-sentinel://{}/{}", redis.addresses().join(","), RedisSentinel::NAME);
                self.watch(redis, &url, pace, |redis, moments| {
                    let former = redis.primary();
                    moments.cut();
                    match self.cut {
                        Cut::Handover => redis.hand_over(),
                        _ => redis.redis[former].kill(),
                    }
                    redis.await_successor(former);
                    moments.healed();
                    if self.cut == Cut::SentinelsPrimary {
                        moments.let_pass(pace.away);
                        redis.redis[former].revive();
                    }
                })
            }
            cut => {
                let redis = RedisCluster::start();
                // A replica would publish as well, and no primary would be missed.
                let primaries = redis.primaries().into_iter().map(|number| redis.nodes[number].address());
                let url = format!("redis-cluster://{}", primaries.collect::<Vec<_>>().join(","));
                self.watch(redis, &url, pace, |redis, moments| {
                    let victim = victim(redis, cut);
                    moments.cut();
                    redis.nodes[victim].kill();
                    redis.await_successor(victim);
                    moments.healed();
                    moments.let_pass(pace.away);
                    redis.nodes[victim].revive();
                })
            }
        }
    }

    fn watch<R: Deployment>(&self, redis: R, url: &str, pace: &Pace, cut: impl FnOnce(&mut R, &mut Moments)) -> Record {
        let mut cluster = Cluster::on_with(redis, self.kind, &[("REDIS_CLIENT", self.client)]);
        let mut clients = Clients::new();
        for (name, server) in NAMES.iter().zip(&cluster.servers) {
            clients.connect(name, server, "/", &[]);
        }
        // Where there are streams, there is one from now on.
        cluster.servers[0].ask(json!({ "ask": "emit", "event": "ready" }));
        clients.until("ready", &NAMES);

        let (ledger, ended) = (Arc::new(Ledger::default()), AtomicBool::new(false));
        thread::scope(|scope| {
            scope.spawn(|| listen(&mut clients, &ledger, &ended));
            let _end = End(&ended);
            let emitting = Emitting::start(url, pace, &ledger);
            thread::sleep(pace.before);
            let mut moments = Moments::default();
            cut(&mut cluster.redis, &mut moments);
            let back = Instant::now();
            let well = within(PATIENCE, || ledger.well(moments.healed, pace).is_some());
            thread::sleep(pace.after.saturating_sub(back.elapsed()));
            emitting.stop();
            if well {
                within(PATIENCE, || ledger.is_quiet());
            }
            Record::new(&ledger, &moments, pace)
        })
    }
}

/// When what happened.
pub(super) struct Moments {
    /// The primary was there no more.
    pub(super) cut: Instant,
    /// There was another.
    pub(super) healed: Instant,
}

impl Moments {
    fn cut(&mut self) {
        self.cut = Instant::now();
    }

    fn healed(&mut self) {
        self.healed = Instant::now();
    }

    /// Lets this time after the cut go by.
    fn let_pass(&self, time: Duration) {
        thread::sleep(time.saturating_sub(self.cut.elapsed()));
    }
}

impl Default for Moments {
    fn default() -> Self {
        let now = Instant::now();
        Self { cut: now, healed: now }
    }
}

/// Ends the listening, also where something failed.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The clients, each on its own server.
const NAMES: [&str; 2] = ["1", "2"];
/// Where the classic adapter's servers count each other.
const REQUESTS: &str = "socket.io-request#/#";
/// Where the sharded adapter's servers listen.
const MESSAGES: &str = "socket.io#/#";
/// What the streams adapter's servers read.
const STREAM: &str = "socket.io";

fn listen(clients: &mut Clients, ledger: &Ledger, ended: &AtomicBool) {
    while !ended.load(Ordering::Relaxed) {
        let Some(seen) = clients.event_within(Duration::from_millis(50)) else { continue };
        let server = NAMES.iter().position(|name| *name == seen.client).expect("one of ours");
        assert_eq!(seen.event, Emitting::EVENT);
        let number = seen.args[0].as_u64().and_then(|number| usize::try_from(number).ok());
        ledger.arrived(number.unwrap_or_else(|| panic!("not a number: {}", seen.args)), server);
    }
}

/// The node that is killed.
fn victim(redis: &RedisCluster, cut: Cut) -> usize {
    let primaries = redis.primaries();
    let number = match cut {
        Cut::OwnerOf(key) => Some(redis.primary_of(key)),
        Cut::ListenerTo(channel) => primaries.into_iter().find(|number| redis.nodes[*number].subscribers(channel) > 0),
        Cut::Publisher => primaries.into_iter().max_by_key(|number| redis.nodes[*number].published()),
        Cut::SentinelsPrimary | Cut::Handover => None,
    };
    number.unwrap_or_else(|| panic!("no node of the Redis Cluster is meant by {cut:?}"))
}

/// Whether it comes about in time.
fn within(time: Duration, is: impl Fn() -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < time {
        if is() {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    is()
}
