//! The adapter of the servers is detected, also beside unread streams, other clusters and missing permissions.

use std::{io::Write, process::Stdio, time::Duration};

use serde_json::{Value, json};
use socketio_emitter::{Emitter, Options};
use socketio_interop::{
    Clients, RedisServer, ServerKind, SioOutput, SocketIoCluster, SocketIoServer, run_sio, sio_command, wait_for,
};

/// The adapter in the receipt of an emit, or the error code.
fn adapter_of_emit(io: &Emitter) -> Result<&'static str, &'static str> {
    io.emit("e", &1).wait().map(|receipt| receipt.adapter).map_err(|error| error.code().as_str())
}

/// An emitter that detects the adapter at its first emit.
fn lazy(redis: &RedisServer) -> Emitter {
    Options::new().lazy(redis.url()).unwrap()
}

/// One client on each server, `a` and `b`.
fn connect_clients(cluster: &SocketIoCluster<impl std::fmt::Debug>) -> Clients {
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &[]);
    clients.connect("b", &cluster.servers[1], "/", &[]);
    clients
}

#[test]
fn a_stream_without_readers_is_not_detected_as_servers() {
    let redis = RedisServer::start();
    for key in [&b"socket.io"[..], b"socket.io-7"] {
        redis.command(&[b"XADD", key, b"*", b"uid", b"old", b"nsp", b"/", b"type", b"2"]);
    }
    assert_eq!(adapter_of_emit(&lazy(&redis)), Err("no-servers"));
    for (kind, found) in [
        (ServerKind::ShardedDynamic, "sharded"),
        (ServerKind::StreamsFour, "streams"),
        (ServerKind::StreamsOld, "streams"),
    ] {
        let cluster = SocketIoCluster::on(&redis, kind);
        let mut clients = connect_clients(&cluster);
        assert_eq!(adapter_of_emit(&lazy(&redis)), Ok(found), "{}", kind.name());
        clients.expect("e", &["a", "b"]);
    }
}

#[test]
fn streams_servers_are_detected_before_and_after_the_first_stream_entry() {
    let redis = RedisServer::start();
    let mut cluster = SocketIoCluster::on(&redis, ServerKind::StreamsFour);
    let mut clients = connect_clients(&cluster);
    let io = lazy(&redis);
    let first = io.emit("first", &1).wait().unwrap();
    assert_eq!((first.servers, first.entry), (Some(2), None), "without a stream the event is published to the channel");
    clients.expect("first", &["a", "b"]);

    cluster.servers[0].ask(json!({"ask": "emit", "event": "by-server", "args": []}));
    clients.expect("by-server", &["a", "b"]);
    let io = lazy(&redis);
    for namespace in ["/", "/orders-2024"] {
        // The hash of the second namespace is negative, for which servers do not receive each other's entries.
        let receipt = io.of(namespace).emit("e", &1).wait().unwrap();
        assert!(receipt.entry.is_some(), "{receipt:?}");
    }
    clients.expect("e", &["a", "b"]);
}

#[test]
fn two_adapters_with_the_same_prefix_are_an_error_that_names_them() {
    let redis = RedisServer::start();
    let _classic = SocketIoServer::start_as(ServerKind::Classic, &redis, &[]);
    let _oxide = SocketIoServer::start_as(ServerKind::Socketioxide, &redis, &[]);
    let error = lazy(&redis).emit("e", &1).wait().unwrap_err();
    assert_eq!(error.code(), "several-adapters");
    assert!(error.to_string().contains("classic and socketioxide"), "{error}");
    let run = run_sio(&redis.url(), &["emit", "e"], b"");
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("--adapter"), "{run:?}");
    let run = run_sio(&redis.url(), &["emit", "e", "--adapter", "classic"], b"");
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn clusters_with_different_prefixes_are_detected_separately() {
    let redis = RedisServer::start();
    let _chat = SocketIoServer::start_as(ServerKind::Classic, &redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]);
    let _games = SocketIoServer::start_as(
        ServerKind::ShardedDynamic,
        &redis,
        &[("ADAPTER_OPTIONS", r#"{"channelPrefix":"games"}"#)],
    );
    let _default = SocketIoServer::start_as(ServerKind::Streams, &redis, &[]);
    for (prefix, found) in [("chat", Ok("classic")), ("games", Ok("sharded")), ("socket.io", Ok("streams"))] {
        let io = Options::new().prefix(prefix).lazy(redis.url()).unwrap();
        assert_eq!(adapter_of_emit(&io), found, "{prefix}");
    }
    let io = Options::new().prefix("unused").lazy(redis.url()).unwrap();
    assert_eq!(adapter_of_emit(&io), Err("no-servers"));
    assert_eq!(adapter_of_emit(&lazy(&redis)), Ok("streams"));
}

#[test]
fn without_permission_to_detect_the_adapter_must_be_given() {
    let redis = RedisServer::start_with_user("emma", "secret");
    let cluster = SocketIoCluster::on(&redis, ServerKind::Classic);
    let mut clients = connect_clients(&cluster);
    redis.command(&[b"ACL", b"SETUSER", b"emma", b"-pubsub"]);
    let io = lazy(&redis);
    assert_eq!(adapter_of_emit(&io), Err("undetected"));
    let run = run_sio(&redis.url(), &["emit", "e", "--adapter", "classic"], b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    clients.expect("e", &["a", "b"]);
}

#[test]
fn an_emitter_detects_a_change_of_adapter() {
    let redis = RedisServer::start();
    let io = lazy(&redis);
    assert_eq!(adapter_of_emit(&io), Err("no-servers"));
    let classic = SocketIoCluster::on(&redis, ServerKind::Classic);
    assert_eq!(adapter_of_emit(&io), Ok("classic"), "servers that started after the emitter are detected");
    drop(classic);
    let sharded = SocketIoCluster::on(&redis, ServerKind::ShardedDynamic);
    let mut clients = connect_clients(&sharded);
    // This emit may be the one that finds no classic server.
    let stale = io.emit("stale", &1).wait();
    assert!(stale.is_err() || stale.is_ok_and(|receipt| receipt.servers == Some(0) || receipt.adapter == "sharded"));
    assert_eq!(adapter_of_emit(&io), Ok("sharded"), "servers of another adapter are detected");
    clients.expect("e", &["a", "b"]);
}

#[test]
fn a_running_pipe_detects_a_change_of_adapter() {
    let redis = RedisServer::start();
    let classic = SocketIoCluster::on(&redis, ServerKind::Classic);
    let mut received = connect_clients(&classic);
    let mut pipe = sio_command(&redis.url())
        .args(["pipe", "-o", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = pipe.stdin.take().unwrap();
    let mut emit = |event: &str| writeln!(lines, "{}", json!({"event": event})).unwrap();
    emit("before");
    received.expect("before", &["a", "b"]);
    drop((received, classic));

    let sharded = SocketIoCluster::on(&redis, ServerKind::ShardedDynamic);
    let mut received = connect_clients(&sharded);
    // The first message may be the one that finds no classic server.
    wait_for("the pipe to detect the new adapter", || {
        emit("after");
        received.event_within(Duration::from_millis(100))
    });
    drop(lines);
    let run = SioOutput::from(pipe.wait_with_output().unwrap());
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &summary["adapter"], &summary["bad"]), (Some(0), &json!("sharded"), &json!(0)), "{summary}");
}
