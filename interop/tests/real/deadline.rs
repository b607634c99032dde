//! Emits end by their deadline and report the right outcome while Redis is down, frozen, restarted, or denies permission.

use std::time::{Duration, Instant};

use socketio_emitter::{Adapter, Emitter, Error, Options, adapter::Classic};
use socketio_interop::{Clients, RedisServer, SocketIoCluster, SocketIoServer};

const TIMEOUT: Duration = Duration::from_millis(500);
/// After this idle time an emitter checks its connection before it writes to it.
const IDLE_BEFORE_CHECK: Duration = Duration::from_millis(150);
/// The longest accepted duration of an emit, for busy machines.
const MAX_DURATION: Duration = Duration::from_secs(10);

fn options() -> Options {
    Options::new().adapter(Adapter::Classic(Classic::default())).timeout(TIMEOUT)
}

fn assert_in_time<T>(work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    assert!(started.elapsed() < MAX_DURATION, "took {:?}", started.elapsed());
    result
}

#[test]
fn emits_to_a_frozen_redis_fail_by_their_deadline() {
    let redis = RedisServer::start();
    let io = options().connect(redis.url()).wait().unwrap();
    redis.freeze();
    let first = assert_in_time(|| io.emit("e", &()).wait()).unwrap_err();
    assert!(first.may_have_been_taken(), "the event was written to a connection that had just worked: {first}");
    // The next emit first checks the connection, which was idle.
    std::thread::sleep(IDLE_BEFORE_CHECK);
    let second = assert_in_time(|| io.emit("e", &()).wait()).unwrap_err();
    assert!(matches!(second, Error::Unreachable { .. }), "the check failed, so nothing was sent: {second}");
    redis.thaw();
    let before = redis.published();
    io.emit("e", &()).wait().unwrap();
    assert_eq!(redis.published(), before + 1);
}

#[test]
fn the_first_emit_after_an_outage_succeeds() {
    let mut redis = RedisServer::start();
    let io = options().connect(redis.url()).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    redis.kill();
    std::thread::sleep(IDLE_BEFORE_CHECK);
    let error = assert_in_time(|| io.emit("e", &()).wait()).unwrap_err();
    assert!(matches!(error, Error::Unreachable { .. }), "{error}");
    assert!(error.to_string().contains(&redis.port().to_string()), "{error}");
    redis.restart();
    io.emit("e", &()).wait().unwrap();
    assert_eq!(redis.published(), 1);
}

#[test]
fn a_batch_reports_its_progress_when_redis_is_killed() {
    let mut redis = RedisServer::start();
    let io = options().connect(redis.url()).wait().unwrap();
    let messages = (0..1_000_000).map(|n| {
        if n == 100_000 {
            redis.kill();
        }
        io.emit("e", &n)
    });
    match assert_in_time(|| io.send_all(messages).wait()).unwrap_err() {
        Error::Stopped { accepted, unknown, index, .. } => {
            assert!(accepted + unknown <= 100_000 + 4 * 512, "{accepted} {unknown}");
            assert!(index <= accepted, "all messages before the first failure were accepted: {index} {accepted}");
            assert!(accepted > 0);
        }
        other => panic!("{other}"),
    }
}

#[test]
fn emits_without_permission_to_publish_fail() {
    let redis = RedisServer::start();
    let rule: [&[u8]; 8] = [b"ACL", b"SETUSER", b"job", b"on", b">secret", b"resetchannels", b"&other*", b"+@all"];
    assert!(redis.command(&rule).starts_with("+OK"));
    let url = redis.url().replace("redis://", "redis://job:secret@");
    let io = options().connect(&url).wait().unwrap();
    let error = io.emit("e", &()).wait().unwrap_err();
    assert_eq!((error.code().as_str(), error.may_have_been_taken()), ("redis-refused", false), "{error}");
    let batch = io.send_all((0..10).map(|n| io.emit("e", &n))).wait().unwrap_err();
    assert!(matches!(batch, Error::Stopped { accepted: 0, unknown: 0, index: 0, .. }), "{batch:?}");
    assert!(!format!("{error:?}").contains("secret"));
    let wrong = options().connect(url.replace("secret", "hunter2")).wait().unwrap_err();
    assert!(!format!("{wrong} {wrong:?}").contains("hunter2"), "{wrong:?}");
}

#[test]
fn emits_without_permission_to_count_report_unknown_servers() {
    let redis = RedisServer::start();
    let rule: [&[u8]; 8] = [b"ACL", b"SETUSER", b"job", b"on", b">x", b"allchannels", b"+@all", b"-pubsub"];
    assert!(redis.command(&rule).starts_with("+OK"));
    let url = redis.url().replace("redis://", "redis://job:x@");
    assert_eq!(options().connect(&url).wait().unwrap().emit("e", &()).wait().unwrap().servers, None);
    let detecting = Emitter::connect(&url).wait().unwrap();
    assert_eq!(detecting.emit("e", &()).wait().unwrap_err().code(), "undetected");
}

#[test]
fn emits_on_a_caller_supplied_connection_are_delivered() {
    let cluster = SocketIoCluster::start();
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &[]);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let client = redis::Client::open(cluster.redis.url()).unwrap();
        let io = Emitter::on(client.get_multiplexed_async_connection().await.unwrap());
        assert_eq!(io.emit("given", &()).await.unwrap().servers, Some(2));
        let receipt = io.send_all((0..3).map(|n| io.emit("more", &n))).await.unwrap();
        assert_eq!((receipt.messages, receipt.servers), (3, Some(2)));
    });
    clients.expect("given", &["a"]);
}

#[test]
fn servers_that_start_later_are_detected_and_counted_per_namespace() {
    let redis = RedisServer::start();
    let io = Emitter::connect(redis.url()).wait().unwrap();
    let error = io.emit("e", &()).wait().unwrap_err();
    assert_eq!(error.code(), "no-servers");
    assert!(error.to_string().contains("socket.io-request#/#"), "{error}");
    assert_eq!(redis.published(), 0);

    let server = SocketIoServer::start(&redis, &[]);
    assert_eq!(io.emit("e", &()).wait().unwrap().servers, Some(1));
    assert_eq!(io.of("/typo").emit("e", &()).wait().unwrap().servers, Some(0));
    let error = io.emit("e", &()).require_servers(2).wait().unwrap_err();
    assert!(matches!(error, Error::TooFewServers { required: 2, found: 1, .. }), "{error:?}");
    assert_eq!(redis.published(), 2);
    drop(server);
}

#[test]
fn servers_with_another_prefix_are_another_cluster() {
    let cluster = SocketIoCluster::start_with(&[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]);
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &["r"]);
    let url = cluster.redis.url();
    let error = Emitter::connect(&url).wait().unwrap().emit("e", &()).wait().unwrap_err();
    assert_eq!(error.code(), "no-servers");
    let io = Options::new().prefix("chat").connect(&url).wait().unwrap();
    assert_eq!(io.to("r").emit("e", &()).wait().unwrap().servers, Some(2));
    clients.expect("e", &["a"]);
}
