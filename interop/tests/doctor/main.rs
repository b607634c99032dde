//! `sio doctor` finds each cause, on a cluster that is broken in just that way, and none where nothing is wrong.

#![allow(clippy::unwrap_used)]

mod healthy;
mod nobody;
mod redis;
mod room;
mod said;
mod servers;

use std::thread;

use serde_json::json;
use socketio_interop::{ClientCertificate, Cluster, Kind, RedisCluster, RedisServer, RedisTls, Server, Sio, Table};

use self::said::{Case, doctor};

#[test]
fn each_cause_is_found() {
    let causes = [&nobody::CASES[..], &servers::CASES, &room::CASES, &redis::CASES].concat();
    let rows = causes.iter().chain(&healthy::CASES).map(|case| case.broken);
    let mut table = Table::new("doctor", "broken how", rows, ["code", "it says", "what to do"]);
    for Case { broken, code, said } in causes {
        let said = said();
        let finding = said.finding(code);
        assert_eq!(finding["severity"], "trouble", "{broken}: {finding}");
        assert_eq!(said.code, Some(5), "{broken}: {:#}", said.diagnosis);
        table.set(broken, "code", format!("`{code}`"));
        for (column, key) in [("it says", "what"), ("what to do", "todo")] {
            table.set(broken, column, words(finding[key].as_str().unwrap()));
        }
    }
    for Case { broken, code, said } in healthy::CASES {
        let said = said();
        assert_eq!(said.code, Some(0), "{broken}: {:#}", said.diagnosis);
        let codes: Vec<_> = said.findings().iter().map(|finding| finding["code"].as_str().unwrap()).collect();
        let expected: &[&str] = if code.is_empty() { &[] } else { &[code] };
        assert_eq!(codes, expected, "{broken}: {:#}", said.diagnosis);
        let note = |key| said.findings().first().map(|note| words(note[key].as_str().unwrap()));
        table.set(broken, "code", if code.is_empty() { "healthy".to_owned() } else { format!("healthy, `{code}`") });
        table.set(broken, "it says", note("what").unwrap_or_else(|| "nothing wrong was found".to_owned()));
        table.set(broken, "what to do", note("todo").unwrap_or_default());
    }
    table.finish();
}

/// As a cell of a table, without a port that is another every time.
fn words(text: &str) -> String {
    let mut parts = text.split("127.0.0.1:");
    let start = parts.next().unwrap_or_default().to_owned();
    let rest = parts.map(|part| format!("HOST:PORT{}", part.trim_start_matches(|c: char| c.is_ascii_digit())));
    (start + &rest.collect::<String>()).replace('|', "\\|")
}

/// No cause is found where there is none, whatever the servers run.
#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    for kind in [
        Kind::Classic,
        Kind::ClassicSpecific,
        Kind::ShardedDynamic,
        Kind::Streams,
        Kind::StreamsSharded,
        Kind::StreamsOld,
        Kind::Socketioxide,
    ] {
        let cluster = Cluster::of(kind);
        let said = doctor(&cluster.redis.url(), &["--probe"]);
        let name = kind.name();
        assert_eq!(said.code, Some(0), "{name}: {:#}", said.diagnosis);
        assert_eq!(said.diagnosis["findings"], json!([]), "{name}");
        let clusters = said.diagnosis["clusters"].as_array().unwrap();
        assert_eq!(clusters.len(), 1, "{name}: {:#}", said.diagnosis);
        let namespace = &clusters[0]["namespaces"][0];
        assert_eq!(namespace["name"], "/", "{name}");
        for count in ["servers", "answered", "heard"] {
            assert_eq!(namespace[count], 2, "{name}, {count}: {:#}", said.diagnosis);
        }
    }
}

/// On a Redis Cluster each node knows a part of it, and any of them leads to the others.
#[test]
fn a_redis_cluster_is_seen_as_a_whole() {
    let redis = RedisCluster::start();
    let node = format!("redis://{}", redis.addresses()[1]);
    let cluster = Cluster::on(redis, Kind::Classic);
    let options = [("ADAPTER_OPTIONS", r#"{"channelPrefix":"shards"}"#)];
    let _sharded = Server::start_as(Kind::ShardedDynamic, &cluster.redis, &options);
    for url in [cluster.redis.url(), node] {
        for (prefix, servers) in [("socket.io", 2), ("shards", 1)] {
            let said = doctor(&url, &["--probe", "--prefix", prefix]);
            assert_eq!(said.code, Some(0), "{:#}", said.diagnosis);
            assert_eq!(said.diagnosis["redis"]["mode"], "cluster");
            let clusters = said.diagnosis["clusters"].as_array().unwrap();
            let meant = clusters.iter().find(|cluster| cluster["meant"] == true).unwrap();
            for count in ["servers", "answered", "heard"] {
                assert_eq!(meant["namespaces"][0][count], servers, "{:#}", said.diagnosis);
            }
        }
    }
}

/// An emit that finds nobody says who is there instead.
#[test]
fn an_emit_points_the_way() {
    let redis = RedisServer::start();
    let _server = Server::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat"}"#)]);
    let sio = Sio::run(&redis.url(), &["emit", "e"], b"");
    assert_eq!(sio.code, Some(3));
    assert!(sio.stderr.contains("classic servers use the prefix \"chat\""), "{}", sio.stderr);
    assert!(sio.stderr.contains("sio doctor"), "{}", sio.stderr);
}

/// Why it cannot be used is said, and what to look at.
#[test]
fn a_redis_that_cannot_be_used_is_no_diagnosis() {
    let (redis, locked) = (RedisServer::start(), RedisServer::start_with_user("app", "secret"));
    let encrypted = RedisTls::start(ClientCertificate::Unasked);
    for (url, expected) in [
        (format!("redis://app:wrong@{}", locked.address()), "is it the right user and password"),
        (format!("redis://{}", locked.address()), "it wants a password: "),
        (format!("{}/99", redis.url()), "CONFIG GET databases"),
        (format!("redis-sentinel://{}/main", redis.address()), "no sentinel listens there: redis://HOST:PORT"),
        (format!("redis-cluster://{}", redis.address()), "it is no Redis Cluster: redis://HOST:PORT"),
        (encrypted.url().replace("rediss://", "redis://"), "if that port speaks TLS: rediss://"),
        (encrypted.url(), "?ca=FILE"),
        (redis.url().replace("redis://", "rediss://"), "A port without TLS says nothing to rediss://"),
        ("redis://127.0.0.1:1".to_owned(), "does Redis run there"),
        ("redis://nowhere.invalid".to_owned(), "is the host's name spelt right"),
    ] {
        let sio = Sio::run(&url, &["doctor", "--timeout", "2s"], b"");
        assert_eq!((sio.code, sio.stdout.as_str()), (Some(1), ""), "{url}: {}", sio.stderr);
        assert!(sio.stderr.contains("Redis") && sio.stderr.contains(expected), "{url}: {}", sio.stderr);
        assert!(!sio.stderr.contains("wrong@") && !sio.stderr.contains("secret"), "{}", sio.stderr);
    }
    // A question that Redis does not answer is not one to which nobody answers.
    let emit = Sio::run(&format!("redis://{}", locked.address()), &["emit", "e"], b"");
    assert_eq!(emit.code, Some(1), "{}", emit.stderr);
    assert!(emit.stderr.contains("NOAUTH"), "{}", emit.stderr);
}

#[test]
fn a_busy_redis_is_no_empty_one() {
    let redis = RedisServer::start();
    let _server = Server::start(&redis, &[]);
    assert_eq!(doctor(&redis.url(), &[]).code, Some(0));
    redis.command(&[b"CONFIG", b"SET", b"busy-reply-threshold", b"1"]);
    thread::scope(|scope| {
        let script = scope.spawn(|| redis.command(&[b"EVAL", b"while true do end", b"0"]));
        socketio_interop::wait_for("the script to run", || {
            redis.command(&[b"PING"]).starts_with("-BUSY").then_some(())
        });
        let sio = Sio::run(&redis.url(), &["doctor"], b"");
        redis.command(&[b"SCRIPT", b"KILL"]);
        script.join().unwrap();
        assert_eq!((sio.code, sio.stdout.as_str()), (Some(1), ""), "{}", sio.stderr);
        assert!(sio.stderr.contains("redis-cli SCRIPT KILL"), "{}", sio.stderr);
    });
}

/// People read it: what is there, then what is wrong, and nothing that steers a terminal.
#[test]
fn it_reads_well() {
    let redis = RedisServer::start();
    let _servers = [0, 1].map(|_| Server::start(&redis, &[("ADAPTER_OPTIONS", r#"{"key":"chat\u001b"}"#)]));
    let sio = Sio::run(&redis.url(), &["doctor"], b"");
    let version = sio.stdout.lines().next().unwrap().split(',').next().unwrap().to_owned();
    let expected = r#"VERSION, standalone, primary

classic "chat\u{1b}"  Socket.IO 4  not reached by this emitter
  /        2 servers  2 answered
  /admin   2 servers  2 answered

✗ the servers use the prefix "chat\u{1b}", the emitter uses "socket.io"
  seen  subscribed are 2 servers of classic with the prefix "chat\u{1b}"
  do    --prefix 'chat\u{1b}'
"#;
    assert_eq!(sio.stdout, expected.replace("VERSION", &version));
    assert_eq!((sio.code, sio.stderr.as_str()), (Some(5), ""));
}

/// Where nothing is wrong, it says where to look on: at what servers tell only when asked, and at what they cannot know.
#[test]
fn health_reads_well() {
    let redis = RedisServer::start();
    let _servers = [0, 1].map(|_| Server::start(&redis, &[]));
    let sio = Sio::run(&redis.url(), &["doctor", "--probe"], b"");
    let version = sio.stdout.lines().next().unwrap().split(',').next().unwrap().to_owned();
    let expected = r#"VERSION, standalone, primary

classic "socket.io"  Socket.IO 4
  /        2 servers  2 answered  2 heard the event
  /admin   2 servers  2 answered

✓ nothing wrong was found between here and the servers
  next  sio doctor --to ROOM       is anybody in the room?
        sio sockets                who is connected to the namespace?
        socket.onAny(console.log)  in a client: by what names do events reach it?
"#;
    assert_eq!(sio.stdout, expected.replace("VERSION", &version));
    assert_eq!((sio.code, sio.stderr.as_str()), (Some(0), ""));
}
