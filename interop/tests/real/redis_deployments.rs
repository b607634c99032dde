//! Emits on every Redis deployment are delivered and counted, also during failovers.

mod cluster;
mod raw_subscriber;
mod sentinel;

use std::time::{Duration, Instant};

use serde_json::json;
use socketio_emitter::{
    Adapter, Emitter, Error, Options,
    adapter::{Classic, Sharded, Streams},
};
use socketio_interop::{
    ClientCertificate, Clients, RedisCluster, RedisDeployment, RedisSentinel, RedisServer, RedisTls, ServerKind,
    SocketIoCluster, TEST_TIMEOUT,
};

use self::raw_subscriber::RawSubscriber;
use crate::run_exclusively;

const TIMEOUT: Duration = Duration::from_secs(10);
/// How much longer than its timeout an emit may take on a busy machine.
const SCHEDULING_MARGIN: Duration = Duration::from_secs(10);

/// The request channel of the classic adapter, whose subscribers are counted.
const REQUESTS: &str = "socket.io-request#/#";
/// The main channel of the classic and the sharded adapter.
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

/// Calls `work` and prints its duration.
fn print_duration<T>(what: &str, work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    println!("{what}: {:?}", started.elapsed());
    result
}

/// Emits until Redis accepts an event, and asserts that every attempt ends by its deadline.
fn emit_until_accepted(io: &Emitter, what: &str) {
    let first = Instant::now();
    let mut failed = 0;
    loop {
        let started = Instant::now();
        let result = io.emit("again", &failed).wait();
        assert!(started.elapsed() < TIMEOUT + SCHEDULING_MARGIN, "took {:?}", started.elapsed());
        match result {
            Ok(_) => break,
            Err(error) => println!("{what}: after {:?}: {error}", started.elapsed()),
        }
        failed += 1;
        assert!(first.elapsed() < TEST_TIMEOUT, "{what}: every emit fails");
    }
    println!("{what}: {failed} failed, first success after {:?}", first.elapsed());
}

#[test]
fn emits_by_unix_socket_and_as_acl_user_are_published() {
    let redis = RedisServer::start();
    let mut subscriber = RawSubscriber::subscribe(&redis, "SUBSCRIBE", MESSAGES);
    classic().connect(redis.unix_url()).wait().unwrap().emit("by socket", &()).wait().unwrap();
    subscriber.expect("by socket");

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
fn emits_over_tls_require_the_authority_and_the_client_certificate() {
    let redis = RedisTls::start(ClientCertificate::Required);
    let mut subscriber = RawSubscriber::subscribe(&redis.server, "SUBSCRIBE", MESSAGES);
    let (cert, key) = redis.client_certificate();
    let ca = format!("{}?ca={}", redis.url(), redis.authority().display());
    let url = format!("{ca}&cert={}&key={}", cert.display(), key.display());
    classic().connect(&url).wait().unwrap().emit("over TLS", &()).wait().unwrap();
    subscriber.expect("over TLS");

    let bare = classic().connect(&ca).wait().unwrap_err();
    assert!(matches!(bare, Error::Unreachable { .. }), "no client certificate: {bare}");
    let untrusting = classic().connect(redis.url()).wait().unwrap_err();
    assert!(matches!(untrusting, Error::Unreachable { .. }), "unknown authority: {untrusting}");
    let plain = classic().timeout(Duration::from_secs(1)).connect(redis.url().replace("rediss", "redis"));
    assert!(matches!(plain.wait().unwrap_err(), Error::Unreachable { .. }));
}

/// Asserts that servers on this deployment answer requests over channels, shard channels and streams.
fn assert_requests_are_answered<Redis: RedisDeployment>(redis: Redis, url: &str, kind: ServerKind) {
    let cluster = SocketIoCluster::on(redis, kind);
    let mut clients = Clients::new();
    for server in &cluster.servers {
        clients.connect_answering(&server.url(), &server.url(), &["r1"], &json!(["yes"]));
    }
    let io = Options::new().timeout(TIMEOUT).connect(url).wait().unwrap();
    assert_eq!(io.to("r1").fetch_sockets().wait().unwrap().responses.len(), 2, "{} {url}", kind.name());
    let acks = io.emit_with_ack("ask", &1).wait().unwrap();
    assert_eq!(acks.responses.len(), 2, "{} {url}", kind.name());
    io.emit("event", &()).wait().unwrap();
    clients.expect("event", &[&cluster.servers[0].url(), &cluster.servers[1].url()]);
}

#[test]
fn requests_are_answered_on_every_deployment() {
    let _guard = run_exclusively();
    let cluster = RedisCluster::start();
    let sentinel = RedisSentinel::start();
    let tls = RedisTls::start(ClientCertificate::NotRequested);
    let tls_url = format!("{}?ca={}", tls.url(), tls.authority().display());
    assert_requests_are_answered(&tls, &tls_url, ServerKind::Classic);
    for kind in [ServerKind::ClassicIoredis, ServerKind::ShardedDynamic, ServerKind::Streams] {
        assert_requests_are_answered(&sentinel, &sentinel_url(&sentinel), kind);
    }
    for kind in [ServerKind::Classic, ServerKind::ShardedDynamic, ServerKind::Streams, ServerKind::StreamsSharded] {
        assert_requests_are_answered(&cluster, &cluster_url(&cluster), kind);
    }
}

#[test]
fn connecting_without_a_running_redis_fails_at_once() {
    for url in ["redis-cluster://127.0.0.1:1,127.0.0.1:2", "redis-sentinel://u:hunter2@127.0.0.1:1/main"] {
        let started = Instant::now();
        let error = classic().connect(url).wait().unwrap_err();
        assert!(matches!(error, Error::Unreachable { .. }), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"));
        assert!(started.elapsed() < TIMEOUT, "took {:?}", started.elapsed());
    }
}
