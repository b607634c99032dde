//! `sio bench` on the example broker, which counts the messages it receives.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::Child,
    thread,
    time::{Duration, Instant},
};

use broker::Broker;
use serde_json::Value;

#[cfg(unix)]
use crate::harness::kill;
use crate::harness::{run, spawn, unreachable_url};

/// The limit for waiting on the broker or on the measurement.
const MAX_WAIT: Duration = Duration::from_secs(30);

/// Runs `sio bench`. Returns the exit code, the report and stderr.
fn bench(broker: &Broker, args: &str) -> (i32, Value, String) {
    let url = broker.url();
    let args: Vec<&str> = ["bench", "-u", &url, "-o", "json"].into_iter().chain(args.split_whitespace()).collect();
    let (code, stdout, stderr) = run(&args);
    assert!(stdout.lines().count() <= 1, "{stdout}");
    (code, if stdout.is_empty() { Value::Null } else { serde_json::from_str(&stdout).unwrap() }, stderr)
}

/// Opens a connection to the broker and sends an inline command.
fn send_command(broker: &Broker, line: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(broker.address()).unwrap();
    stream.set_read_timeout(Some(MAX_WAIT)).unwrap();
    write!(stream, "{line}\r\n").unwrap();
    BufReader::new(stream)
}

/// The number of messages that the broker has received.
fn published(broker: &Broker) -> u64 {
    let mut response = send_command(broker, "INFO commandstats");
    let mut length = String::new();
    response.read_line(&mut length).unwrap();
    let mut text = vec![0; length.trim().trim_start_matches('$').parse().unwrap()];
    response.read_exact(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let calls = text.lines().find_map(|line| line.strip_prefix("cmdstat_publish:calls="));
    calls.map_or(0, |calls| calls.split(',').next().unwrap().parse().unwrap())
}

fn count(metric: &Value, result: &str) -> u64 {
    metric[result].as_u64().unwrap_or_else(|| panic!("{metric}"))
}

/// Asserts that the numbers of a metric are consistent.
fn assert_consistent(report: &Value, name: &str) {
    let metric = &report[name];
    let (sent, seconds) = (metric["sent"].as_f64().unwrap(), metric["seconds"].as_f64().unwrap());
    let near = |number: &Value, expected: f64| (number.as_f64().unwrap() - expected).abs() <= 0.1 + expected * 0.001;
    let per_second = if seconds > 0.0 { sent / seconds } else { 0.0 };
    assert!(near(&metric["per_second"], per_second), "{metric}");
    if name == "throughput" {
        let bytes = report["bytes"].as_f64().unwrap();
        assert!(near(&metric["bytes_per_second"], per_second * bytes), "{metric}");
        return;
    }
    let steps = ["min", "p50", "p90", "p99", "p999", "max"];
    let steps = steps.map(|step| metric["microseconds"][step].as_f64().unwrap_or_else(|| panic!("{metric}")));
    assert!(steps.is_sorted() && steps[0] > 0.0, "{metric}");
    let mean = metric["microseconds"]["mean"].as_f64().unwrap();
    assert!(steps[0] <= mean + 0.1 && mean <= steps[5] + 0.1, "{metric}");
    assert!(steps[5] <= seconds * 1e6 * 1.01, "{metric}");
}

#[test]
fn bench_without_servers_counts_every_event() {
    let broker = Broker::spawn().unwrap();
    let (code, report, stderr) = bench(&broker, "--count 300 --size 50");
    assert_eq!(code, 0, "{stderr}");
    for name in ["latency", "throughput"] {
        let results = ["sent", "unknown", "unsent"].map(|result| count(&report[name], result));
        assert_eq!(results, [300, 0, 0], "{report}");
        assert_consistent(&report, name);
    }
    assert_eq!(published(&broker), 600);
    assert_eq!((&report["adapter"], &report["servers"], &report["size"]), (&"classic".into(), &0.into(), &50.into()));
    let channel = report["channel"].as_str().unwrap();
    assert!(channel.starts_with("socket.io-bench-"), "{channel}");
    assert!(report["bytes"].as_u64() > Some(50 + channel.len() as u64), "{report}");
    assert!(stderr.starts_with("classic, ") && stderr.ends_with(": no server reads these\n"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn metric_and_rate_select_the_measurement() {
    let broker = Broker::spawn().unwrap();
    let (code, report, _) = bench(&broker, "latency --for 100ms");
    assert_eq!((code, &report["throughput"]), (0, &Value::Null));
    assert!(count(&report["latency"], "sent") > 0 && report["latency"]["rate"].is_null(), "{report}");
    let (code, report, _) = bench(&broker, "throughput --for 100ms --prefix chat");
    assert_eq!((code, &report["latency"]), (0, &Value::Null));
    assert!(count(&report["throughput"], "sent") > 0, "{report}");
    assert!(report["channel"].as_str().unwrap().starts_with("chat-bench-"), "{report}");

    let before = published(&broker);
    let (code, report, _) = bench(&broker, "--rate 200 --count 21");
    assert_eq!((code, &report["throughput"], &report["latency"]["rate"]), (0, &Value::Null, &200.0.into()));
    assert_eq!((count(&report["latency"], "sent"), count(&report["latency"], "missed")), (21, 0));
    assert!(report["latency"]["seconds"].as_f64() >= Some(0.1), "the last event is due after 20 times 5 ms: {report}");
    assert_consistent(&report, "latency");
    assert_eq!(published(&broker) - before, 21);
}

#[test]
fn unreachable_rate_reports_missed_events_and_warns() {
    let broker = Broker::spawn().unwrap();
    let (code, report, stderr) = bench(&broker, "--rate 1e9 --for 500ms");
    let results = ["sent", "unknown", "unsent", "missed"].map(|result| count(&report["latency"], result));
    assert_eq!((code, results.iter().sum::<u64>()), (0, 500_000_000), "{report}");
    assert_eq!((results[0], results[1] + results[2]), (published(&broker), 0));
    assert!(stderr.contains("sio: Redis or this machine did not keep up with --rate"), "{stderr}");
    // The last event was due at the beginning and sent near the end.
    assert!(report["latency"]["microseconds"]["max"].as_f64() > Some(300_000.0), "{report}");
}

#[test]
fn text_output_has_latency_percentiles_and_throughput() {
    let broker = Broker::spawn().unwrap();
    let (code, stdout, stderr) = run(&["bench", "-u", &broker.url(), "--count", "100", "-q"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let lines: Vec<_> = stdout.lines().collect();
    assert!(lines[0].starts_with("latency: 100 events in ") && lines[0].contains("one at a time"), "{stdout}");
    assert!(lines[1].starts_with("  min ") && lines[1].contains(", p99.9 "), "{stdout}");
    assert!(lines[2].starts_with("throughput: 100 events in ") && lines[2].ends_with(" MB/s)"), "{stdout}");
}

#[test]
fn invalid_or_harmful_options_exit_2() {
    let broker = Broker::spawn().unwrap();
    for (args, expected) in [
        ("--servers", "--rate"),
        ("--trim", "--servers"),
        ("throughput --rate 5", "--rate applies only to latency"),
        ("--rate 0", "500, 0.5, 100/s"),
        ("--count 0", "--count"),
        ("--for 0s", "more than zero"),
        ("--size 0", "16MiB"),
        ("--size 17MiB", "the maximum is 16MiB"),
        ("speed", "throughput"),
        ("--adapter classic --namespace /[", "--namespace: "),
        ("--adapter streams", "--servers --trim --rate N"),
        ("--adapter streams --rate 5", "--adapter classic"),
        ("--adapter streams --rate 5 --servers", "use --trim to allow this"),
    ] {
        let (code, report, stderr) = bench(&broker, args);
        assert_eq!((code, &report), (2, &Value::Null), "{args}: {stderr}");
        assert!(stderr.starts_with("sio: ") && stderr.contains(expected), "{args}: {stderr}");
    }
    let (code, report, stderr) = bench(&broker, "--servers --rate 5");
    assert_eq!((code, report), (3, Value::Null), "{stderr}");
    assert_eq!(published(&broker), 0);
}

#[test]
fn events_reach_servers_only_with_the_servers_option() {
    let broker = Broker::spawn().unwrap();
    let subscribe = |command: &str| {
        let mut server = send_command(&broker, command);
        let mut line = String::new();
        server.read_line(&mut line).unwrap();
        server
    };
    // Redis counts only the first as a server; the second receives what a server would receive.
    let _server = subscribe("SUBSCRIBE socket.io-request#/#");
    let mut listener = subscribe("PSUBSCRIBE socket.io#/#*");
    assert_eq!(bench(&broker, "--count 50").0, 0);
    let (code, report, stderr) = bench(&broker, "--servers --rate 500 --count 40");
    assert_eq!((code, count(&report["latency"], "sent"), &report["servers"]), (0, 40, &1.into()), "{stderr}");
    assert!(stderr.contains("every server of / reads these") && stderr.contains("read by: 1 server\n"), "{stderr}");
    assert_eq!(published(&broker), 140);
    assert_eq!(run(&["emit", "end", "-u", &broker.url(), "-q"]).0, 0);
    let mut received = 0;
    loop {
        let mut line = Vec::new();
        listener.read_until(b'\n', &mut line).unwrap();
        let contains = |text: &[u8]| line.windows(text.len()).any(|window| window == text);
        received += u64::from(contains(b"sio:bench"));
        if contains(b"emitter") && contains(b"\xa3end") {
            break;
        }
    }
    assert_eq!(received, 40);
}

#[test]
fn bench_with_servers_stops_if_servers_are_missing_or_lost() {
    let broker = Broker::spawn().unwrap();
    let (code, report, stderr) = bench(&broker, "--servers --rate 1000 --for 1h --adapter classic");
    assert_eq!((code, count(&report["latency"], "sent"), &report["servers"]), (3, 1, &0.into()), "{stderr}");
    assert!(stderr.contains("zero servers: no classic server on namespace /"), "{stderr}");

    let [remaining, leaving] = [(); 2].map(|()| send_command(&broker, "SUBSCRIBE socket.io-request#/#"));
    let running = BenchProcess::start(&broker, "--servers --rate 200 --for 1h");
    running.wait_until_published(&broker, 10);
    drop(leaving);
    let (code, report, stderr) = running.wait();
    assert_eq!((code, &report["servers"]), (Some(1), &1.into()), "{stderr}");
    assert!(stderr.contains("2 servers at first, and then 1: ended early"), "{stderr}");
    assert_eq!(count(&report["latency"], "sent") + 1, published(&broker));
    drop(remaining);
}

#[test]
fn unreachable_redis_exits_1_without_a_report() {
    for args in [&["bench"][..], &["bench", "--adapter", "classic"], &["bench", "--servers", "--rate", "5"]] {
        let (code, stdout, stderr) = run(&[args, &["-u", &unreachable_url(""), "-o", "json"]].concat());
        assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
        assert!(stderr.starts_with("sio: cannot reach Redis at "), "{stderr}");
    }
}

#[test]
fn losing_redis_exits_1_with_a_partial_report() {
    for (args, name) in [
        ("latency --for 1h", "latency"),
        ("throughput --for 1h", "throughput"),
        ("--rate 2000 --for 1h", "latency"),
        ("--for 1h", "latency"),
    ] {
        let broker = Broker::spawn().unwrap();
        let running = BenchProcess::start(&broker, args);
        running.wait_until_published(&broker, 200);
        let before = published(&broker);
        drop(broker);
        let (code, report, stderr) = running.wait();
        assert_eq!(code, Some(1), "{args}: {stderr}");
        assert!(count(&report[name], "sent") + 2048 >= before, "{args}: {report}");
        let [unknown, unsent] = ["unknown", "unsent"].map(|result| count(&report[name], result));
        assert!(unknown + unsent > 0, "{args}: {report}");
        // Numbers in the message have thousands separators.
        let expected = format!("{unknown} may have been sent {unsent} were not sent");
        assert!(stderr.replace(',', "").contains(&expected), "{args}: {stderr}");
        assert_consistent(&report, name);
        let other = if name == "latency" { "throughput" } else { "latency" };
        assert_eq!(report[other], Value::Null, "{args}");
    }
}

#[cfg(unix)]
#[test]
fn signal_ends_bench_with_a_partial_report() {
    for (args, name, signal, code) in [
        ("--for 1h", "latency", "-INT", 130),
        ("throughput --for 1h", "throughput", "-TERM", 143),
        ("--rate 6/h --for 2h", "latency", "-INT", 130),
        ("--rate 500 --for 1h", "latency", "-TERM", 143),
    ] {
        let broker = Broker::spawn().unwrap();
        let running = BenchProcess::start(&broker, args);
        running.wait_until_published(&broker, 1);
        kill(&running.0, signal);
        let (ended, report, stderr) = running.wait();
        assert_eq!(ended, Some(code), "{args}: {stderr}");
        assert!(stderr.ends_with("sio: interrupted\n"), "{args}: {stderr}");
        let results = ["sent", "unknown", "unsent"].map(|result| count(&report[name], result));
        assert_eq!(results, [published(&broker), 0, 0], "{args}: {report}");
        assert_consistent(&report, name);
    }
}

/// A running `sio bench`.
struct BenchProcess(Child);

impl BenchProcess {
    fn start(broker: &Broker, args: &str) -> Self {
        let url = broker.url();
        let options = ["bench", "-u", &url, "-o", "json"];
        Self(spawn(&options.into_iter().chain(args.split_whitespace()).collect::<Vec<_>>()))
    }

    fn wait_until_published(&self, broker: &Broker, events: u64) {
        let start = Instant::now();
        while published(broker) < events {
            assert!(start.elapsed() < MAX_WAIT, "the broker received too few events");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end. Returns the exit code, the report and stderr.
    fn wait(self) -> (Option<i32>, Value, String) {
        let output = self.0.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let report = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{stderr}"));
        (output.status.code(), report, stderr)
    }
}
