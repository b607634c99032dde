//! `sio bench` beside a running cluster: what it says is what Redis counted, and the cluster does not notice, or only
//! what it was said to.

#![allow(clippy::unwrap_used)]

use std::{
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use socketio_interop::{Clients, Cluster, Kind, RedisCluster, RedisServer, Sio, Tap, on_each, sio, wait_for};

/// The exit code, the sheet and the words of a measurement.
fn bench(url: &str, args: &[&str]) -> (Option<i32>, Value, String) {
    read(Sio::run(url, &[&["bench", "-o", "json"], args].concat(), b""))
}

fn read(run: Sio) -> (Option<i32>, Value, String) {
    let sheet = serde_json::from_str(&run.stdout).unwrap_or(Value::Null);
    (run.code, sheet, run.stderr)
}

fn count(measured: &Value, fate: &str) -> u64 {
    measured[fate].as_u64().unwrap_or_else(|| panic!("{measured}"))
}

/// A cluster with a client on each server.
fn cluster(kind: Kind) -> (Cluster, Clients) {
    let cluster = Cluster::of(kind);
    let mut clients = Clients::new();
    for (name, server) in ["a", "b"].iter().zip(&cluster.servers) {
        clients.connect(name, server, "/", &["r1"]);
    }
    (cluster, clients)
}

/// Has a server emit: there is a stream from then on.
fn first(cluster: &mut Cluster, clients: &mut Clients) {
    cluster.servers[0].ask(json!({"ask": "emit", "event": "first", "args": [], "rooms": ["r1"]}));
    clients.expect("first", &["a", "b"]);
}

/// Asserts that servers and clients are as they should be, and that no client received anything so far.
fn well(cluster: &Cluster, clients: &mut Clients) {
    let url = cluster.redis.url();
    let emit = Sio::run(&url, &["emit", "end", "-o", "json"], b"");
    assert_eq!(serde_json::from_str::<Value>(&emit.stdout).unwrap()["servers"], 2, "{emit:?}");
    assert_eq!(clients.until("end", &["a", "b"]), []);
    let doctor = Sio::run(&url, &["doctor", "--probe"], b"");
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
}

#[test]
fn by_default_no_server_and_no_client_hears_of_it() {
    let (cluster, mut clients) = cluster(Kind::Classic);
    let url = cluster.redis.url();
    let tap = Tap::start(&url, &["--requests"]);
    let before = cluster.redis.published();
    let (code, sheet, words) = bench(&url, &["--count", "2000"]);
    let published = cluster.redis.published() - before;
    assert_eq!((code, &sheet["adapter"], &sheet["servers"]), (Some(0), &json!("classic"), &json!(0)), "{words}");
    assert!(words.ends_with(": no server reads these\n"), "{words}");
    let sent = ["latency", "throughput"].map(|name| count(&sheet[name], "sent"));
    assert_eq!((sent, published), ([2000, 2000], 4000), "{sheet}");
    for name in ["latency", "throughput"] {
        assert_eq!((count(&sheet[name], "unknown"), count(&sheet[name], "unsent")), (0, 0), "{sheet}");
    }
    well(&cluster, &mut clients);
    // The tap listens where servers do. The first that it heard is what was sent afterwards.
    let first = tap.hear();
    assert_eq!(first["event"], "end", "{first}");
    // Nothing stays.
    assert_eq!(cluster.redis.command(&[b"DBSIZE"]), ":0\r\n");
}

#[test]
fn a_stream_is_left_alone() {
    let (mut cluster, mut clients) = cluster(Kind::Streams);
    let url = cluster.redis.url();
    first(&mut cluster, &mut clients);
    let keys = || cluster.redis.command(&[b"DBSIZE"]);
    let before = keys();
    for args in [&[][..], &["--rate", "100"], &["--servers", "--rate", "100"]] {
        let (code, sheet, words) = bench(&url, args);
        assert_eq!((code, sheet), (Some(2), Value::Null), "{words}");
        assert!(words.contains("in a stream, \"socket.io\", "), "{words}");
    }
    // What nobody hears can be measured there, too.
    let published = cluster.redis.published();
    assert_eq!(bench(&url, &["--adapter", "classic", "--count", "50"]).0, Some(0));
    assert_eq!((cluster.redis.published() - published, keys()), (100, before));
    well(&cluster, &mut clients);
}

#[test]
fn with_servers_each_reads_every_event_and_no_client_receives_one() {
    let kinds = [Kind::Classic, Kind::ShardedDynamic, Kind::Streams, Kind::Socketioxide, Kind::Python];
    on_each(&kinds, |kind| {
        let (mut cluster, mut clients) = cluster(kind);
        let url = cluster.redis.url();
        let monitor = if kind == Kind::ShardedDynamic { &["--monitor"][..] } else { &[] };
        if kind == Kind::Streams {
            first(&mut cluster, &mut clients);
        }
        let tap = Tap::start(&url, monitor);
        let (code, sheet, words) = bench(&url, &["--servers", "--trim", "--rate", "100", "--count", "60"]);
        assert_eq!((code, &sheet["servers"]), (Some(0), &json!(2)), "{words}");
        assert_eq!((count(&sheet["latency"], "sent"), &sheet["throughput"]), (60, &Value::Null), "{sheet}");
        assert!(words.contains("read by: 2 servers\n"), "{words}");
        well(&cluster, &mut clients);
        let mut heard = 0;
        loop {
            let line = tap.hear();
            match line["event"].as_str() {
                Some("sio:bench") => heard += 1,
                Some("end") => break,
                None if line["do"] == "hearing" => continue,
                _ => panic!("{line}"),
            }
            assert_eq!(
                (&line["seen"]["channel"], line["rooms"].as_array().map(Vec::len)),
                (&sheet["channel"], Some(2))
            );
        }
        assert_eq!(heard, 60, "{}", kind.name());
        let kept = cluster.redis.command(&[b"XLEN", b"socket.io"]);
        // Those, the first and the last, and where servers were asked whether they read it.
        let kept: u64 = kept.trim().trim_start_matches(':').parse().unwrap();
        assert!(if kind == Kind::Streams { kept >= 62 } else { kept == 0 }, "{}: {kept}", kind.name());
    });
}

#[test]
fn a_server_that_does_not_keep_up_is_loaded_no_further() {
    let (mut cluster, mut clients) = cluster(Kind::Classic);
    let url = cluster.redis.url();
    let pid = cluster.servers[1].tool().pid().to_string();
    let signal = |name: &str| assert!(Command::new("kill").args([name, pid.as_str()]).status().unwrap().success());
    // Redis keeps 32 MB for one that does not read, and then cuts it off.
    signal("-STOP");
    let (code, sheet, words) = bench(&url, &["--servers", "--rate", "500", "--size", "100kB", "--for", "1h"]);
    signal("-CONT");
    assert_eq!((code, &sheet["servers"]), (Some(1), &json!(1)), "{words}");
    assert!(words.contains("2 servers at first, and then 1: ended early"), "{words}");
    let sent = count(&sheet["latency"], "sent");
    assert!(sent > 300 && sent < 2000, "{sheet}");
    cluster.servers[1].await_resubscription();
    wait_for("both servers to be counted", || (cluster.redis.subscribers("socket.io-request#/#") == 2).then_some(()));
    well(&cluster, &mut clients);
}

#[test]
fn who_had_to_wait_for_a_slow_one_counts_as_slow() {
    let redis = RedisServer::start();
    let before = redis.published();
    let args = ["bench", "-o", "json", "--rate", "100", "--for", "6s"];
    let running = sio(&redis.url()).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for("some events", || (redis.published() - before >= 50).then_some(()));
    redis.freeze();
    thread::sleep(Duration::from_millis(1500));
    redis.thaw();
    let (code, sheet, words) = read(running.wait_with_output().unwrap().into());
    let latency = &sheet["latency"];
    assert_eq!((code, count(latency, "sent") + count(latency, "missed")), (Some(0), 600), "{words} {sheet}");
    assert_eq!(redis.published() - before, count(latency, "sent"));
    // A quarter was due while Redis did not answer, evenly: of a tenth of all, each had to wait for most of that.
    let micros = |step: &str| latency["microseconds"][step].as_f64().unwrap();
    assert!(micros("max") > 1_300_000.0 && micros("p90") > 400_000.0, "{sheet}");
}

#[test]
fn what_redis_did_not_answer_is_unknown() {
    let redis = RedisServer::start();
    for (args, name) in
        [(&["latency"][..], "latency"), (&["throughput"], "throughput"), (&["--rate", "500"], "latency")]
    {
        let before = redis.published();
        let running = sio(&redis.url())
            .args(["bench", "-o", "json", "--for", "1h", "--timeout", "500ms"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for("some events", || (redis.published() - before >= 20).then_some(()));
        redis.freeze();
        let (code, sheet, words) = read(running.wait_with_output().unwrap().into());
        redis.thaw();
        assert_eq!(code, Some(1), "{words}");
        assert!(words.contains("Redis did not answer within 500ms"), "{words}");
        let [sent, unknown] = ["sent", "unknown"].map(|fate| count(&sheet[name], fate));
        assert!(unknown > 0, "{sheet}");
        let published = wait_for("Redis to read what was on its way", || {
            let published = redis.published() - before;
            (published >= sent).then_some(published)
        });
        assert!(published <= sent + unknown, "{published}: {sheet}");
    }
}

#[test]
fn a_redis_cluster_takes_them_too() {
    let cluster = RedisCluster::start();
    let published = || cluster.nodes.iter().take(3).map(RedisServer::published).sum::<u64>();
    let before = published();
    let (code, sheet, words) = bench(&cluster.url(), &["--count", "500"]);
    let sent = ["latency", "throughput"].map(|name| count(&sheet[name], "sent"));
    assert_eq!((code, sent, published() - before), (Some(0), [500, 500], 1000), "{words}");
    let (code, sheet, words) = bench(&cluster.url(), &["--count", "500", "--adapter", "sharded"]);
    let sent = ["latency", "throughput"].map(|name| count(&sheet[name], "sent"));
    assert_eq!((code, sent, published() - before), (Some(0), [500, 500], 1000), "{words}");
}
