//! `sio pipe` compared with a Node script that uses the official emitter: the same file and Redis, in turn.
//!
//! PipeRun with `cargo bench -p socketio-interop --features real --bench pipe -- [LINES [ROUNDS]]`.

use std::{
    fs::{self, File},
    io::{BufWriter, Write},
    path::Path,
    process::{Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use socketio_interop::{RedisServer, sio_command};

/// The measurement of one process.
struct PipeRun {
    seconds: f64,
    /// The peak resident memory, in KiB.
    peak: u64,
}

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|arg| arg.parse::<u64>().ok());
    let (lines, rounds) = (numbers.next().unwrap_or(5_000_000), numbers.next().unwrap_or(3));
    let redis = RedisServer::start();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("messages.ndjson");
    write(&file, lines).expect("the file can be written");
    let size = fs::metadata(&file).map_or(0, |meta| meta.len());
    println!("{lines} lines, {:.0} bytes each, {rounds} rounds, Redis on loopback", size as f64 / lines as f64);

    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 1..=rounds {
        let mut pipe = sio_command(&redis.url());
        pipe.args(["pipe", "--adapter", "classic", "-q"]).arg(&file);
        ours.push(measure(&redis, lines, pipe));
        let mut node = Command::new("node");
        node.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("node/bench-pipe.js")).arg(&file).arg(redis.url());
        theirs.push(measure(&redis, lines, node));
        let (a, b) = (&ours[ours.len() - 1], &theirs[theirs.len() - 1]);
        println!(
            "round {round}: sio pipe {:.1} s, Node {:.1} s, ratio {:.2}",
            a.seconds,
            b.seconds,
            b.seconds / a.seconds
        );
    }
    let ratio = median(ours.iter().zip(&theirs).map(|(a, b)| b.seconds / a.seconds));
    for (name, runs) in [("sio pipe", &ours), ("Node, official emitter", &theirs)] {
        let seconds = median(runs.iter().map(|run| run.seconds));
        let peak = runs.iter().map(|run| run.peak).max().unwrap_or(0);
        println!("{name}: {:.0} events/s (median), peak memory {} MiB", lines as f64 / seconds, peak / 1024);
    }
    println!("ratio, median of the rounds: {ratio:.2}");
}

fn write(file: &Path, lines: u64) -> std::io::Result<()> {
    let mut out = BufWriter::new(File::create(file)?);
    for n in 0..lines {
        let room = n % 10_000;
        writeln!(
            out,
            r#"{{"event":"note","args":[{{"id":{n},"text":"hello, this is a note","read":false}}],"rooms":["user:{room}"]}}"#
        )?;
    }
    out.flush()
}

/// Runs a command until it exits, and asserts that Redis has received an event for each line.
fn measure(redis: &RedisServer, lines: u64, mut command: Command) -> PipeRun {
    let before = redis.published();
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).spawn().expect("the command starts");
    let mut peak = 0;
    let status = loop {
        peak = peak.max(peak_memory(child.id()));
        if let Some(status) = child.try_wait().expect("the process is a child") {
            break status;
        }
        thread::sleep(Duration::from_millis(5));
    };
    let seconds = started.elapsed().as_secs_f64();
    assert!(status.success(), "{command:?}: {status}");
    assert_eq!(redis.published() - before, lines, "{command:?}");
    PipeRun { seconds, peak }
}

/// The peak resident memory of a process so far, in KiB, or 0 if the system does not report it.
fn peak_memory(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok()).unwrap_or(0)
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
