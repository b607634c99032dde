//! Duration of the servers' own requests, alternately alone and while `sio tap` and requests of the crate run.
//!
//! Run with `cargo bench -p socketio-interop --features real --bench server_requests -- [ROUNDS [SOCKETS]]`.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use socketio_emitter::{Emitter, Options};
use socketio_interop::{BulkClients, RedisServer, ServerKind, SioTap, SocketIoCluster, SocketIoServer};

/// The number of requests of each kind before alone and beside alternate.
const TURN: usize = 10;

/// The pause between two rounds of the crate's five requests.
const PAUSE: Duration = Duration::from_millis(20);

/// The requests of a server.
const REQUESTS: [&str; 3] = ["serverCount", "fetchSockets", "emit"];

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let (rounds, sockets) = (numbers.next().unwrap_or(300), numbers.next().unwrap_or(100));
    println!(
        "{sockets} sockets on 3 servers, {rounds} requests each, in turns of {TURN}, alone and beside the crate and sio tap\n"
    );
    println!("| adapter | server's request | answers | alone: median, p99 (ms) | beside: median, p99 (ms) |");
    println!("|---|---|---|---|---|");
    for kind in [ServerKind::Classic, ServerKind::ShardedDynamic, ServerKind::Streams] {
        let mut cluster = SocketIoCluster::of(kind);
        // The tap subscribes to shard channels at the replica.
        let _replica = (kind == ServerKind::ShardedDynamic).then(|| RedisServer::start_replica_of(&cluster.redis));
        let third = SocketIoServer::start_as(kind, &cluster.redis, &[]);
        let [first, second] = &cluster.servers;
        let _crowd = BulkClients::connect(&[first, second, &third], sockets);
        let url = cluster.redis.url();
        let io = Options::new().connect(&url).wait().expect("Redis runs");
        let durations = measure_in_turns(&mut cluster.servers[0], &io, &url, sockets, rounds);
        for (request, [alone, beside]) in REQUESTS.iter().zip(durations) {
            let expected = expected_count(request, sockets);
            println!("| {} | {request} | {expected} | {} | {} |", kind.name(), percentiles(alone), percentiles(beside));
        }
    }
}

/// The durations of each request in milliseconds, alone and beside the crate and `sio tap`.
fn measure_in_turns(
    server: &mut SocketIoServer,
    io: &Emitter,
    url: &str,
    sockets: usize,
    rounds: usize,
) -> [[Vec<f64>; 2]; 3] {
    let mut durations = [(); 3].map(|()| [Vec::new(), Vec::new()]);
    ask_once(server, sockets);
    for _ in 0..rounds.div_ceil(TURN) {
        for turn in [0, 1] {
            let mut work = || {
                for _ in 0..TURN {
                    for (durations, duration) in durations.iter_mut().zip(ask_once(server, sockets)) {
                        durations[turn].push(duration);
                    }
                }
            };
            if turn == 1 { run_beside(io, url, work) } else { work() }
        }
    }
    durations
}

/// Sends each request once, checks the number of answers, and returns the durations in milliseconds.
fn ask_once(server: &mut SocketIoServer, sockets: usize) -> [f64; 3] {
    REQUESTS.map(|request| {
        let answer = server.ask(json!({"time": request, "event": "ask", "args": [1], "ack": 20_000}));
        assert_eq!(answer["count"], expected_count(request, sockets), "{request}");
        answer["took"].as_f64().expect("a time is a number")
    })
}

fn expected_count(request: &str, sockets: usize) -> Value {
    json!(if request == "serverCount" { 3 } else { sockets })
}

/// Calls `work` while `sio tap` runs and the crate repeats each of its requests, which must all be answered completely.
fn run_beside(io: &Emitter, url: &str, work: impl FnOnce()) {
    let (is_done, tap) = (AtomicBool::new(false), SioTap::start(url, &["--requests"]));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !is_done.load(Ordering::Relaxed) {
                let summaries = [
                    io.servers().wait().map(|all| all.summary),
                    io.fetch_sockets().wait().map(|all| all.summary),
                    io.rooms().wait().map(|all| all.summary),
                    io.emit_with_ack("ask", &1).wait().map(|all| all.summary),
                    io.server_side_emit_with_ack("reload", &1).wait().map(|all| all.summary),
                ];
                let are_complete = summaries
                    .iter()
                    .all(|summary| summary.as_ref().is_ok_and(|summary| summary.partial == Some(false)));
                assert!(are_complete, "{summaries:?}");
                thread::sleep(PAUSE);
            }
        });
        tap.find("do", "question");
        work();
        is_done.store(true, Ordering::Relaxed);
    });
}

/// The median and the 99th percentile.
fn percentiles(mut durations: Vec<f64>) -> String {
    durations.sort_by(f64::total_cmp);
    format!("{:.1}, {:.1}", durations[durations.len() / 2], durations[durations.len() * 99 / 100])
}
