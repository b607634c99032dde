//! `sio emit … --every` keeps its beat over a Redis restart.

#![allow(clippy::unwrap_used)]

use std::{
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use serde_json::Value;
use socketio_interop::{Clients, Cluster, Sio, sio};

const BEAT: Duration = Duration::from_millis(200);

/// `{"sent":12,"missed":1,…}`, the last line of `-o json`.
fn summary(run: &Sio) -> Value {
    let last = run.stdout.lines().last().unwrap_or_else(|| panic!("{run:?}"));
    serde_json::from_str(last).unwrap()
}

fn interrupt(pid: u32) {
    assert!(Command::new("kill").args(["-INT", &pid.to_string()]).status().unwrap().success());
}

#[test]
fn the_beat_goes_on_over_a_redis_restart_and_ends_cleanly() {
    let mut cluster = Cluster::start();
    let mut clients = Clients::new();
    for (name, server) in ["a", "b"].iter().zip(&cluster.servers) {
        clients.connect(name, server, "/", &[]);
    }
    let words = ["emit", "time", "-T", "{{ count }}", "{{ now }}", "--every", "200ms", "-o", "json"];
    // The first call builds it, which is no part of the beat.
    let mut command = sio(&cluster.redis.url());
    let started = Instant::now();
    let child = command.args(words).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    thread::sleep(Duration::from_secs(2));
    cluster.redis.kill();
    thread::sleep(Duration::from_millis(1500));
    cluster.redis.revive();
    let down = started.elapsed();
    cluster.servers.iter_mut().for_each(|server| server.await_resubscription());
    thread::sleep(Duration::from_secs(2));
    interrupt(child.id());
    let run = Sio::from(child.wait_with_output().unwrap());
    let lasted = started.elapsed();

    assert_eq!(run.code, Some(0), "{run:?}");
    let summary = summary(&run);
    let number = |key: &str| summary[key].as_u64().unwrap_or_else(|| panic!("{summary}"));
    let due = lasted.as_millis() / BEAT.as_millis() + 1;
    let accounted = u128::from(number("sent") + number("missed") + number("unknown"));
    println!("{lasted:?}, redis away for 1.5 s (back after {down:?}): {due} beats due; {summary}");
    // On a busy machine it may take its time to start.
    assert!(accounted <= due && accounted + 10 >= due, "{due} due, {summary}");
    assert!(number("missed") >= 3 && number("sent") >= 15, "{summary}");

    // What it says was sent to servers was seen by both, except for what the servers missed themselves.
    Sio::run(&cluster.redis.url(), &["emit", "end"], b"");
    let seen = clients.until("end", &["a", "b"]);
    let receipts: Vec<Value> = run.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let heard = receipts.iter().filter(|receipt| receipt["servers"] == 2).count();
    for client in ["a", "b"] {
        let counts: Vec<u64> =
            seen.iter().filter(|event| event.client == client).map(|event| event.args[0].as_u64().unwrap()).collect();
        assert!(counts.windows(2).all(|pair| pair[0] < pair[1]), "{counts:?}");
        assert!(counts.len() >= heard, "{client} saw {}, {heard} were sent to both servers", counts.len());
    }
}

#[test]
fn there_is_no_drift() {
    let cluster = Cluster::start();
    let words = ["emit", "time", "-T", "{{ unix_ms }}", "--every", "100ms", "--count", "30", "-o", "json"];
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &[]);
    let run = Sio::run(&cluster.redis.url(), &words, b"");
    assert_eq!(run.code, Some(0), "{run:?}");
    Sio::run(&cluster.redis.url(), &["emit", "end"], b"");
    let times: Vec<u64> = clients.until("end", &["a"]).iter().map(|seen| seen.args[0].as_u64().unwrap()).collect();
    let missed = summary(&run)["missed"].as_u64().unwrap();
    assert_eq!(times.len() as u64 + missed, 30, "{run:?}");
    // Each beat is at its own time after the first, however late another one was.
    let on_time = times.iter().filter(|time| (*time - times[0]) % 100 < 50).count();
    assert!(on_time * 2 > times.len(), "{times:?}");
}
