//! Emits on a Redis with sentinels during failovers.

use std::time::Instant;

use socketio_emitter::Error;
use socketio_interop::{RedisSentinel, TEST_TIMEOUT, wait_for};

use crate::run_exclusively;

use super::{
    MESSAGES, REQUESTS, classic, emit_until_accepted, print_duration, raw_subscriber::RawSubscriber, sentinel_url,
};

#[test]
fn emits_follow_a_sentinel_failover() {
    let _guard = run_exclusively();
    let mut redis = RedisSentinel::start();
    let io = classic().connect(sentinel_url(&redis)).wait().unwrap();
    let _server = RawSubscriber::subscribe(&redis.redis[redis.primary()], "SUBSCRIBE", REQUESTS);
    assert_eq!(io.emit("e", &()).wait().unwrap().servers, Some(1));

    let primary = redis.primary();
    redis.redis[primary].kill();
    emit_until_accepted(&io, "PUBLISH after the sentinels' primary was killed");
    redis.redis[primary].restart();

    let killed = redis.fail_over();
    print_duration("PUBLISH after the sentinels' failover", || io.emit("e", &()).wait().unwrap());
    let mut subscriber = RawSubscriber::subscribe(&redis.redis[redis.primary()], "SUBSCRIBE", MESSAGES);
    io.emit("at the new primary", &()).wait().unwrap();
    subscriber.expect("at the new primary");
    redis.redis[killed].restart();

    let unknown = classic().connect(sentinel_url(&redis).replace("/main", "/other")).wait().unwrap_err();
    assert!(matches!(&unknown, Error::Config(text) if text.contains("other")), "{unknown}");
}

#[test]
fn emits_leave_a_demoted_primary() {
    let _guard = run_exclusively();
    let redis = RedisSentinel::start();
    let io = classic().connect(sentinel_url(&redis)).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    let before = redis.primary();
    assert_eq!(redis.sentinels[0].command(&[b"SENTINEL", b"FAILOVER", b"main"]), "+OK\r\n");
    let started = Instant::now();
    while redis.primary() == before {
        // Keeps the connection to the former primary in use. These emits may fail during the failover.
        let _ = io.emit("during", &()).wait();
        assert!(started.elapsed() < TEST_TIMEOUT, "the sentinels do not promote a replica");
    }
    let primary = &redis.redis[redis.primary()];
    wait_for("the former primary to replicate the new one", || {
        primary.command(&[b"INFO", b"replication"]).contains("connected_slaves:2").then_some(())
    });
    let mut subscriber = RawSubscriber::subscribe(&redis.redis[redis.primary()], "SUBSCRIBE", MESSAGES);
    print_duration("PUBLISH after the primary was demoted", || io.emit("demoted", &()).wait().unwrap());
    subscriber.expect("demoted");
}

#[test]
fn emits_succeed_again_after_the_primary_of_sentinels_freezes() {
    let _guard = run_exclusively();
    let redis = RedisSentinel::start();
    let io = classic().connect(sentinel_url(&redis)).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    let frozen = redis.primary();
    redis.redis[frozen].freeze();
    let started = Instant::now();
    emit_until_accepted(&io, "PUBLISH after the sentinels' primary was frozen");
    assert!(started.elapsed() < TEST_TIMEOUT);
    redis.redis[frozen].thaw();
}
