//! `sio bench` on a running cluster: its report agrees with Redis, and servers and clients are affected only on request.

use std::{process::Stdio, thread, time::Duration};

use serde_json::{Value, json};
use socketio_interop::{
    Clients, RedisCluster, RedisServer, ServerKind, SioOutput, SioTap, SocketIoCluster, on_each_kind, run_sio,
    sio_command, wait_for,
};

use crate::run_exclusively;

/// How long Redis is frozen while the latency is measured.
const FREEZE: Duration = Duration::from_millis(1500);

/// Runs `sio bench` and returns the exit code, the JSON report and stderr.
fn bench(url: &str, args: &[&str]) -> (Option<i32>, Value, String) {
    read(run_sio(url, &[&["bench", "-o", "json"], args].concat(), b""))
}

fn read(run: SioOutput) -> (Option<i32>, Value, String) {
    let report = serde_json::from_str(&run.stdout).unwrap_or(Value::Null);
    (run.code, report, run.stderr)
}

fn count(measurement: &Value, key: &str) -> u64 {
    measurement[key].as_u64().unwrap_or_else(|| panic!("{measurement}"))
}

/// A cluster with a client on each server.
fn cluster_with_clients(kind: ServerKind) -> (SocketIoCluster, Clients) {
    let cluster = SocketIoCluster::of(kind);
    let mut clients = Clients::new();
    for (name, server) in ["a", "b"].iter().zip(&cluster.servers) {
        clients.connect(name, server, "/", &["r1"]);
    }
    (cluster, clients)
}

/// Lets a server emit. The streams adapter creates its stream with that.
fn create_stream(cluster: &mut SocketIoCluster, clients: &mut Clients) {
    cluster.servers[0].ask(json!({"ask": "emit", "event": "first", "args": [], "rooms": ["r1"]}));
    clients.expect("first", &["a", "b"]);
}

/// Asserts that no client has received an event so far, that an emit reaches both servers and clients, and that
/// `sio doctor` finds no problem.
fn assert_undisturbed(cluster: &SocketIoCluster, clients: &mut Clients) {
    let url = cluster.redis.url();
    let emit = run_sio(&url, &["emit", "end", "-o", "json"], b"");
    assert_eq!(serde_json::from_str::<Value>(&emit.stdout).unwrap()["servers"], 2, "{emit:?}");
    assert_eq!(clients.until("end", &["a", "b"]), []);
    let doctor = run_sio(&url, &["doctor", "--probe"], b"");
    assert_eq!(doctor.code, Some(0), "{doctor:?}");
}

#[test]
fn bench_by_default_reaches_no_server_and_no_client() {
    let (cluster, mut clients) = cluster_with_clients(ServerKind::Classic);
    let url = cluster.redis.url();
    let tap = SioTap::start(&url, &["--requests"]);
    let before = cluster.redis.published();
    let (code, report, stderr) = bench(&url, &["--count", "2000"]);
    let published = cluster.redis.published() - before;
    assert_eq!((code, &report["adapter"], &report["servers"]), (Some(0), &json!("classic"), &json!(0)), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    let sent = ["latency", "throughput"].map(|name| count(&report[name], "sent"));
    assert_eq!((sent, published), ([2000, 2000], 4000), "{report}");
    for name in ["latency", "throughput"] {
        assert_eq!((count(&report[name], "unknown"), count(&report[name], "unsent")), (0, 0), "{report}");
    }
    assert_undisturbed(&cluster, &mut clients);
    // The tap subscribes to the channels of servers. It has seen nothing before the later emit.
    let first = tap.receive();
    assert_eq!(first["event"], "end", "{first}");
    assert_eq!(cluster.redis.command(&[b"DBSIZE"]), ":0\r\n");
}

#[test]
fn bench_refuses_to_fill_a_stream() {
    let (mut cluster, mut clients) = cluster_with_clients(ServerKind::Streams);
    let url = cluster.redis.url();
    create_stream(&mut cluster, &mut clients);
    let keys = || cluster.redis.command(&[b"DBSIZE"]);
    let before = keys();
    for args in [&[][..], &["--rate", "100"], &["--servers", "--rate", "100"]] {
        let (code, report, stderr) = bench(&url, args);
        assert_eq!((code, report), (Some(2), Value::Null), "{stderr}");
        assert!(stderr.contains("\"socket.io\""), "the error names the stream: {stderr}");
    }
    // With an adapter that no server uses, the bench runs.
    let published = cluster.redis.published();
    assert_eq!(bench(&url, &["--adapter", "classic", "--count", "50"]).0, Some(0));
    assert_eq!((cluster.redis.published() - published, keys()), (100, before));
    assert_undisturbed(&cluster, &mut clients);
}

#[test]
fn bench_with_servers_reaches_every_server_and_no_client() {
    let _guard = run_exclusively();
    let kinds = [
        ServerKind::Classic,
        ServerKind::ShardedDynamic,
        ServerKind::Streams,
        ServerKind::Socketioxide,
        ServerKind::Python,
    ];
    on_each_kind(&kinds, |kind| {
        let (mut cluster, mut clients) = cluster_with_clients(kind);
        let url = cluster.redis.url();
        let monitor = if kind == ServerKind::ShardedDynamic { &["--monitor"][..] } else { &[] };
        if kind == ServerKind::Streams {
            create_stream(&mut cluster, &mut clients);
        }
        let tap = SioTap::start(&url, monitor);
        let (code, report, stderr) = bench(&url, &["--servers", "--trim", "--rate", "100", "--count", "60"]);
        assert_eq!((code, &report["servers"]), (Some(0), &json!(2)), "{stderr}");
        assert_eq!((count(&report["latency"], "sent"), &report["throughput"]), (60, &Value::Null), "{report}");
        assert_undisturbed(&cluster, &mut clients);
        let mut events = 0;
        loop {
            let line = tap.receive();
            match line["event"].as_str() {
                Some("sio:bench") => events += 1,
                Some("end") => break,
                None if line["do"] == "hearing" => continue,
                _ => panic!("{line}"),
            }
            assert_eq!(
                (&line["seen"]["channel"], line["rooms"].as_array().map(Vec::len)),
                (&report["channel"], Some(2))
            );
        }
        assert_eq!(events, 60, "{}", kind.name());
        let length = cluster.redis.command(&[b"XLEN", b"socket.io"]);
        let length: u64 = length.trim().trim_start_matches(':').parse().unwrap();
        // 60 events, the one that created the stream, the last emit, and possibly requests to count the servers.
        assert!(if kind == ServerKind::Streams { length >= 62 } else { length == 0 }, "{}: {length}", kind.name());
    });
}

#[test]
fn bench_stops_when_redis_disconnects_a_slow_server() {
    let _guard = run_exclusively();
    let (mut cluster, mut clients) = cluster_with_clients(ServerKind::Classic);
    let url = cluster.redis.url();
    // Redis disconnects a subscriber that has more than 32 MB of unread messages.
    cluster.servers[1].freeze();
    let (code, report, stderr) = bench(&url, &["--servers", "--rate", "500", "--size", "100kB", "--for", "1h"]);
    cluster.servers[1].thaw();
    assert_eq!((code, &report["servers"]), (Some(1), &json!(1)), "{stderr}");

    let sent = count(&report["latency"], "sent");
    assert!(sent > 300 && sent < 2000, "{report}");
    cluster.servers[1].await_resubscription();
    wait_for("both servers to be counted", || (cluster.redis.subscribers("socket.io-request#/#") == 2).then_some(()));
    assert_undisturbed(&cluster, &mut clients);
}

#[test]
fn bench_latency_includes_the_time_that_events_wait_for_a_slow_redis() {
    let _guard = run_exclusively();
    let redis = RedisServer::start();
    let before = redis.published();
    let args = ["bench", "-o", "json", "--rate", "100", "--for", "6s"];
    let running = sio_command(&redis.url()).args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for("50 events", || (redis.published() - before >= 50).then_some(()));
    redis.freeze();
    thread::sleep(FREEZE);
    redis.thaw();
    let (code, report, stderr) = read(running.wait_with_output().unwrap().into());
    let latency = &report["latency"];
    assert_eq!((code, count(latency, "sent") + count(latency, "missed")), (Some(0), 600), "{stderr} {report}");
    assert_eq!(redis.published() - before, count(latency, "sent"));
    // A quarter of the events were due during the freeze, at regular intervals, so a tenth waited for most of it.
    let micros = |percentile: &str| latency["microseconds"][percentile].as_f64().unwrap();
    assert!(micros("max") > 1_300_000.0 && micros("p90") > 400_000.0, "{report}");
}

#[test]
fn bench_counts_unanswered_events_as_unknown() {
    let redis = RedisServer::start();
    for (args, name) in
        [(&["latency"][..], "latency"), (&["throughput"], "throughput"), (&["--rate", "500"], "latency")]
    {
        let before = redis.published();
        let running = sio_command(&redis.url())
            .args(["bench", "-o", "json", "--for", "1h", "--timeout", "500ms"])
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        wait_for("20 events", || (redis.published() - before >= 20).then_some(()));
        redis.freeze();
        let (code, report, stderr) = read(running.wait_with_output().unwrap().into());
        redis.thaw();
        assert_eq!(code, Some(1), "{stderr}");
        assert!(stderr.contains("500ms"), "the error names the timeout: {stderr}");
        let [sent, unknown] = ["sent", "unknown"].map(|key| count(&report[name], key));
        assert!(unknown > 0, "{report}");
        let published = wait_for("Redis to read the events in flight", || {
            let published = redis.published() - before;
            (published >= sent).then_some(published)
        });
        assert!(published <= sent + unknown, "{published}: {report}");
    }
}

#[test]
fn bench_runs_on_a_redis_cluster() {
    let cluster = RedisCluster::start();
    let published = || cluster.nodes.iter().take(3).map(RedisServer::published).sum::<u64>();
    let before = published();
    let (code, report, stderr) = bench(&cluster.url(), &["--count", "500"]);
    let sent = ["latency", "throughput"].map(|name| count(&report[name], "sent"));
    assert_eq!((code, sent, published() - before), (Some(0), [500, 500], 1000), "{stderr}");
    let (code, report, stderr) = bench(&cluster.url(), &["--count", "500", "--adapter", "sharded"]);
    let sent = ["latency", "throughput"].map(|name| count(&report[name], "sent"));
    assert_eq!((code, sent, published() - before), (Some(0), [500, 500], 1000), "{stderr}");
}
