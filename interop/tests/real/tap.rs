//! The tap shows the messages of servers and emitters, and does not affect the number of servers that they count.

use std::{
    io::{BufRead, BufReader, Read},
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use futures_util::StreamExt;
use serde_json::{Value, json};
use socketio_emitter::{Adapter, Emitter, Options, adapter::Classic, tap::TapEvent};
use socketio_interop::{
    BridgeProcess, Clients, RedisServer, ServerKind, SioOutput, SioTap, SocketIoCluster, TEST_TIMEOUT, run_sio,
    send_signal, sio_command,
};

use crate::run_exclusively;

/// How long a slow reader does not read.
const SLOW_READER_PAUSE: Duration = Duration::from_secs(2);

/// An emitter that is configured for the classic adapter.
fn classic_emitter(redis: &RedisServer) -> Emitter {
    Options::new().adapter(Adapter::Classic(Classic::default())).lazy(redis.url()).unwrap()
}

/// Asserts that the tap shows messages of a server and of an emitter, and that both still count two servers.
fn assert_tap_shows_messages(kind: ServerKind, adapter: &str, tap_args: &[&str]) {
    println!("{}", kind.name());
    let mut cluster = SocketIoCluster::of(kind);
    let url = cluster.redis.url();
    let mut clients = Clients::new();
    for (name, server) in ["a", "b"].iter().zip(&cluster.servers) {
        clients.connect(name, server, "/", &["r1"]);
    }
    let tap = SioTap::start(&url, &[&["--requests"], tap_args].concat());

    let args = json!([{"from": 1.5}, "é"]);
    cluster.servers[0].ask(json!({"ask": "emit", "event": "by-server", "args": args, "rooms": ["r1"]}));
    let line = tap.find("event", "by-server");
    assert_eq!((&line["do"], &line["args"], &line["rooms"]), (&json!("emit"), &args, &json!(["r1"])), "{line}");
    assert_eq!((&line["namespace"], &line["seen"]["adapter"]), (&json!("/"), &json!(adapter)), "{line}");
    assert!(line["seen"]["sender"].is_string() && line["seen"]["size"].as_u64() > Some(10), "{line}");

    let emit = ["emit", "by-emitter", "[1]", "--to", "r1", "-o", "json"];
    let run = run_sio(&url, &emit, b"");
    assert_eq!(serde_json::from_str::<Value>(&run.stdout).unwrap()["servers"], 2, "{run:?}");
    let line = tap.find("event", "by-emitter");
    assert_eq!((&line["args"], &line["rooms"]), (&json!([[1]]), &json!(["r1"])), "{line}");
    assert_eq!(line["seen"]["adapter"], adapter, "{line}");
    clients.expect("by-emitter", &["a", "b"]);

    if !matches!(kind, ServerKind::Socketioxide | ServerKind::Python) {
        let server = &mut cluster.servers[0];
        assert_eq!(server.ask(json!({"ask": "serverCount"}))["servers"], 2);
        // If the server counted the tap, it would wait 5 seconds for its answer.
        let started = Instant::now();
        let sockets = server.ask(json!({"ask": "fetchSockets"}));
        assert_eq!(sockets["sockets"].as_array().unwrap().len(), 2, "{sockets}");
        assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
        assert_eq!(tap.find("do", "question")["about"], "fetch");
        assert_eq!(tap.find("do", "answer")["about"], "fetch");
    }
    assert_eq!(tap.interrupt(), Some(0));
}

#[test]
fn tap_shows_messages_and_is_not_counted_as_a_server() {
    let _guard = run_exclusively();
    for (kind, adapter) in [
        (ServerKind::Classic, "classic"),
        (ServerKind::Streams, "streams"),
        (ServerKind::Socketioxide, "socketioxide"),
        (ServerKind::Python, "python"),
    ] {
        assert_tap_shows_messages(kind, adapter, &[]);
    }
    assert_tap_shows_messages(ServerKind::ShardedDynamic, "sharded", &["--monitor"]);
}

#[test]
fn tap_shows_malformed_messages_with_their_bytes() {
    let redis = RedisServer::start();
    let tap = SioTap::start(&redis.url(), &[]);
    redis.command(&[b"PUBLISH", b"socket.io#/#", b"\x93\xa1x\xc1"]);
    redis.command(&[b"PUBLISH", b"socketio", b"5"]);
    redis.command(&[b"XADD", b"socket.io-3", b"*", b"nsp", b"/", b"type", b"x"]);
    for (adapter, channel, bytes) in [
        ("classic", "socket.io#/#", "k6F4wQ=="),
        ("python", "socketio", "NQ=="),
        ("streams", "socket.io-3", "bnNwPS8KdHlwZT14Cg=="),
    ] {
        let line = tap.receive();
        assert_eq!((&line["do"], &line["bytes"]), (&json!("malformed"), &json!({"$binary": bytes})), "{line}");
        assert_eq!((&line["seen"]["adapter"], &line["seen"]["channel"]), (&json!(adapter), &json!(channel)));
        assert!(!line["reason"].as_str().unwrap().is_empty(), "{line}");
    }
    let run = run_sio(&redis.url(), &["emit", "after", "--adapter", "classic", "-q"], b"");
    assert_eq!(run.code, Some(0));
    assert_eq!(tap.receive()["event"], "after");
}

#[test]
fn tap_output_of_one_cluster_is_pipe_input_for_another() {
    let (from, to) = (RedisServer::start(), SocketIoCluster::of(ServerKind::Classic));
    let mut clients = Clients::new();
    for (name, server) in ["a", "b"].iter().zip(&to.servers) {
        clients.connect(name, server, "/", &["lobby"]);
    }
    let mut tap = sio_command(&from.url())
        .args(["tap", "--count", "3", "-o", "json", "-v"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = BufReader::new(tap.stderr.take().unwrap()).lines();
    assert!(stderr.by_ref().map_while(Result::ok).any(|line| line.starts_with("listening")));
    let mut pipe = sio_command(&to.redis.url());
    let pipe =
        pipe.args(["pipe", "-o", "json"]).stdin(tap.stdout.take().unwrap()).stdout(Stdio::piped()).spawn().unwrap();
    let chat =
        ["emit", "chat", "hi", "--binary", "Cargo.toml", "--to", "lobby", "--adapter", "classic", "--socket-io", "4"];
    let run = run_sio(&from.url(), &chat, b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    from.command(&[b"PUBLISH", b"socket.io#/#", b"garbage"]);
    run_sio(&from.url(), &["emit", "end", "--adapter", "classic"], b"");
    let received = clients.until("end", &["a", "b"]);
    assert_eq!(received.len(), 2, "{received:?}");
    for event in &received {
        assert!(event.event == "chat" && event.args[0] == "hi" && event.args[1]["$binary"].is_string(), "{event:?}");
    }
    let run = SioOutput::from(pipe.wait_with_output().unwrap());
    let summary: Value = serde_json::from_str(&run.stdout).unwrap();
    assert_eq!(
        (&summary["sent"], &summary["skipped"], &summary["bad"]),
        (&json!(2), &json!(1), &json!(0)),
        "{summary}"
    );
    assert_eq!((run.code, tap.wait().unwrap().code()), (Some(0), Some(0)));
}

#[test]
fn pipe_refuses_tap_output_of_the_same_channels() {
    let (redis, other) = (RedisServer::start(), RedisServer::start());
    let recorded = |args: &[&str]| {
        let tap = SioTap::start(&redis.url(), args);
        classic_emitter(&redis).emit("e", &1).wait().unwrap();
        format!("{}\n", tap.receive())
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
        let run = run_sio(&url, &[&["pipe"], args].concat(), line.as_bytes());
        assert_eq!(run.code, Some(code), "{args:?} {line}: {run:?}");
        assert_eq!(run.stderr.contains(".seen"), code == 2, "the refusal names the key of the origin: {run:?}");
    }
    let before = redis.published();
    let run = run_sio(&redis.url(), &["pipe", "--adapter", "classic"], any.repeat(100).as_bytes());
    assert_eq!((run.code, redis.published()), (Some(2), before), "{run:?}");
}

#[test]
fn tap_reports_an_outage_and_continues_after_it() {
    let mut redis = RedisServer::start();
    let tap = SioTap::start(&redis.url(), &[]);
    redis.kill();
    assert_eq!(tap.receive()["do"], "away");
    redis.restart();
    assert_eq!(tap.receive()["do"], "back");
    classic_emitter(&redis).emit("again", &1).wait().unwrap();
    assert_eq!(tap.receive()["event"], "again");
}

#[test]
fn tap_counts_the_messages_that_a_slow_reader_misses() {
    const MESSAGES: u64 = 60_000;
    let redis = RedisServer::start();
    let io = classic_emitter(&redis);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut tap = io.tap().await.unwrap();
        io.send_all((0..MESSAGES).map(|n| io.emit("n", &n))).await.unwrap();
        // The tap must have received the last message before it is read, so that messages are dropped.
        tokio::time::sleep(SLOW_READER_PAUSE).await;
        let (mut shown, mut dropped) = (0, 0);
        while shown + dropped < MESSAGES {
            match tap.next().await.expect("a tap does not end") {
                TapEvent::Message(event) => {
                    assert!(event.decoded.is_ok());
                    shown += 1;
                }
                TapEvent::Dropped { messages, .. } => dropped += messages,
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(shown + dropped, MESSAGES);
        assert!(dropped > 0 && shown > 1000, "{shown} shown, {dropped} dropped");
    });
}

#[test]
fn bridge_tap_streams_ndjson_and_server_sent_events() {
    let redis = RedisServer::start();
    let emit = |event: &str| classic_emitter(&redis).to("r1").emit(event, &1).wait().unwrap();
    let bridge = BridgeProcess::start(&redis.url());
    let client = reqwest::blocking::Client::builder().timeout(TEST_TIMEOUT).build().unwrap();
    let get = |bridge: &BridgeProcess, path: &str, accept: &str| {
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

    // The response ends when the bridge is terminated.
    let mut endless = get(&bridge, "/v1/tap", "text/event-stream");
    let terminated = Instant::now();
    send_signal(bridge.pid(), "TERM");
    endless.read_to_string(&mut String::new()).unwrap();
    assert!(terminated.elapsed() < Duration::from_secs(4), "{:?}", terminated.elapsed());

    let narrow = BridgeProcess::start_with(&redis.url(), &["--allow-event", "b*"], &[]);
    let lines = get(&narrow, "/v1/tap?count=1", "application/x-ndjson");
    redis.command(&[b"PUBLISH", b"socket.io#/#", b"garbage"]);
    ["secret", "b3"].into_iter().for_each(|event| drop(emit(event)));
    let text = lines.text().unwrap();
    assert!(text.contains("\"b3\"") && !text.contains("secret") && text.lines().count() == 1, "{text}");
}

#[test]
fn tap_exits_0_when_its_output_is_closed() {
    let redis = RedisServer::start();
    let mut tap =
        sio_command(&redis.url()).args(["tap", "-v"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(tap.stderr.take().unwrap()).lines();
    assert!(stderr.by_ref().map_while(Result::ok).any(|line| line.starts_with("listening")));
    drop(tap.stdout.take());
    let io = classic_emitter(&redis);
    let started = Instant::now();
    while tap.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < TEST_TIMEOUT, "the tap does not exit");
        io.emit("e", &"\u{1b}[31m").wait().unwrap();
        thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(tap.wait().unwrap().code(), Some(0));
}
