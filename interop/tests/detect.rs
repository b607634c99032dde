//! The adapter that servers run is found by itself, also where something else is in the way.

#![allow(clippy::unwrap_used)]

use std::{io::Write, process::Stdio, time::Duration};

use serde_json::{Value, json};
use socketio_emitter::{Emitter, Options};
use socketio_interop::{Clients, Cluster, Kind, RedisServer, Server, Sio, sio, wait_for};

/// The adapter that an emit was written for, or the code of its refusal.
fn emitted(io: &Emitter) -> Result<&'static str, &'static str> {
    io.emit("e", &1).wait().map(|receipt| receipt.adapter).map_err(|error| error.code())
}

fn lazy(redis: &RedisServer) -> Emitter {
    Options::new().lazy(&redis.url()).unwrap()
}

/// Clients on both servers of a cluster.
fn clients(cluster: &Cluster<impl std::fmt::Debug>) -> Clients {
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &[]);
    clients.connect("b", &cluster.servers[1], "/", &[]);
    clients
}

#[test]
fn a_stream_that_nobody_reads_misleads_nobody() {
    let redis = RedisServer::start();
    for key in [&b"socket.io"[..], b"socket.io-7"] {
        redis.command(&[b"XADD", key, b"*", b"uid", b"old", b"nsp", b"/", b"type", b"2"]);
    }
    assert_eq!(emitted(&lazy(&redis)), Err("no-servers"));
    for (kind, found) in
        [(Kind::ShardedDynamic, "sharded"), (Kind::StreamsFour, "streams"), (Kind::StreamsOld, "streams")]
    {
        let cluster = Cluster::on(&redis, kind);
        let mut clients = clients(&cluster);
        assert_eq!(emitted(&lazy(&redis)), Ok(found), "{}", kind.name());
        clients.expect("e", &["a", "b"]);
    }
}

#[test]
fn streams_are_found_by_who_reads_them() {
    let redis = RedisServer::start();
    let mut cluster = Cluster::on(&redis, Kind::StreamsFour);
    let mut clients = clients(&cluster);
    let io = lazy(&redis);
    let fresh = io.emit("fresh", &1).wait().unwrap();
    assert_eq!((fresh.servers, fresh.entry), (Some(2), None), "there is no stream yet: it went by the channel");
    clients.expect("fresh", &["a", "b"]);

    cluster.servers[0].ask(json!({"ask": "emit", "event": "theirs", "args": []}));
    clients.expect("theirs", &["a", "b"]);
    let io = lazy(&redis);
    for namespace in ["/", "/orders-2024"] {
        // The second one's hash is negative: what servers write for it is lost among themselves.
        let receipt = io.of(namespace).emit("e", &1).wait().unwrap();
        assert!(receipt.entry.is_some(), "{receipt:?}");
    }
    clients.expect("e", &["a", "b"]);
}

#[test]
fn two_adapters_under_one_prefix_are_named() {
    let redis = RedisServer::start();
    let _classic = Server::start_as(Kind::Classic, &redis, &[]);
    let _oxide = Server::start_as(Kind::Socketioxide, &redis, &[]);
    let error = lazy(&redis).emit("e", &1).wait().unwrap_err();
    assert_eq!(error.code(), "several-adapters");
    assert!(error.to_string().contains("classic and socketioxide"), "{error}");
    let run = Sio::run(&redis.url(), &["emit", "e"], b"");
    assert_eq!(run.code, Some(2), "{run:?}");
    assert!(run.stderr.contains("--adapter"), "{run:?}");
    let run = Sio::run(&redis.url(), &["emit", "e", "--adapter", "classic"], b"");
    assert_eq!(run.code, Some(0), "{run:?}");
}

#[test]
fn clusters_under_different_prefixes_are_told_apart() {
    let redis = RedisServer::start();
    let _chat = Server::start_as(Kind::Classic, &redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]);
    let _games = Server::start_as(Kind::ShardedDynamic, &redis, &[("ADAPTER_OPTIONS", r#"{"channelPrefix":"games"}"#)]);
    let _default = Server::start_as(Kind::Streams, &redis, &[]);
    for (prefix, found) in [("chat", Ok("classic")), ("games", Ok("sharded")), ("socket.io", Ok("streams"))] {
        let io = Options::new().prefix(prefix).lazy(&redis.url()).unwrap();
        assert_eq!(emitted(&io), found, "{prefix}");
    }
    let io = Options::new().prefix("nobody").lazy(&redis.url()).unwrap();
    assert_eq!(emitted(&io), Err("no-servers"));
    assert_eq!(emitted(&lazy(&redis)), Ok("streams"));
}

#[test]
fn where_redis_does_not_say_it_must_be_said() {
    let redis = RedisServer::start_with_user("emma", "secret");
    let cluster = Cluster::on(&redis, Kind::Classic);
    let mut clients = clients(&cluster);
    redis.command(&[b"ACL", b"SETUSER", b"emma", b"-pubsub"]);
    let io = lazy(&redis);
    assert_eq!(emitted(&io), Err("undetected"));
    let run = Sio::run(&redis.url(), &["emit", "e", "--adapter", "classic"], b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    clients.expect("e", &["a", "b"]);
}

#[test]
fn a_long_lived_emitter_follows_its_servers() {
    let redis = RedisServer::start();
    let io = lazy(&redis);
    assert_eq!(emitted(&io), Err("no-servers"));
    let classic = Cluster::on(&redis, Kind::Classic);
    assert_eq!(emitted(&io), Ok("classic"), "servers that came later are found");
    drop(classic);
    let sharded = Cluster::on(&redis, Kind::ShardedDynamic);
    let mut clients = clients(&sharded);
    // The first one tells that the old servers are gone.
    let gone = io.emit("unseen", &1).wait();
    assert!(gone.is_err() || gone.is_ok_and(|receipt| receipt.servers == Some(0) || receipt.adapter == "sharded"));
    assert_eq!(emitted(&io), Ok("sharded"), "and so are those of another adapter");
    clients.expect("e", &["a", "b"]);
}

#[test]
fn a_pipe_that_runs_for_days_follows_its_servers() {
    let redis = RedisServer::start();
    let classic = Cluster::on(&redis, Kind::Classic);
    let mut seen = clients(&classic);
    let mut pipe =
        sio(&redis.url()).args(["pipe", "-o", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = pipe.stdin.take().unwrap();
    let mut say = |event: &str| writeln!(lines, "{}", json!({"event": event})).unwrap();
    say("before");
    seen.expect("before", &["a", "b"]);
    drop((seen, classic));

    let sharded = Cluster::on(&redis, Kind::ShardedDynamic);
    let mut seen = clients(&sharded);
    // The first one tells that the old servers are gone, once Redis has answered.
    wait_for("the pipe to follow", || {
        say("after");
        seen.event_within(Duration::from_millis(100))
    });
    drop(lines);
    let run = Sio::from(pipe.wait_with_output().unwrap());
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!((run.code, &summary["adapter"], &summary["bad"]), (Some(0), &json!("sharded"), &json!(0)), "{summary}");
}
