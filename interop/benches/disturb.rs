//! Are the servers disturbed by those who look? Their own questions, in turn with nobody else there and with ours
//! running all the time: the same answers, and how long they take.
//!
//! Run with `cargo bench -p socketio-interop --features real --bench disturb -- [ROUNDS [SOCKETS]]`.

use std::{
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

use serde_json::{Value, json};
use socketio_emitter::{Emitter, Options};
use socketio_interop::{Cluster, Crowd, Kind, RedisServer, Server, Tap};

/// So often a server asks before the other turn comes.
const TURN: usize = 10;

/// How long ours rest between two questions, of which there are five kinds.
const PAUSE: Duration = Duration::from_millis(20);

/// What a server asks.
const QUESTIONS: [&str; 3] = ["serverCount", "fetchSockets", "emit"];

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let (rounds, sockets) = (numbers.next().unwrap_or(300), numbers.next().unwrap_or(100));
    println!(
        "{sockets} sockets on 3 servers, {rounds} questions each, in turns of {TURN}; beside them our questions and sio tap\n"
    );
    println!("| adapter | a server's own | answers | alone: median, p99 (ms) | beside ours: median, p99 (ms) |");
    println!("|---|---|---|---|---|");
    for kind in [Kind::Classic, Kind::ShardedDynamic, Kind::Streams] {
        let mut cluster = Cluster::of(kind);
        // The tap hears shard channels there.
        let _replica = (kind == Kind::ShardedDynamic).then(|| RedisServer::start_replica_of(&cluster.redis));
        let third = Server::start_as(kind, &cluster.redis, &[]);
        let [first, second] = &cluster.servers;
        let _crowd = Crowd::connect(&[first, second, &third], sockets);
        let url = cluster.redis.url();
        let io = Options::new().connect(&url).wait().expect("Redis is there");
        let asked = in_turns(&mut cluster.servers[0], &io, &url, sockets, rounds);
        for (question, [alone, beside]) in QUESTIONS.iter().zip(asked) {
            let expected = expected(question, sockets);
            println!("| {} | {question} | {expected} | {} | {} |", kind.name(), told(alone), told(beside));
        }
    }
}

/// The times of each question, with nobody else there and beside ours.
fn in_turns(server: &mut Server, io: &Emitter, url: &str, sockets: usize, rounds: usize) -> [[Vec<f64>; 2]; 3] {
    let mut took = [(); 3].map(|()| [Vec::new(), Vec::new()]);
    ask(server, sockets);
    for _ in 0..rounds.div_ceil(TURN) {
        for turn in [0, 1] {
            let mut work = || {
                for _ in 0..TURN {
                    for (took, time) in took.iter_mut().zip(ask(server, sockets)) {
                        took[turn].push(time);
                    }
                }
            };
            if turn == 1 { beside(io, url, work) } else { work() }
        }
    }
    took
}

/// Asks everything once, and checks the answers.
fn ask(server: &mut Server, sockets: usize) -> [f64; 3] {
    QUESTIONS.map(|question| {
        let said = server.ask(json!({"time": question, "event": "ask", "args": [1], "ack": 20_000}));
        assert_eq!(said["count"], expected(question, sockets), "{question}");
        said["took"].as_f64().expect("a time is a number")
    })
}

fn expected(question: &str, sockets: usize) -> Value {
    json!(if question == "serverCount" { 3 } else { sockets })
}

/// Does something while `sio tap` shows what is said, and every question of ours is asked again and again, all of them
/// with success.
fn beside(io: &Emitter, url: &str, work: impl FnOnce()) {
    let (over, tap) = (AtomicBool::new(false), Tap::start(url, &["--requests"]));
    thread::scope(|scope| {
        scope.spawn(|| {
            while !over.load(Ordering::Relaxed) {
                let tallies = [
                    io.servers().wait().map(|all| all.tally),
                    io.sockets().wait().map(|all| all.tally),
                    io.rooms().wait().map(|all| all.tally),
                    io.emit_with_ack("ask", &1).wait().map(|all| all.tally),
                    io.server_side_emit_with_ack("reload", &1).wait().map(|all| all.tally),
                ];
                let whole = tallies.iter().all(|tally| tally.as_ref().is_ok_and(|tally| tally.partial == Some(false)));
                assert!(whole, "{tallies:?}");
                thread::sleep(PAUSE);
            }
        });
        tap.find("do", "question");
        work();
        over.store(true, Ordering::Relaxed);
    });
}

/// The median and the 99th percentile.
fn told(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    format!("{:.1}, {:.1}", times[times.len() / 2], times[times.len() * 99 / 100])
}
