//! Redis in every deployment: what is emitted arrives, what is counted is right, and a failover costs no message that
//! was promised.

#![allow(clippy::unwrap_used)]

mod cluster;
mod ear;
mod sentinel;

use std::time::{Duration, Instant};

use serde_json::json;
use socketio_emitter::{Adapter, Classic, Emitter, Error, Options, Sharded, Streams};
use socketio_interop::{
    ClientCertificate, Clients, Cluster, Deployment, Kind, PATIENCE, RedisCluster, RedisSentinel, RedisServer, RedisTls,
};

use self::ear::Ear;

const TIMEOUT: Duration = Duration::from_secs(10);
/// Machines are shared: a deadline is kept if it is not grossly missed.
const GENEROUS: Duration = Duration::from_secs(10);

/// Where the classic adapter's servers count each other, and where they listen.
const REQUESTS: &str = "socket.io-request#/#";
const MESSAGES: &str = "socket.io#/#";

fn classic() -> Options {
    Options::new().adapter(Adapter::Classic(Classic::default())).timeout(TIMEOUT)
}

fn sharded() -> Options {
    Options::new().adapter(Adapter::Sharded(Sharded::default())).timeout(TIMEOUT)
}

fn streams() -> Options {
    Options::new().adapter(Adapter::Streams(Streams::default())).timeout(TIMEOUT)
}

fn cluster_url(cluster: &RedisCluster) -> String {
    format!("redis-cluster://{}", cluster.addresses().join(","))
}

fn sentinel_url(redis: &RedisSentinel) -> String {
    format!("redis-sentinel://{}/{}", redis.addresses().join(","), RedisSentinel::NAME)
}

/// Says how long something took that the report wants to know.
fn timed<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    println!("{what}: {:?}", started.elapsed());
    result
}

/// Emits until it works; no attempt may take longer than the deadline.
fn first_success(io: &Emitter, what: &str) {
    let lost = Instant::now();
    let mut failed = 0;
    loop {
        let started = Instant::now();
        let result = io.emit("again", &failed).wait();
        assert!(started.elapsed() < TIMEOUT + GENEROUS, "took {:?}", started.elapsed());
        match result {
            Ok(_) => break,
            Err(error) => println!("{what}: after {:?}: {error}", started.elapsed()),
        }
        failed += 1;
        assert!(lost.elapsed() < PATIENCE, "still failing");
    }
    println!("{what}: {failed} failed, first success after {:?}", lost.elapsed());
}

#[test]
fn a_socket_and_a_user() {
    let redis = RedisServer::start();
    let mut ear = Ear::subscribe(&redis, "SUBSCRIBE", MESSAGES);
    classic().connect(&redis.unix_url()).wait().unwrap().emit("by socket", &()).wait().unwrap();
    ear.hears("by socket");

    let redis = RedisServer::start_with_user("emma", "se/cr@t");
    let url = format!("redis://emma:se%2Fcr%40t@{}", redis.address());
    classic().connect(&url).wait().unwrap().emit("e", &()).wait().unwrap();
    let bare = format!("redis://{}", redis.address());
    let io = classic().username("emma").password("se/cr@t").connect(&bare).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    assert_eq!(redis.published(), 2);
    let wrong = classic().password("hunter2").username("emma").connect(&bare).wait().unwrap_err();
    assert!(!format!("{wrong} {wrong:?}").contains("hunter2"), "{wrong:?}");
}

#[test]
fn tls_with_its_own_authority_and_the_clients_certificate() {
    let redis = RedisTls::start(ClientCertificate::Required);
    let mut ear = Ear::subscribe(&redis.server, "SUBSCRIBE", MESSAGES);
    let (cert, key) = redis.client_certificate();
    let ca = format!("{}?ca={}", redis.url(), redis.authority().display());
    let url = format!("{ca}&cert={}&key={}", cert.display(), key.display());
    classic().connect(&url).wait().unwrap().emit("over TLS", &()).wait().unwrap();
    ear.hears("over TLS");

    let bare = classic().connect(&ca).wait().unwrap_err();
    assert!(matches!(bare, Error::Unreachable { .. }), "the client's certificate is missing: {bare}");
    let stranger = classic().connect(&redis.url()).wait().unwrap_err();
    assert!(matches!(stranger, Error::Unreachable { .. }), "the authority is unknown: {stranger}");
    let plain = classic().timeout(Duration::from_secs(1)).connect(&redis.url().replace("rediss", "redis"));
    assert!(matches!(plain.wait().unwrap_err(), Error::Unreachable { .. }));
}

/// Servers and clients that answer, on each of them: what is asked is heard on channels, shard channels and streams.
fn ask_everybody<Redis: Deployment>(redis: Redis, url: &str, kind: Kind) {
    let cluster = Cluster::on(redis, kind);
    let mut clients = Clients::new();
    for server in &cluster.servers {
        clients.connect_answering(&server.url(), &server.url(), &["r1"], &json!(["yes"]));
    }
    let io = Options::new().timeout(TIMEOUT).connect(url).wait().unwrap();
    let what = kind.name();
    assert_eq!(io.to("r1").sockets().wait().unwrap().answers.len(), 2, "{what} {url}");
    let acks = io.emit_with_ack("ask", &1).wait().unwrap();
    assert_eq!(acks.answers.len(), 2, "{what} {url}");
    assert_eq!(io.emit("told", &()).wait().unwrap().adapter, io.emit("told", &()).wait().unwrap().adapter);
    clients.expect("told", &[&cluster.servers[0].url(), &cluster.servers[1].url()]);
}

#[test]
fn questions_are_answered_on_every_deployment() {
    let cluster = RedisCluster::start();
    let sentinel = RedisSentinel::start();
    let tls = RedisTls::start(ClientCertificate::Unasked);
    let tls_url = format!("{}?ca={}", tls.url(), tls.authority().display());
    ask_everybody(&tls, &tls_url, Kind::Classic);
    for kind in [Kind::ClassicIoredis, Kind::ShardedDynamic, Kind::Streams] {
        ask_everybody(&sentinel, &sentinel_url(&sentinel), kind);
    }
    for kind in [Kind::Classic, Kind::ShardedDynamic, Kind::Streams, Kind::StreamsSharded] {
        ask_everybody(&cluster, &cluster_url(&cluster), kind);
    }
}

#[test]
fn nobody_is_there() {
    for url in ["redis-cluster://127.0.0.1:1,127.0.0.1:2", "redis-sentinel://u:hunter2@127.0.0.1:1/main"] {
        let started = Instant::now();
        let error = classic().connect(url).wait().unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        assert!(started.elapsed() < TIMEOUT, "no reason to wait");
    }
}
