//! `sio emit … --every` keeps its interval through a Redis restart.

use std::{
    process::Stdio,
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use socketio_interop::{Clients, SioOutput, SocketIoCluster, run_sio, send_signal, sio_command, wait_for};

use crate::run_exclusively;

const INTERVAL: Duration = Duration::from_millis(200);

/// How long Redis is down.
const OUTAGE: Duration = Duration::from_millis(1500);

/// `{"sent":12,"missed":1,…}`, the last line of `-o json`.
fn summary(run: &SioOutput) -> Value {
    let last = run.stdout.lines().last().unwrap_or_else(|| panic!("{run:?}"));
    serde_json::from_str(last).unwrap()
}

#[test]
fn emit_every_continues_after_a_redis_restart_and_accounts_for_each_event() {
    let _guard = run_exclusively();
    let mut cluster = SocketIoCluster::start();
    let mut clients = Clients::new();
    for (name, server) in ["a", "b"].iter().zip(&cluster.servers) {
        clients.connect(name, server, "/", &[]);
    }
    let args = ["emit", "time", "-T", "{{ count }}", "{{ now }}", "--every", "200ms", "-o", "json"];
    // Building the command may compile sio, which must not count.
    let mut command = sio_command(&cluster.redis.url());
    let started = Instant::now();
    let child = command.args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    wait_for("ten events", || (cluster.redis.published() >= 10).then_some(()));
    cluster.redis.kill();
    thread::sleep(OUTAGE);
    cluster.redis.restart();
    cluster.servers.iter_mut().for_each(|server| server.await_resubscription());
    wait_for("ten more events", || (cluster.redis.published() >= 10).then_some(()));
    send_signal(child.id(), "INT");
    let run = SioOutput::from(child.wait_with_output().unwrap());
    let elapsed = started.elapsed();

    assert_eq!(run.code, Some(0), "{run:?}");
    let summary = summary(&run);
    let number = |key: &str| summary[key].as_u64().unwrap_or_else(|| panic!("{summary}"));
    let due = elapsed.as_millis() / INTERVAL.as_millis() + 1;
    let accounted = u128::from(number("sent") + number("missed") + number("unknown"));
    println!("{elapsed:?}, with Redis down for {OUTAGE:?}: {due} events due; {summary}");
    // On a busy machine the process may start late.
    assert!(accounted <= due && accounted + 10 >= due, "{due} due, {summary}");
    assert!(number("missed") >= 3 && number("sent") >= 15, "{summary}");

    // Both clients receive each event whose receipt counts both servers.
    run_sio(&cluster.redis.url(), &["emit", "end"], b"");
    let received = clients.until("end", &["a", "b"]);
    let receipts: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let counted = receipts.iter().filter(|receipt| receipt["servers"] == 2).count();
    for client in ["a", "b"] {
        let numbers: Vec<u64> = received
            .iter()
            .filter(|event| event.client == client)
            .map(|event| event.args[0].as_u64().unwrap())
            .collect();
        assert!(numbers.windows(2).all(|pair| pair[0] < pair[1]), "{numbers:?}");
        let count = numbers.len();
        assert!(count >= counted, "{client} received {count} events, {counted} were sent to both servers");
    }
}

#[test]
fn emit_every_does_not_drift() {
    let _guard = run_exclusively();
    let cluster = SocketIoCluster::start();
    let args = ["emit", "time", "-T", "{{ unix_ms }}", "--every", "100ms", "--count", "30", "-o", "json"];
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &[]);
    let run = run_sio(&cluster.redis.url(), &args, b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    run_sio(&cluster.redis.url(), &["emit", "end"], b"");
    let times: Vec<u64> = clients.until("end", &["a"]).iter().map(|event| event.args[0].as_u64().unwrap()).collect();
    let missed = summary(&run)["missed"].as_u64().unwrap();
    assert_eq!(times.len() as u64 + missed, 30, "{run:?}");
    // A late event does not delay the later ones: most events are less than 25 ms from a multiple of the interval.
    let on_time = times.iter().filter(|time| ((*time - times[0] + 50) % 100).abs_diff(50) < 25).count();
    assert!(on_time * 2 > times.len(), "{times:?}");
}
