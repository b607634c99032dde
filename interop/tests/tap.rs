//! The tap: what servers and emitters say is shown as it is, and nobody notices that somebody looks on.

#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader, Read},
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::{Value, json};
use socketio_emitter::{Adapter, Classic, Emitter, Options, Said, Tapped};
use socketio_interop::{Bridge, Clients, Cluster, Kind, PATIENCE, RedisServer, Sio, Tap, sio};

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
        let line = tap.hear();
        assert_eq!((&line["do"], &line["bytes"]), (&json!("malformed"), &json!({"$binary": bytes})), "{line}");
        assert_eq!((&line["seen"]["adapter"], &line["seen"]["channel"]), (&json!(adapter), &json!(channel)));
        assert!(!line["reason"].as_str().unwrap().is_empty(), "{line}");
    }
    let run = Sio::run(&redis.url(), &["emit", "after", "--adapter", "classic", "-q"], b"");
    assert_eq!(run.code, Some(0));
    assert_eq!(tap.hear()["event"], "after");
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
        format!("{}\n", tap.hear())
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
    assert_eq!(tap.hear()["do"], "away");
    redis.revive();
    assert_eq!(tap.hear()["do"], "back");
    classic(&redis).emit("again", &1).wait().unwrap();
    assert_eq!(tap.hear()["event"], "again");
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
