//! A tap under load: the events that it shows, those that it drops, and its memory.
//!
//! Run with `cargo bench -p socketio-interop --features real --bench tap -- [EVENTS_PER_SECOND [SECONDS]]`.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
    thread,
};

use serde_json::Value;
use socketio_interop::{RedisServer, run_sio, sio_command};

/// About the length of a chat message.
const TEXT: &str = "hello hello hello hello";

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let (rate, seconds) = (numbers.next().unwrap_or(20_000), numbers.next().unwrap_or(10));
    let events = rate * seconds;
    let redis = RedisServer::start();
    let line =
        |n| format!("{{\"event\":\"chat\",\"args\":[{{\"id\":{n},\"text\":\"{TEXT}\"}}],\"rooms\":[\"lobby\"]}}\n");
    let lines: String = (0..events).map(line).collect();

    let mut tap = sio_command(&redis.url());
    tap.args(["tap", "-o", "json", "-v", "--adapter", "classic"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tap = tap.spawn().expect("sio starts");
    let mut stderr = BufReader::new(tap.stderr.take().expect("stderr is piped")).lines();
    assert!(stderr.by_ref().map_while(Result::ok).any(|line| line.starts_with("listening")), "sio tap exited");
    thread::spawn(move || stderr.for_each(drop));
    let stdout = BufReader::new(tap.stdout.take().expect("stdout is piped"));
    let reader = thread::spawn(move || {
        let (mut shown, mut dropped) = (0, 0);
        for line in stdout.lines().map_while(Result::ok) {
            match line.starts_with("{\"do\":\"dropped\"") {
                false => shown += 1,
                true => {
                    dropped +=
                        serde_json::from_str::<Value>(&line).map_or(0, |line| line["messages"].as_u64().unwrap_or(0))
                }
            }
            if shown + dropped == events {
                break;
            }
        }
        (shown, dropped)
    });

    let rate = rate.to_string();
    let pipe =
        run_sio(&redis.url(), &["pipe", "--adapter", "classic", "--rate", &rate, "-o", "json", "-q"], lines.as_bytes());
    let summary: Value = serde_json::from_str(&pipe.stdout).expect("a summary");
    let (shown, dropped) = reader.join().expect("the reader does not panic");
    let status = fs::read_to_string(format!("/proc/{}/status", tap.id())).unwrap_or_default();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("unknown", str::trim);
    println!("{} events sent in {} s at up to {rate} per second", summary["sent"], summary["seconds"]);
    println!("{shown} shown, {dropped} reported as dropped, {memory} peak memory");
    let _ = tap.kill();
    let _ = tap.wait();
}
