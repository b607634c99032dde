//! Duration of `sio sockets` compared with `io.fetchSockets()`, and of `sio rooms --all` compared with
//! `adapter.allRooms()`, on the same cluster in turn, with the same result.
//!
//! Run with `cargo bench -p socketio-interop --features real --bench sio_requests -- [SOCKETS [ROUNDS]]`.

use std::time::{Duration, Instant};

use serde_json::json;
use socketio_emitter::{Emitter, Error, Options};
use socketio_interop::{BulkClients, ServerKind, SocketIoCluster, SocketIoServer, sio_command};

/// Answers with thousands of sockets take long on few cores.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A request in the form of a server, of the crate and of `sio`.
struct RequestBench {
    name: &'static str,
    server: &'static str,
    /// The number of answers in addition to one per socket, from the server and from the crate.
    more: [usize; 2],
    io: fn(&Emitter) -> Result<usize, Error>,
    args: &'static [&'static str],
}

const SOCKETS: RequestBench = RequestBench {
    name: "sockets",
    server: "fetchSockets",
    more: [0, 0],
    io: |io| io.fetch_sockets().wait().map(|all| all.len()),
    args: &["sockets"],
};

const ROOMS: RequestBench = RequestBench {
    name: "rooms",
    server: "allRooms",
    more: [1, 1],
    io: |io| io.rooms().wait().map(|all| all.len()),
    args: &["rooms", "--all"],
};

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<usize>().ok());
    let (sockets, rounds) = (numbers.next().unwrap_or(5_000), numbers.next().unwrap_or(15));
    println!("{sockets} sockets on 3 servers, each in its own room and one more; medians of {rounds} rounds, in ms\n");
    println!("| adapter | request | server | crate | sio, including its start |\n|---|---|---|---|---|");
    for kind in [ServerKind::Classic, ServerKind::ShardedDynamic, ServerKind::Streams] {
        let mut cluster = SocketIoCluster::of(kind);
        let third = SocketIoServer::start_as(kind, &cluster.redis, &[]);
        let [first, second] = &cluster.servers;
        let _crowd = BulkClients::connect(&[first, second, &third], sockets);
        let url = cluster.redis.url();
        // The other adapters have no request for rooms. The crate merges the rooms of all sockets.
        let rooms = match kind {
            ServerKind::Classic => ROOMS,
            _ => RequestBench { server: "fetchSockets", more: [0, 1], ..ROOMS },
        };
        for request in [SOCKETS, rooms] {
            let [server, crate_time, sio] = request.measure(&mut cluster.servers[0], &url, sockets, rounds);
            println!(
                "| {} | {} | {server:.0} ({}) | {crate_time:.0} | {sio:.0} |",
                kind.name(),
                request.name,
                request.server
            );
        }
    }
}

impl RequestBench {
    /// The medians of the server, of the crate and of `sio`, in milliseconds.
    fn measure(&self, server: &mut SocketIoServer, url: &str, sockets: usize, rounds: usize) -> [f64; 3] {
        let io = Options::new().timeout(TIMEOUT).connect(url).wait().expect("Redis runs");
        let [server_count, crate_count] = self.more.map(|more| sockets + more);
        let mut durations = [(); 3].map(|()| Vec::with_capacity(rounds));
        // The first round is not counted.
        for round in 0..=rounds {
            let answer = server.ask(json!({"time": self.server}));
            assert_eq!(answer["count"], server_count, "{}", self.name);
            let (count, crate_time) = measured(|| (self.io)(&io).expect("the cluster answers"));
            assert_eq!(count, crate_count, "{}", self.name);
            let (lines, sio) = measured(|| self.printed_lines(url));
            assert_eq!(lines, crate_count, "{}", self.name);
            if round > 0 {
                durations[0].push(answer["took"].as_f64().expect("a duration is a number"));
                durations[1].push(crate_time);
                durations[2].push(sio);
            }
        }
        durations.map(median)
    }

    /// The number of lines that `sio` prints.
    fn printed_lines(&self, url: &str) -> usize {
        let mut command = sio_command(url);
        let run = command.args(self.args).args(["--timeout", "60s", "--quiet"]).output().expect("sio runs");
        assert!(run.status.success(), "{run:?}");
        run.stdout.iter().filter(|byte| **byte == b'\n').count()
    }
}

/// Calls `work` and returns its result and its duration in milliseconds.
fn measured<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed().as_secs_f64() * 1000.0)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
