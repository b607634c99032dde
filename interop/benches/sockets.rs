//! `sio sockets` beside `io.fetchSockets()`, and `sio rooms --all` beside `adapter.allRooms()`: on the same cluster, in
//! turn, with the same result.
//!
//! Run with `cargo bench -p socketio-interop --features real --bench sockets -- [SOCKETS [ROUNDS]]`.

use std::time::{Duration, Instant};

use serde_json::json;
use socketio_emitter::{Emitter, Error, Options};
use socketio_interop::{Cluster, Crowd, Kind, Server, sio};

/// With thousands of sockets on few cores, an answer takes its time.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A question, as each is asked it. Every answer has its length.
struct Question {
    name: &'static str,
    server: &'static str,
    /// How many there are beside one for each socket, as the server and as we see it.
    more: [usize; 2],
    io: fn(&Emitter) -> Result<usize, Error>,
    words: &'static [&'static str],
}

const SOCKETS: Question = Question {
    name: "sockets",
    server: "fetchSockets",
    more: [0, 0],
    io: |io| io.sockets().wait().map(|all| all.len()),
    words: &["sockets"],
};

const ROOMS: Question = Question {
    name: "rooms",
    server: "allRooms",
    more: [1, 1],
    io: |io| io.rooms().wait().map(|all| all.len()),
    words: &["rooms", "--all"],
};

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let (sockets, rounds) = (numbers.next().unwrap_or(5_000), numbers.next().unwrap_or(15));
    println!("{sockets} sockets on 3 servers, each in its own room and one other; medians of {rounds} rounds, in ms\n");
    println!("| adapter | question | the server itself | the crate | sio, with its start |\n|---|---|---|---|---|");
    for kind in [Kind::Classic, Kind::ShardedDynamic, Kind::Streams] {
        let mut cluster = Cluster::of(kind);
        let third = Server::start_as(kind, &cluster.redis, &[]);
        let [first, second] = &cluster.servers;
        let _crowd = Crowd::connect(&[first, second, &third], sockets);
        let url = cluster.redis.url();
        // The other adapters have no question for rooms, for servers neither: they merge those of all sockets.
        let rooms = match kind {
            Kind::Classic => ROOMS,
            _ => Question { server: "fetchSockets", more: [0, 1], ..ROOMS },
        };
        for question in [SOCKETS, rooms] {
            let [theirs, ours, run] = question.ask(&mut cluster.servers[0], &url, sockets, rounds);
            println!(
                "| {} | {} | {theirs:.0} ({}) | {ours:.0} | {run:.0} |",
                kind.name(),
                question.name,
                question.server
            );
        }
    }
}

impl Question {
    /// The medians of the server, of the crate and of `sio`.
    fn ask(&self, server: &mut Server, url: &str, sockets: usize, rounds: usize) -> [f64; 3] {
        let io = Options::new().timeout(TIMEOUT).connect(url).wait().expect("Redis is there");
        let [theirs, ours] = self.more.map(|more| sockets + more);
        let mut took = [(); 3].map(|()| Vec::with_capacity(rounds));
        // The first round is for warming up.
        for round in 0..=rounds {
            let said = server.ask(json!({"time": self.server}));
            assert_eq!(said["count"], theirs, "{}", self.name);
            let (count, asked) = timed(|| (self.io)(&io).expect("the cluster answers"));
            assert_eq!(count, ours, "{}", self.name);
            let (lines, run) = timed(|| self.printed(url));
            assert_eq!(lines, ours, "{}", self.name);
            if round > 0 {
                took[0].push(said["took"].as_f64().expect("a time is a number"));
                took[1].push(asked);
                took[2].push(run);
            }
        }
        took.map(median)
    }

    /// How many lines `sio` prints.
    fn printed(&self, url: &str) -> usize {
        let mut command = sio(url);
        let run = command.args(self.words).args(["--timeout", "60s", "--quiet"]).output().expect("sio runs");
        assert!(run.status.success(), "{run:?}");
        run.stdout.iter().filter(|byte| **byte == b'\n').count()
    }
}

/// What came of it, and how many milliseconds it took.
fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed().as_secs_f64() * 1000.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
