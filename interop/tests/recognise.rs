//! Clusters of several versions, and servers that do not say which they are.

#![allow(clippy::unwrap_used)]

use std::process::Command;

use serde_json::json;
use socketio_emitter::{Binary, Close, Emitter, Options, Outgoing, SocketIo};
use socketio_interop::{Clients, Cluster, RedisServer, Server};

fn code(outgoing: Outgoing) -> &'static str {
    outgoing.wait().unwrap_err().code()
}

#[test]
fn what_the_oldest_server_would_do_wrongly_is_refused_for_all() {
    let redis = RedisServer::start();
    let (old, new) = (Server::start_old(&redis, 2), Server::start(&redis, &[]));
    let mut clients = Clients::new();
    clients.connect_version(2, "old", &old, "/", &["r"]);
    clients.connect("new", &new, "/", &["r"]);
    let io = Emitter::connect(&redis.url()).wait().unwrap();

    assert_eq!(code(io.emit("e", &Binary(b"x"))), "unsupported");
    assert_eq!(code(io.except("r").emit("e", &())), "unsupported");
    assert_eq!(code(io.to("r").join("x")), "unsupported");
    assert_eq!(code(io.to("r").leave("r")), "unsupported");
    assert_eq!(code(io.all().disconnect(Close::Yes)), "unsupported");
    assert_eq!(code(io.server_side_emit("e", &())), "unsupported");
    assert_eq!(io.to("r").emit("plain", &1).wait().unwrap().servers, Some(2));
    assert_eq!(clients.until("plain", &["old", "new"]), []);
}

#[test]
fn servers_of_3_and_4_obey_the_same_orders() {
    let redis = RedisServer::start();
    let (old, new) = (Server::start_old(&redis, 3), Server::start(&redis, &[]));
    let mut clients = Clients::new();
    clients.connect("old", &old, "/", &[]);
    clients.connect("new", &new, "/", &[]);
    let io = Emitter::connect(&redis.url()).wait().unwrap();

    io.all().join("x").wait().unwrap();
    io.to("x").emit("bytes", &Binary(b"x")).wait().unwrap();
    assert_eq!(clients.until("bytes", &["old", "new"]), []);
    assert_eq!(code(io.server_side_emit("e", &())), "unsupported");
}

#[test]
fn servers_that_stay_silent_are_named_and_can_be_vouched_for() {
    let redis = RedisServer::start();
    let (awake, mut frozen) = (Server::start_old(&redis, 2), Server::start_old(&redis, 2));
    let mut clients = Clients::new();
    clients.connect_version(2, "a", &awake, "/", &[]);
    let pid = frozen.tool().pid().to_string();
    assert!(Command::new("kill").args(["-STOP", &pid]).status().unwrap().success());

    let io = Emitter::connect(&redis.url()).wait().unwrap();
    let error = io.emit("e", &Binary(b"x")).wait().unwrap_err();
    assert_eq!(error.code(), "unrecognised");
    assert!(error.to_string().contains("1 of 2"), "{error}");
    assert_eq!(redis.published(), 2, "the question and the one answer to it");

    let vouched = Options::new().socket_io(SocketIo::V2).connect(&redis.url()).wait().unwrap();
    assert_eq!(vouched.emit("e", &Binary(b"x")).wait().unwrap().servers, Some(2));
    io.emit("end", &()).wait().unwrap();
    let seen = clients.until("end", &["a"]);
    assert_eq!(seen.iter().map(|seen| seen.args.clone()).collect::<Vec<_>>(), [json!([{"$binary": "eA=="}])]);
}

#[test]
fn a_frozen_server_of_today_holds_nothing_up() {
    let mut cluster = Cluster::start();
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &[]);
    let pid = cluster.servers[1].tool().pid().to_string();
    assert!(Command::new("kill").args(["-STOP", &pid]).status().unwrap().success());
    let io = Emitter::connect(&cluster.redis.url()).wait().unwrap();
    assert_eq!(io.emit("e", &Binary(b"x")).wait().unwrap().servers, Some(2));
    clients.expect("e", &["a"]);
}
