//! No send outlasts its deadline, and none says more than it knows: Redis away, frozen, restarted, forbidding.

#![allow(clippy::unwrap_used)]

use std::time::{Duration, Instant};

use socketio_emitter::{Adapter, Classic, Emitter, Error, Options};
use socketio_interop::{Clients, Cluster, RedisServer};

const TIMEOUT: Duration = Duration::from_millis(500);
/// Machines are shared: a deadline is kept if it is not grossly missed.
const GENEROUS: Duration = Duration::from_secs(10);

fn options() -> Options {
    Options::new().adapter(Adapter::Classic(Classic::default())).timeout(TIMEOUT)
}

fn timed<T>(work: impl FnOnce() -> T) -> T {
    let started = Instant::now();
    let result = work();
    assert!(started.elapsed() < GENEROUS, "took {:?}", started.elapsed());
    result
}

#[test]
fn a_frozen_redis_costs_no_more_than_the_deadline_and_nothing_is_promised() {
    let redis = RedisServer::start();
    let io = options().connect(&redis.url()).wait().unwrap();
    redis.freeze();
    let first = timed(|| io.emit("e", &()).wait()).unwrap_err();
    assert!(first.is_unknown(), "handed to a connection that was alive a moment ago: {first}");
    std::thread::sleep(Duration::from_millis(150));
    let second = timed(|| io.emit("e", &()).wait()).unwrap_err();
    assert!(matches!(second, Error::Unreachable { .. }), "no sign of life, so nothing was sent: {second}");
    let before = {
        redis.thaw();
        redis.published()
    };
    io.emit("e", &()).wait().unwrap();
    assert_eq!(redis.published(), before + 1);
}

#[test]
fn the_first_send_after_an_outage_works() {
    let mut redis = RedisServer::start();
    let io = options().connect(&redis.url()).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    redis.kill();
    std::thread::sleep(Duration::from_millis(150));
    let away = timed(|| io.emit("e", &()).wait()).unwrap_err();
    assert!(matches!(away, Error::Unreachable { .. }), "{away}");
    assert!(away.to_string().contains(&redis.port().to_string()), "{away}");
    redis.revive();
    io.emit("e", &()).wait().unwrap();
    assert_eq!(redis.published(), 1);
}

#[test]
fn a_batch_says_how_far_it_came_when_redis_goes_away() {
    let mut redis = RedisServer::start();
    let io = options().connect(&redis.url()).wait().unwrap();
    let messages = (0..1_000_000).map(|n| {
        if n == 100_000 {
            redis.kill();
        }
        io.emit("e", &n)
    });
    match timed(|| io.send_all(messages).wait()).unwrap_err() {
        Error::Stopped { accepted, unknown, index, .. } => {
            assert!(accepted + unknown <= 100_000 + 4 * 512, "{accepted} {unknown}");
            assert!(index <= accepted, "all before the first that failed were taken: {index} {accepted}");
            assert!(accepted > 0);
        }
        other => panic!("{other}"),
    }
}

#[test]
fn what_redis_refuses_is_never_a_success() {
    let redis = RedisServer::start();
    let rule: [&[u8]; 8] = [b"ACL", b"SETUSER", b"job", b"on", b">secret", b"resetchannels", b"&other*", b"+@all"];
    assert!(redis.command(&rule).starts_with("+OK"));
    let url = redis.url().replace("redis://", "redis://job:secret@");
    let io = options().connect(&url).wait().unwrap();
    let error = io.emit("e", &()).wait().unwrap_err();
    assert_eq!((error.code(), error.is_unknown()), ("redis-refused", false), "{error}");
    match io.send_all((0..10).map(|n| io.emit("e", &n))).wait() {
        Err(Error::Stopped { accepted: 0, unknown: 0, index: 0, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert!(!format!("{error:?}").contains("secret"));
    let wrong = options().connect(&url.replace("secret", "hunter2")).wait().unwrap_err();
    assert!(!format!("{wrong} {wrong:?}").contains("hunter2"), "{wrong:?}");
}

#[test]
fn servers_that_may_not_be_counted_are_unknown_and_not_zero() {
    let redis = RedisServer::start();
    let rule: [&[u8]; 8] = [b"ACL", b"SETUSER", b"job", b"on", b">x", b"allchannels", b"+@all", b"-pubsub"];
    assert!(redis.command(&rule).starts_with("+OK"));
    let url = redis.url().replace("redis://", "redis://job:x@");
    assert_eq!(options().connect(&url).wait().unwrap().emit("e", &()).wait().unwrap().servers, None);
    let auto = Emitter::connect(&url).wait().unwrap().emit("e", &()).wait().unwrap_err();
    assert_eq!(auto.code(), "undetected");
}

#[test]
fn a_connection_that_the_program_has_will_do() {
    let cluster = Cluster::start();
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
fn servers_are_found_when_they_start_later_and_counted_on_their_namespace() {
    let redis = RedisServer::start();
    let io = Emitter::connect(&redis.url()).wait().unwrap();
    let nobody = io.emit("e", &()).wait().unwrap_err();
    assert!(nobody.is_nobody() && nobody.to_string().contains("socket.io-request#/#"), "{nobody}");
    assert_eq!(redis.published(), 0);

    let server = socketio_interop::Server::start(&redis, &[]);
    assert_eq!(io.emit("e", &()).wait().unwrap().servers, Some(1));
    assert_eq!(io.of("/typo").emit("e", &()).wait().unwrap().servers, Some(0));
    match io.emit("e", &()).require_servers(2).wait() {
        Err(Error::TooFewServers { required: 2, found: 1, .. }) => {}
        other => panic!("{other:?}"),
    }
    assert_eq!(redis.published(), 2);
    drop(server);
}

#[test]
fn another_prefix_is_another_cluster() {
    let cluster = Cluster::start_with(&[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]);
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &["r"]);
    let url = cluster.redis.url();
    assert!(Emitter::connect(&url).wait().unwrap().emit("e", &()).wait().unwrap_err().is_nobody());
    let io = Options::new().prefix("chat").connect(&url).wait().unwrap();
    assert_eq!(io.to("r").emit("e", &()).wait().unwrap().servers, Some(2));
    clients.expect("e", &["a"]);
}
