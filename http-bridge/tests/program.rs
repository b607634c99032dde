//! The program itself: what it prints, when it starts and how it ends.

#![allow(clippy::unwrap_used)]

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Nothing listens there.
const AWAY: &str = "redis://user:hunter2@127.0.0.1:1/";

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sio-bridge"));
    command.env_clear().args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// The bridge, until it is dropped.
struct Running {
    child: Child,
    address: String,
}

impl Running {
    fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}"));
        Self { address: address.trim_end().to_owned(), child }
    }

    fn ask(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let length = body.len();
        let rest = format!("Host: {}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}", self.address);
        stream.write_all(format!("{head} HTTP/1.1\r\n{rest}").as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Waits for the end: the exit code and what it said on stderr.
    fn end(mut self) -> (Option<i32>, String) {
        let mut said = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (self.child.wait().unwrap().code(), said)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn others_than_loopback_need_a_token() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let (code, out, err) = output(&mut command(&["--listen", address]));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains("SIO_BRIDGE_TOKEN"), "{err}");
    }
    let running = Running::start(command(&["--listen", "0.0.0.0:0"]).env("SIO_BRIDGE_TOKEN", "s3cret"));
    assert!(running.address.starts_with("0.0.0.0:"));
}

#[test]
fn a_token_that_failed_to_arrive_is_an_error() {
    for token in ["", " ", "a b", "a\n"] {
        let (code, _, err) = output(command(&["--listen", "127.0.0.1:0"]).env("SIO_BRIDGE_TOKEN", token));
        assert_eq!(code, Some(2), "{err}");
        assert!(err.contains("SIO_BRIDGE_TOKEN"), "{err}");
    }
    let (code, _, err) = output(&mut command(&["--token-file", "/nonexistent/token"]));
    assert_eq!(code, Some(2), "{err}");
    assert!(err.contains("/nonexistent/token"), "{err}");
}

#[test]
fn a_token_file_may_end_in_a_new_line() {
    let file = format!("{}/token", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&file, "s3cret\n").unwrap();
    let args = ["--listen", "127.0.0.1:0", "--url", AWAY, "--token-file", &file];
    let (code, _, err) = output(command(&args).env("SIO_BRIDGE_TOKEN", "other"));
    assert_eq!(code, Some(2), "{err}");

    let running = Running::start(&mut command(&args));
    assert!(running.ask("POST /v1/emit/e", "1").starts_with("HTTP/1.1 401 "));
    assert!(running.ask("POST /v1/emit/e HTTP/1.1\r\nAuthorization: Bearer s3cret\r\nX:", "1").contains(" 503 "));
}

#[test]
fn what_cannot_be_used_is_said_without_secrets() {
    for args in [
        ["--adapter", "redis"].as_slice(),
        &["--timeout", "0s"],
        &["--timeout", "5"],
        &["--body-limit", "0"],
        &["--body-limit", "much"],
        &["--allow-event", "["],
        &["--listen", "nowhere"],
        &["--url", "rediss://:hunter2@127.0.0.1?insecure"],
        &["--url", "redis://:hunter2@127.0.0.1:port"],
        &["redis://:hunter2@127.0.0.1"],
        &["--token", "hunter2"],
        &["--token=hunter2"],
        &["--uri=redis://:hunter2@127.0.0.1"],
    ] {
        let (code, out, err) = output(&mut command(args));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{args:?}: {err}");
        assert!(err.starts_with("error: ") && !err.contains("hunter2"), "{args:?}: {err}");
    }
    let (_, _, err) = output(&mut command(&["--adapter", "stream"]));
    assert!(err.contains("there are classic, sharded, streams"), "{err}");
    let secrets =
        [("SIO_URL", AWAY), ("REDIS_URL", AWAY), ("SIO_BRIDGE_TOKEN", "hunter2"), ("REDISCLI_AUTH", "hunter2")];
    let (code, out, _) = output(command(&["--help"]).envs(secrets));
    assert_eq!(code, Some(0));
    assert!(out.contains("curl") && !out.contains("hunter2"), "{out}");
}

#[test]
fn an_address_that_is_taken_is_a_failure() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, out, err) = output(&mut command(&["--listen", &address]));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains(&address), "{err}");
}

#[test]
#[cfg(unix)]
fn redis_away_is_said_in_time_and_stopping_is_success() {
    for (signal, variable) in [("-TERM", "SIO_URL"), ("-INT", "REDIS_URL")] {
        let mut command = command(&["--listen", "127.0.0.1:0", "--timeout", "1s", "-vv"]);
        let running = Running::start(command.env(variable, AWAY).env("REDISCLI_AUTH", "hunter2"));
        let start = Instant::now();
        let answer = running.ask("POST /v1/emit/news?room=whisper", "murmur");
        assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("redis-unreachable"), "{answer}");
        assert!(running.ask("GET /readyz", "").starts_with("HTTP/1.1 503 "));
        assert!(running.ask("GET /livez", "").starts_with("HTTP/1.1 200 "));
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());

        running.signal(signal);
        let (code, said) = running.end();
        assert_eq!(code, Some(0), "{said}");
        assert!(said.contains(r#"path="/v1/emit/news" event="news""#) && said.contains("status=503"), "{said}");
        for secret in ["hunter2", "whisper", "murmur"] {
            assert!(!said.contains(secret) && !answer.contains(secret), "{said}");
        }
    }
}

#[test]
#[cfg(unix)]
fn requests_under_way_are_finished() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let running = Running::start(&mut command(&["--listen", "127.0.0.1:0", "--timeout", "1s", "--url", &url]));
    let address = running.address.clone();
    thread::scope(|scope| {
        let asked = scope.spawn(|| running.ask("POST /v1/emit/e", "1"));
        // Redis was asked, so the request is under way.
        let redis = silent.accept().unwrap();
        running.signal("-TERM");
        let answer = asked.join().unwrap();
        assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
        drop(redis);
    });
    assert_eq!(running.end().0, Some(0));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
#[cfg(unix)]
fn a_request_that_never_ends_does_not_keep_it() {
    let args = ["--listen", "127.0.0.1:0", "--timeout", "100ms", "--url", AWAY];
    let running = Running::start(&mut command(&args));
    let mut stuck = TcpStream::connect(&running.address).unwrap();
    stuck.write_all(b"POST /v1/emit/e HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1").unwrap();
    assert!(running.ask("GET /livez", "").starts_with("HTTP/1.1 200 "));
    let start = Instant::now();
    running.signal("-TERM");
    assert_eq!(running.end().0, Some(0));
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn control_characters_are_not_logged_as_they_are() {
    let running = Running::start(&mut command(&["--listen", "127.0.0.1:0", "--url", AWAY, "-v"]));
    running.ask("POST /v1/emit/%1b%5B2J%0Aevil%22", "1");
    let mut running = running;
    running.child.kill().unwrap();
    let (_, said) = running.end();
    assert!(said.contains(r#"event="\u{1b}[2J\nevil\"""#), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}
