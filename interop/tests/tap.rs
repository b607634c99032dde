//! The tap: what servers and emitters say is shown as it is, and nobody notices that somebody looks on.

#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader, Read},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use socketio_emitter::{Adapter, Classic, Emitter, Options, Said, Tapped};
use socketio_interop::{Bridge, Clients, Cluster, Kind, PATIENCE, RedisCluster, RedisServer, Sio, sio, wait_for};

/// A running `sio tap -o json`.
struct Tap {
    child: Child,
    lines: Receiver<Value>,
}

impl Tap {
    /// It listens when this returns.
    fn start(redis: &str, args: &[&str]) -> Self {
        let mut command = sio(redis);
        command.args(["tap", "-o", "json", "-v"]).args(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut words = BufReader::new(child.stderr.take().unwrap()).lines();
        let begun = words.by_ref().map_while(Result::ok).any(|line| line.starts_with("listening"));
        assert!(begun, "the tap ended");
        thread::spawn(move || words.for_each(drop));
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).unwrap());
            }
        });
        Self { child, lines }
    }

    fn next(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).expect("the tap shows something")
    }

    /// The next line that this is in.
    fn find(&self, key: &str, value: &str) -> Value {
        loop {
            let line = self.next();
            if line[key] == value {
                return line;
            }
        }
    }

    fn interrupt(mut self) -> Option<i32> {
        assert!(Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn classic(redis: &RedisServer) -> Emitter {
    Options::new().adapter(Adapter::Classic(Classic::default())).lazy(&redis.url()).unwrap()
}

/// What a server and an emitter say is on the tap, as they said it, and is counted as before.
fn shows(kind: Kind, adapter: &str, args: &[&str]) {
    println!("{}", kind.name());
    let mut cluster = Cluster::of(kind);
    let url = cluster.redis.url();
    let mut clients = Clients::new();
    for (name, server) in ["a", "b"].iter().zip(&cluster.servers) {
        clients.connect(name, server, "/", &["r1"]);
    }
    let tap = Tap::start(&url, &[&["--requests"], args].concat());

    let said = json!([{"from": 1.5}, "é"]);
    cluster.servers[0].ask(json!({"ask": "emit", "event": "by-server", "args": said, "rooms": ["r1"]}));
    let line = tap.find("event", "by-server");
    assert_eq!((&line["do"], &line["args"], &line["rooms"]), (&json!("emit"), &said, &json!(["r1"])), "{line}");
    assert_eq!((&line["namespace"], &line["seen"]["adapter"]), (&json!("/"), &json!(adapter)), "{line}");
    assert!(line["seen"]["sender"].is_string() && line["seen"]["size"].as_u64() > Some(10), "{line}");

    let emit = ["emit", "by-emitter", "[1]", "--to", "r1", "-o", "json"];
    let run = Sio::run(&url, &emit, b"");
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["servers"], 2, "{run:?}");
    let line = tap.find("event", "by-emitter");
    assert_eq!((&line["args"], &line["rooms"]), (&json!([[1]]), &json!(["r1"])), "{line}");
    assert_eq!(line["seen"]["adapter"], adapter, "{line}");
    clients.expect("by-emitter", &["a", "b"]);

    if !matches!(kind, Kind::Socketioxide | Kind::Python) {
        let server = &mut cluster.servers[0];
        assert_eq!(server.ask(json!({"ask": "serverCount"}))["servers"], 2);
        // They would wait for 5 seconds for one that does not answer.
        let asked = Instant::now();
        let sockets = server.ask(json!({"ask": "fetchSockets"}));
        assert_eq!(sockets["sockets"].as_array().unwrap().len(), 2, "{sockets}");
        assert!(asked.elapsed() < Duration::from_secs(4), "{:?}", asked.elapsed());
        assert_eq!(tap.find("do", "question")["about"], "fetch");
        assert_eq!(tap.find("do", "answer")["about"], "fetch");
    }
    assert_eq!(tap.interrupt(), Some(0));
}

#[test]
fn what_is_said_is_shown_and_nobody_notices() {
    for (kind, adapter) in [
        (Kind::Classic, "classic"),
        (Kind::Streams, "streams"),
        (Kind::Socketioxide, "socketioxide"),
        (Kind::Python, "python"),
    ] {
        shows(kind, adapter, &[]);
    }
    shows(Kind::ShardedDynamic, "sharded", &["--monitor"]);
}

/// Main channels, those of rooms, also of new ones, and answers; with and without `--monitor`.
#[test]
fn shard_channels_are_heard_at_a_replica_and_nobody_notices() {
    let mut cluster = Cluster::of(Kind::ShardedDynamic);
    let (mut clients, url) = (Clients::new(), cluster.redis.url());
    for (name, server) in ["a", "b"].iter().zip(&cluster.servers) {
        clients.connect(name, server, "/", &["r1"]);
    }
    let replica = RedisServer::start_replica_of(&cluster.redis);
    let all = [&["--requests"][..], &["--requests", "--monitor"], &["--requests", "--adapter", "sharded"]];
    for (round, args) in all.into_iter().enumerate() {
        let tap = Tap::start(&url, args);
        for (event, rooms, channel) in
            [("to-all", json!([]), "socket.io#/#"), ("to-room", json!(["r1"]), "socket.io#/#r1#")]
        {
            cluster.servers[0].ask(json!({"ask": "emit", "event": event, "args": [1], "rooms": rooms}));
            let line = tap.find("event", event);
            assert_eq!((&line["seen"]["adapter"], &line["seen"]["channel"]), (&json!("sharded"), &json!(channel)));
            clients.expect(event, &["a", "b"]);
        }
        assert!(replica.command(&[b"PUBSUB", b"SHARDNUMSUB", b"socket.io#/#"]).ends_with(":1\r\n"));
        assert_eq!(cluster.servers[0].ask(json!({"ask": "serverCount"}))["servers"], 2);
        let run = Sio::run(&url, &["emit", "by-emitter", "1", "-o", "json"], b"");
        assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["servers"], 2, "{run:?}");
        tap.find("event", "by-emitter");
        let sockets = cluster.servers[0].ask(json!({"ask": "fetchSockets"}));
        assert_eq!(sockets["sockets"].as_array().unwrap().len(), 2 + round, "{sockets}");
        assert_eq!(tap.find("do", "question")["about"], "fetch");
        assert_eq!(tap.find("do", "answer")["about"], "fetch");
        assert!(!cluster.redis.command(&[b"INFO", b"commandstats"]).contains("cmdstat_monitor"));

        // A room that is new is heard from the next look on.
        let room = format!("new{round}");
        let channel = format!("socket.io#/#{room}#");
        clients.connect(&room, &cluster.servers[1], "/", &[&room]);
        wait_for("the new room's channel", || {
            let count = replica.command(&[b"PUBSUB", b"SHARDNUMSUB", channel.as_bytes()]);
            count.ends_with(":1\r\n").then_some(())
        });
        cluster.servers[0].ask(json!({"ask": "emit", "event": "to-new", "args": [], "rooms": [room]}));
        assert_eq!(tap.find("event", "to-new")["seen"]["channel"], channel);
        assert_eq!(tap.interrupt(), Some(0));
    }

    // One that is a primary now would count the tap.
    let tap = Tap::start(&url, &[]);
    replica.command(&[b"REPLICAOF", b"NO", b"ONE"]);
    let line = tap.find("do", "away");
    assert!(line["reason"].as_str().unwrap().contains("does not repeat"), "{line}");
    wait_for("the tap to let go", || (replica.command(&[b"PUBSUB", b"SHARDCHANNELS"]) == "*0\r\n").then_some(()));
    replica.follow(&cluster.redis);
    tap.find("do", "back");
    cluster.servers[0].ask(json!({"ask": "emit", "event": "again", "args": [], "rooms": []}));
    tap.find("event", "again");
}

#[test]
fn shard_channels_that_cannot_be_heard_are_named() {
    let cluster = Cluster::of(Kind::ShardedDynamic);
    let tap = Tap::start(&cluster.redis.url(), &[]);
    let line = tap.next();
    assert_eq!(line["do"], "unheard");
    assert!(line["channels"].as_array().unwrap().contains(&json!("socket.io#/#")), "{line}");
    // And what no server here reads is shown all the same.
    let run = Sio::run(&cluster.redis.url(), &["emit", "lost", "--adapter", "classic"], b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(tap.find("event", "lost")["seen"]["adapter"], "classic");
}

/// Wherever in the cluster it is published, each message is shown once.
#[test]
fn a_redis_cluster_is_heard_as_a_whole() {
    let redis = RedisCluster::start();
    let url = format!("redis-cluster://{}", redis.addresses().join(","));
    let tap = Tap::start(&url, &["--monitor"]);
    let names: Vec<_> = (0..8).map(|n| format!("/n{n}")).collect();
    for adapter in ["classic", "sharded"] {
        for name in &names {
            let run = Sio::run(&url, &["emit", "e", "-q", "--adapter", adapter, "-n", name], b"");
            assert_eq!(run.code, Some(0), "{run:?}");
        }
        let mut shown: Vec<_> = (0..names.len())
            .map(|_| {
                let line = tap.next();
                assert_eq!(line["seen"]["adapter"], adapter, "{line}");
                line["namespace"].as_str().unwrap().to_owned()
            })
            .collect();
        shown.sort();
        assert_eq!(shown, names, "{adapter}");
    }
    let run = Sio::run(&url, &["emit", "begun", "-q", "--adapter", "streams"], b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    assert_eq!(tap.next()["event"], "begun");
}

#[test]
fn what_cannot_be_read_is_shown_with_its_bytes() {
    let redis = RedisServer::start();
    let tap = Tap::start(&redis.url(), &[]);
    redis.command(&[b"PUBLISH", b"socket.io#/#", b"\x93\xa1x\xc1"]);
    redis.command(&[b"PUBLISH", b"socketio", b"5"]);
    redis.command(&[b"XADD", b"socket.io-3", b"*", b"nsp", b"/", b"type", b"x"]);
    for (adapter, channel, bytes) in [
        ("classic", "socket.io#/#", "k6F4wQ=="),
        ("python", "socketio", "NQ=="),
        ("streams", "socket.io-3", "bnNwPS8KdHlwZT14Cg=="),
    ] {
        let line = tap.next();
        assert_eq!((&line["do"], &line["bytes"]), (&json!("malformed"), &json!({"$binary": bytes})), "{line}");
        assert_eq!((&line["seen"]["adapter"], &line["seen"]["channel"]), (&json!(adapter), &json!(channel)));
        assert!(!line["reason"].as_str().unwrap().is_empty(), "{line}");
    }
    let run = Sio::run(&redis.url(), &["emit", "after", "--adapter", "classic", "-q"], b"");
    assert_eq!(run.code, Some(0));
    assert_eq!(tap.next()["event"], "after");
}

#[test]
fn a_tap_of_one_cluster_feeds_another() {
    let (from, to) = (RedisServer::start(), Cluster::of(Kind::Classic));
    let mut clients = Clients::new();
    for (name, server) in ["a", "b"].iter().zip(&to.servers) {
        clients.connect(name, server, "/", &["lobby"]);
    }
    let mut tap = sio(&from.url())
        .args(["tap", "--count", "3", "-o", "json", "-v"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut words = BufReader::new(tap.stderr.take().unwrap()).lines();
    assert!(words.by_ref().map_while(Result::ok).any(|line| line.starts_with("listening")));
    let mut pipe = sio(&to.redis.url());
    let pipe =
        pipe.args(["pipe", "-o", "json"]).stdin(tap.stdout.take().unwrap()).stdout(Stdio::piped()).spawn().unwrap();
    let chat =
        ["emit", "chat", "hi", "--binary", "Cargo.toml", "--to", "lobby", "--adapter", "classic", "--socket-io", "4"];
    let run = Sio::run(&from.url(), &chat, b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    from.command(&[b"PUBLISH", b"socket.io#/#", b"garbage"]);
    Sio::run(&from.url(), &["emit", "end", "--adapter", "classic"], b"");
    let seen = clients.until("end", &["a", "b"]);
    assert_eq!(seen.len(), 2, "{seen:?}");
    assert!(
        seen.iter().all(|seen| seen.event == "chat" && seen.args[0] == "hi" && seen.args[1]["$binary"].is_string())
    );
    let run = Sio::from(pipe.wait_with_output().unwrap());
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&summary["sent"], &summary["skipped"], &summary["bad"]),
        (&json!(2), &json!(1), &json!(0)),
        "{summary}"
    );
    assert_eq!((run.code, tap.wait().unwrap().code()), (Some(0), Some(0)));
}

#[test]
fn nothing_goes_round_and_round() {
    let (redis, other) = (RedisServer::start(), RedisServer::start());
    let recorded = |args: &[&str]| {
        let tap = Tap::start(&redis.url(), args);
        classic(&redis).emit("e", &1).wait().unwrap();
        format!("{}\n", tap.next())
    };
    let any = recorded(&[]);
    let only = recorded(&["--adapter", "classic"]);
    for (line, url, args, code) in [
        (&any, redis.url(), &["--adapter", "classic"][..], 2),
        (&any, redis.url(), &["--adapter", "streams"], 2),
        (&any, redis.url(), &["--adapter", "python"], 2),
        (&any, redis.url(), &["--adapter", "classic", "--prefix", "other"], 0),
        (&any, other.url(), &["--adapter", "classic"], 0),
        (&only, redis.url(), &["--adapter", "classic"], 2),
        (&only, redis.url(), &["--adapter", "streams"], 0),
    ] {
        let run = Sio::run(&url, &[&["pipe"], args].concat(), line.as_bytes());
        assert_eq!(run.code, Some(code), "{args:?} {line}: {run:?}");
        assert_eq!(run.stderr.contains("round and round"), code == 2, "{run:?}");
    }
    let before = redis.published();
    let run = Sio::run(&redis.url(), &["pipe", "--adapter", "classic"], any.repeat(100).as_bytes());
    assert_eq!((run.code, redis.published()), (Some(2), before), "{run:?}");
}

#[test]
fn an_outage_is_said_and_outlived() {
    let mut redis = RedisServer::start();
    let tap = Tap::start(&redis.url(), &[]);
    redis.kill();
    assert_eq!(tap.next()["do"], "away");
    redis.revive();
    assert_eq!(tap.next()["do"], "back");
    classic(&redis).emit("again", &1).wait().unwrap();
    assert_eq!(tap.next()["event"], "again");
}

/// A reader that does not read: what does not fit is dropped, and every message is shown or counted.
#[test]
fn what_a_slow_reader_misses_is_counted() {
    const MESSAGES: u64 = 60_000;
    let redis = RedisServer::start();
    let io = classic(&redis);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut tap = io.tap().await.unwrap();
        io.send_all((0..MESSAGES).map(|n| io.emit("n", &n))).await.unwrap();
        tokio::time::sleep(Duration::from_secs(2)).await;
        let (mut shown, mut dropped) = (0, 0);
        while shown + dropped < MESSAGES {
            match tap.next().await {
                Tapped::Seen(seen) => {
                    assert!(matches!(seen.said, Said::Heard(_)));
                    shown += 1;
                }
                Tapped::Dropped { messages } => dropped += messages,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(shown + dropped, MESSAGES);
        assert!(dropped > 0 && shown > 1000, "{shown} shown, {dropped} dropped");
        println!("{shown} shown, {dropped} dropped");
    });
}

#[test]
fn the_bridge_shows_it_as_lines_and_as_events() {
    let redis = RedisServer::start();
    let emit = |event: &str| classic(&redis).to("r1").emit(event, &1).wait().unwrap();
    let bridge = Bridge::start(&redis.url());
    let client = reqwest::blocking::Client::builder().timeout(PATIENCE).build().unwrap();
    let get = |bridge: &Bridge, path: &str, accept: &str| {
        let response = client.get(bridge.url(path)).header("accept", accept).send().unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], accept);
        response
    };
    let lines = get(&bridge, "/v1/tap?event=b*&room=r1&count=2", "application/x-ndjson");
    let events = get(&bridge, "/v1/tap?count=3&namespace=/", "text/event-stream");
    let timed = get(&bridge, "/v1/tap?event=none&for=1s", "application/x-ndjson");
    ["a", "b1", "b2"].into_iter().for_each(|event| drop(emit(event)));
    let lines: Vec<Value> = lines.text().unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| &line["event"]).collect::<Vec<_>>(), ["b1", "b2"]);
    assert_eq!(lines[0]["seen"]["adapter"], "classic");
    let events = events.text().unwrap();
    assert_eq!(events.matches("data: {\"do\":\"emit\",").count(), 3, "{events}");
    assert!(events.ends_with("}\n\n"));
    assert_eq!(timed.text().unwrap(), "");

    // It ends with the bridge, at once.
    let mut endless = get(&bridge, "/v1/tap", "text/event-stream");
    let stopped = Instant::now();
    assert!(Command::new("kill").args(["-TERM", &bridge.pid().to_string()]).status().unwrap().success());
    endless.read_to_string(&mut String::new()).unwrap();
    assert!(stopped.elapsed() < Duration::from_secs(4), "{:?}", stopped.elapsed());

    let narrow = Bridge::start_with(&redis.url(), &["--allow-event", "b*"], &[]);
    let lines = get(&narrow, "/v1/tap?count=1", "application/x-ndjson");
    redis.command(&[b"PUBLISH", b"socket.io#/#", b"garbage"]);
    ["secret", "b3"].into_iter().for_each(|event| drop(emit(event)));
    let text = lines.text().unwrap();
    assert!(text.contains("\"b3\"") && !text.contains("secret") && text.lines().count() == 1, "{text}");
}

#[test]
fn a_closed_pipe_is_success() {
    let redis = RedisServer::start();
    let mut tap = sio(&redis.url()).args(["tap", "-v"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut words = BufReader::new(tap.stderr.take().unwrap()).lines();
    assert!(words.by_ref().map_while(Result::ok).any(|line| line.starts_with("listening")));
    drop(tap.stdout.take());
    let io = classic(&redis);
    let started = Instant::now();
    while tap.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < PATIENCE, "it goes on");
        io.emit("e", &"\u{1b}[31m").wait().unwrap();
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(tap.wait().unwrap().code(), Some(0));
}
