//! A tap under load: what it shows, what it drops and says so, and the memory it takes.
//!
//! Run with `cargo bench -p socketio-interop --features real --bench tap -- [EVENTS A SECOND [SECONDS]]`.

use std::{
    fs,
    io::{BufRead, BufReader},
    process::Stdio,
    thread,
};

use serde_json::Value;
use socketio_interop::{RedisServer, Sio, sio};

/// So many bytes are about what a chat message takes.
const TEXT: &str = "hello hello hello hello";

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let (rate, seconds) = (numbers.next().unwrap_or(20_000), numbers.next().unwrap_or(10));
    let events = rate * seconds;
    let redis = RedisServer::start();
    let line =
        |n| format!("{{\"event\":\"chat\",\"args\":[{{\"id\":{n},\"text\":\"{TEXT}\"}}],\"rooms\":[\"lobby\"]}}\n");
    let lines: String = (0..events).map(line).collect();

    let mut tap = sio(&redis.url());
    tap.args(["tap", "-o", "json", "-v", "--adapter", "classic"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut tap = tap.spawn().expect("sio starts");
    let mut words = BufReader::new(tap.stderr.take().expect("stderr is piped")).lines();
    assert!(words.by_ref().map_while(Result::ok).any(|line| line.starts_with("listening")), "the tap listens");
    thread::spawn(move || words.for_each(drop));
    let stdout = BufReader::new(tap.stdout.take().expect("stdout is piped"));
    let reading = thread::spawn(move || {
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
    let pipe = Sio::run(
        &redis.url(),
        &["pipe", "--adapter", "classic", "--rate", &rate, "-o", "json", "-q"],
        lines.as_bytes(),
    );
    let summary: Value = serde_json::from_str(&pipe.stdout).expect("a summary");
    let (shown, dropped) = reading.join().expect("the tap is read");
    let status = fs::read_to_string(format!("/proc/{}/status", tap.id())).unwrap_or_default();
    let memory = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).map_or("unknown", str::trim);
    println!("{} events sent in {} s at up to {rate} a second", summary["sent"], summary["seconds"]);
    println!("{shown} shown, {dropped} dropped and said to be, {memory} of memory at most");
    let _ = tap.kill();
    let _ = tap.wait();
}
