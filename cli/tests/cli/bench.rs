//! `sio bench` on the examples' broker, which counts what it is sent.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use broker::Broker;
use serde_json::Value;

use crate::sio::{nowhere, run, sio};

/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(30);

/// Exit code, the sheet and stderr.
fn bench(broker: &Broker, args: &str) -> (i32, Value, String) {
    let url = broker.url();
    let args: Vec<&str> = ["bench", "-u", &url, "-o", "json"].into_iter().chain(args.split_whitespace()).collect();
    let (code, stdout, stderr) = run(&args);
    assert!(stdout.lines().count() <= 1, "{stdout}");
    (code, if stdout.is_empty() { Value::Null } else { serde_json::from_str(&stdout).unwrap() }, stderr)
}

/// A connection that speaks to the broker as one would type.
fn typed(broker: &Broker, line: &str) -> BufReader<TcpStream> {
    let mut stream = TcpStream::connect(broker.address()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    write!(stream, "{line}\r\n").unwrap();
    BufReader::new(stream)
}

/// How many messages the broker was sent so far.
fn published(broker: &Broker) -> u64 {
    let mut answer = typed(broker, "INFO commandstats");
    let mut length = String::new();
    answer.read_line(&mut length).unwrap();
    let mut text = vec![0; length.trim().trim_start_matches('$').parse().unwrap()];
    answer.read_exact(&mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    let calls = text.lines().find_map(|line| line.strip_prefix("cmdstat_publish:calls="));
    calls.map_or(0, |calls| calls.split(',').next().unwrap().parse().unwrap())
}

fn count(measured: &Value, fate: &str) -> u64 {
    measured[fate].as_u64().unwrap_or_else(|| panic!("{measured}"))
}

/// Asserts that the numbers of a measurement fit together.
fn adds_up(sheet: &Value, name: &str) {
    let measured = &sheet[name];
    let (sent, seconds) = (measured["sent"].as_f64().unwrap(), measured["seconds"].as_f64().unwrap());
    let near = |number: &Value, expected: f64| (number.as_f64().unwrap() - expected).abs() <= 0.1 + expected * 0.001;
    let per_second = if seconds > 0.0 { sent / seconds } else { 0.0 };
    assert!(near(&measured["per_second"], per_second), "{measured}");
    if name == "throughput" {
        let bytes = sheet["bytes"].as_f64().unwrap();
        assert!(near(&measured["bytes_per_second"], per_second * bytes), "{measured}");
        return;
    }
    let steps = ["min", "p50", "p90", "p99", "p999", "max"];
    let steps = steps.map(|step| measured["microseconds"][step].as_f64().unwrap_or_else(|| panic!("{measured}")));
    assert!(steps.is_sorted() && steps[0] > 0.0, "{measured}");
    let mean = measured["microseconds"]["mean"].as_f64().unwrap();
    assert!(steps[0] <= mean + 0.1 && mean <= steps[5] + 0.1, "{measured}");
    assert!(steps[5] <= seconds * 1e6 * 1.01, "{measured}");
}

#[test]
fn a_bare_redis_is_enough_and_every_event_is_counted() {
    let broker = Broker::spawn().unwrap();
    let (code, sheet, stderr) = bench(&broker, "--count 300 --size 50");
    assert_eq!(code, 0, "{stderr}");
    for name in ["latency", "throughput"] {
        let fates = ["sent", "unknown", "unsent"].map(|fate| count(&sheet[name], fate));
        assert_eq!(fates, [300, 0, 0], "{sheet}");
        adds_up(&sheet, name);
    }
    assert_eq!(published(&broker), 600);
    assert_eq!((&sheet["adapter"], &sheet["servers"], &sheet["size"]), (&"classic".into(), &0.into(), &50.into()));
    let channel = sheet["channel"].as_str().unwrap();
    assert!(channel.starts_with("socket.io-bench-"), "{channel}");
    assert!(sheet["bytes"].as_u64() > Some(50 + channel.len() as u64), "{sheet}");
    assert!(stderr.starts_with("classic, ") && stderr.ends_with(": no server reads these\n"), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}

#[test]
fn one_of_the_two_or_a_rate() {
    let broker = Broker::spawn().unwrap();
    let (code, sheet, _) = bench(&broker, "latency --for 100ms");
    assert_eq!((code, &sheet["throughput"]), (0, &Value::Null));
    assert!(count(&sheet["latency"], "sent") > 0 && sheet["latency"]["rate"].is_null(), "{sheet}");
    let (code, sheet, _) = bench(&broker, "throughput --for 100ms --prefix chat");
    assert_eq!((code, &sheet["latency"]), (0, &Value::Null));
    assert!(count(&sheet["throughput"], "sent") > 0, "{sheet}");
    assert!(sheet["channel"].as_str().unwrap().starts_with("chat-bench-"), "{sheet}");

    let before = published(&broker);
    let (code, sheet, _) = bench(&broker, "--rate 200 --count 21");
    assert_eq!((code, &sheet["throughput"], &sheet["latency"]["rate"]), (0, &Value::Null, &200.0.into()));
    assert_eq!((count(&sheet["latency"], "sent"), count(&sheet["latency"], "missed")), (21, 0));
    assert!(sheet["latency"]["seconds"].as_f64() >= Some(0.1), "the last is due after 20 times 5 ms: {sheet}");
    adds_up(&sheet, "latency");
    assert_eq!(published(&broker) - before, 21);
}

#[test]
fn a_rate_that_nobody_keeps_is_no_secret() {
    let broker = Broker::spawn().unwrap();
    let (code, sheet, stderr) = bench(&broker, "--rate 1e9 --for 500ms");
    let fates = ["sent", "unknown", "unsent", "missed"].map(|fate| count(&sheet["latency"], fate));
    assert_eq!((code, fates.iter().sum::<u64>()), (0, 500_000_000), "{sheet}");
    assert_eq!((fates[0], fates[1] + fates[2]), (published(&broker), 0));
    assert!(stderr.contains("sio: Redis, or this machine, does not keep up with that rate"), "{stderr}");
    // The last that went was due at once, and went near the end.
    assert!(sheet["latency"]["microseconds"]["max"].as_f64() > Some(300_000.0), "{sheet}");
}

#[test]
fn people_read_a_page() {
    let broker = Broker::spawn().unwrap();
    let (code, stdout, stderr) = run(&["bench", "-u", &broker.url(), "--count", "100", "-q"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let lines: Vec<_> = stdout.lines().collect();
    assert!(lines[0].starts_with("latency: 100 events in ") && lines[0].contains("one at a time"), "{stdout}");
    assert!(lines[1].starts_with("  min ") && lines[1].contains(", p99.9 "), "{stdout}");
    assert!(lines[2].starts_with("throughput: 100 events in ") && lines[2].ends_with(" MB/s)"), "{stdout}");
}

#[test]
fn what_could_hurt_is_asked_for_twice() {
    let broker = Broker::spawn().unwrap();
    for (args, said) in [
        ("--servers", "--rate"),
        ("--trim", "--servers"),
        ("throughput --rate 5", "--rate is for the latency"),
        ("--rate 0", "500, 0.5, 100/s"),
        ("--count 0", "--count"),
        ("--for 0s", "more than zero"),
        ("--size 0", "16MiB"),
        ("--size 17MiB", "no more than 16MiB"),
        ("speed", "throughput"),
        ("--adapter classic --namespace /[", "--namespace: "),
        ("--adapter streams", "--servers --trim --rate N"),
        ("--adapter streams --rate 5", "--adapter classic"),
        ("--adapter streams --rate 5 --servers", "--trim says that this may be"),
    ] {
        let (code, sheet, stderr) = bench(&broker, args);
        assert_eq!((code, &sheet), (2, &Value::Null), "{args}: {stderr}");
        assert!(stderr.starts_with("sio: ") && stderr.contains(said), "{args}: {stderr}");
    }
    let (code, sheet, stderr) = bench(&broker, "--servers --rate 5");
    assert_eq!((code, sheet), (3, Value::Null), "{stderr}");
    assert_eq!(published(&broker), 0);
}

#[test]
fn servers_read_only_what_they_are_meant_to() {
    let broker = Broker::spawn().unwrap();
    let hears = |channels: &str| {
        let mut server = typed(&broker, channels);
        let mut line = String::new();
        server.read_line(&mut line).unwrap();
        server
    };
    // Only the first stands for a server: the other one is what a server listens to.
    let _server = hears("SUBSCRIBE socket.io-request#/#");
    let mut listener = hears("PSUBSCRIBE socket.io#/#*");
    assert_eq!(bench(&broker, "--count 50").0, 0);
    let (code, sheet, stderr) = bench(&broker, "--servers --rate 500 --count 40");
    assert_eq!((code, count(&sheet["latency"], "sent"), &sheet["servers"]), (0, 40, &1.into()), "{stderr}");
    assert!(stderr.contains("every server of / reads these") && stderr.contains("read by: 1 server\n"), "{stderr}");
    assert_eq!(published(&broker), 140);
    assert_eq!(run(&["emit", "end", "-u", &broker.url(), "-q"]).0, 0);
    let mut heard = 0;
    loop {
        let mut line = Vec::new();
        listener.read_until(b'\n', &mut line).unwrap();
        let holds = |word: &[u8]| line.windows(word.len()).any(|window| window == word);
        heard += u64::from(holds(b"sio:bench"));
        if holds(b"emitter") && holds(b"\xa3end") {
            break;
        }
    }
    assert_eq!(heard, 40);
}

#[test]
fn without_servers_to_read_it_ends() {
    let broker = Broker::spawn().unwrap();
    let (code, sheet, stderr) = bench(&broker, "--servers --rate 1000 --for 1h --adapter classic");
    assert_eq!((code, count(&sheet["latency"], "sent"), &sheet["servers"]), (3, 1, &0.into()), "{stderr}");
    assert!(stderr.contains("nobody was there: no classic server on namespace /"), "{stderr}");

    let [stays, leaves] = [(); 2].map(|()| typed(&broker, "SUBSCRIBE socket.io-request#/#"));
    let running = Running::start(&broker, "--servers --rate 200 --for 1h");
    running.until_published(&broker, 10);
    drop(leaves);
    let (code, sheet, stderr) = running.end();
    assert_eq!((code, &sheet["servers"]), (Some(1), &1.into()), "{stderr}");
    assert!(stderr.contains("2 servers at first, and then 1: ended early"), "{stderr}");
    assert_eq!(count(&sheet["latency"], "sent") + 1, published(&broker));
    drop(stays);
}

#[test]
fn redis_away_is_1_and_nothing_is_made_up() {
    for args in [&["bench"][..], &["bench", "--adapter", "classic"], &["bench", "--servers", "--rate", "5"]] {
        let (code, stdout, stderr) = run(&[args, &["-u", &nowhere(""), "-o", "json"]].concat());
        assert_eq!((code, stdout.as_str()), (1, ""), "{stderr}");
        assert!(stderr.starts_with("sio: cannot reach Redis at "), "{stderr}");
    }
}

#[test]
fn redis_that_goes_away_in_the_middle_is_told_as_it_is() {
    for (args, name) in [
        ("latency --for 1h", "latency"),
        ("throughput --for 1h", "throughput"),
        ("--rate 2000 --for 1h", "latency"),
        ("--for 1h", "latency"),
    ] {
        let broker = Broker::spawn().unwrap();
        let running = Running::start(&broker, args);
        running.until_published(&broker, 200);
        let before = published(&broker);
        drop(broker);
        let (code, sheet, stderr) = running.end();
        assert_eq!(code, Some(1), "{args}: {stderr}");
        assert!(count(&sheet[name], "sent") + 2048 >= before, "{args}: {sheet}");
        let [unknown, unsent] = ["unknown", "unsent"].map(|fate| count(&sheet[name], fate));
        assert!(unknown + unsent > 0, "{args}: {sheet}");
        let words = format!("{unknown} may have been taken, {unsent} were not sent");
        assert!(stderr.replace(',', "").contains(&words.replace(',', "")), "{args}: {stderr}");
        adds_up(&sheet, name);
        let other = if name == "latency" { "throughput" } else { "latency" };
        assert_eq!(sheet[other], Value::Null, "{args}");
    }
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_with_what_was_measured() {
    for (args, name, signal, code) in [
        ("--for 1h", "latency", "-INT", 130),
        ("throughput --for 1h", "throughput", "-TERM", 143),
        ("--rate 6/h --for 2h", "latency", "-INT", 130),
        ("--rate 500 --for 1h", "latency", "-TERM", 143),
    ] {
        let broker = Broker::spawn().unwrap();
        let running = Running::start(&broker, args);
        running.until_published(&broker, 1);
        assert!(Command::new("kill").args([signal, &running.0.id().to_string()]).status().unwrap().success());
        let (ended, sheet, stderr) = running.end();
        assert_eq!(ended, Some(code), "{args}: {stderr}");
        assert!(stderr.ends_with("sio: interrupted\n"), "{args}: {stderr}");
        let fates = ["sent", "unknown", "unsent"].map(|fate| count(&sheet[name], fate));
        assert_eq!(fates, [published(&broker), 0, 0], "{args}: {sheet}");
        adds_up(&sheet, name);
    }
}

/// A measurement that lasts.
struct Running(Child);

impl Running {
    fn start(broker: &Broker, args: &str) -> Self {
        let command = Command::new(sio(&[]).get_program())
            .args(["bench", "-u", &broker.url(), "-o", "json"])
            .args(args.split_whitespace())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn();
        Self(command.unwrap())
    }

    fn until_published(&self, broker: &Broker, events: u64) {
        let start = Instant::now();
        while published(broker) < events {
            assert!(start.elapsed() < PATIENCE, "nothing is sent");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Exit code, the sheet and stderr, once it ended by itself.
    fn end(self) -> (Option<i32>, Value, String) {
        let output = self.0.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        let sheet = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{stderr}"));
        (output.status.code(), sheet, stderr)
    }
}
