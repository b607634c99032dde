//! A primary that sentinels watch.

use std::time::Instant;

use socketio_emitter::Error;
use socketio_interop::{PATIENCE, RedisSentinel};

use crate::{MESSAGES, REQUESTS, classic, ear::Ear, first_success, sentinel_url, timed};

#[test]
fn sentinels_are_asked_and_a_failover_is_followed() {
    let mut redis = RedisSentinel::start();
    let io = classic().connect(&sentinel_url(&redis)).wait().unwrap();
    let _server = Ear::subscribe(&redis.redis[redis.primary()], "SUBSCRIBE", REQUESTS);
    assert_eq!(io.emit("e", &()).wait().unwrap().servers, Some(1));

    let primary = redis.primary();
    redis.redis[primary].kill();
    first_success(&io, "PUBLISH after the sentinels' primary was killed");
    redis.redis[primary].revive();

    let killed = redis.fail_over();
    timed("PUBLISH after the sentinels' failover", || io.emit("e", &()).wait().unwrap());
    let mut ear = Ear::subscribe(&redis.redis[redis.primary()], "SUBSCRIBE", MESSAGES);
    io.emit("at the new primary", &()).wait().unwrap();
    ear.hears("at the new primary");
    redis.redis[killed].revive();

    let unknown = classic().connect(&sentinel_url(&redis).replace("/main", "/other")).wait().unwrap_err();
    assert!(matches!(&unknown, Error::Config(text) if text.contains("other")), "{unknown}");
}

#[test]
fn a_primary_that_was_demoted_is_left() {
    let redis = RedisSentinel::start();
    let io = classic().connect(&sentinel_url(&redis)).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    let before = redis.primary();
    assert_eq!(redis.sentinels[0].command(&[b"SENTINEL", b"FAILOVER", b"main"]), "+OK\r\n");
    let started = Instant::now();
    while redis.primary() == before {
        let _ = io.emit("meanwhile", &()).wait();
        assert!(started.elapsed() < PATIENCE);
    }
    let primary = &redis.redis[redis.primary()];
    while !primary.command(&[b"INFO", b"replication"]).contains("connected_slaves:2") {
        assert!(started.elapsed() < PATIENCE, "the former primary does not follow the new one");
    }
    let mut ear = Ear::subscribe(&redis.redis[redis.primary()], "SUBSCRIBE", MESSAGES);
    timed("PUBLISH after the primary was demoted", || io.emit("demoted", &()).wait().unwrap());
    ear.hears("demoted");
}

#[test]
fn a_frozen_primary_of_sentinels_is_replaced() {
    let redis = RedisSentinel::start();
    let io = classic().connect(&sentinel_url(&redis)).wait().unwrap();
    io.emit("e", &()).wait().unwrap();
    let frozen = redis.primary();
    redis.redis[frozen].freeze();
    let started = Instant::now();
    first_success(&io, "PUBLISH after the sentinels' primary was frozen");
    assert!(started.elapsed() < PATIENCE);
    redis.redis[frozen].thaw();
}
