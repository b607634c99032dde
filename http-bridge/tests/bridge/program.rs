//! The program: arguments, start, log and shutdown.

use std::{
    io::{BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Output, Stdio},
    thread,
    time::{Duration, Instant},
};

/// Nothing listens on this port.
const UNREACHABLE_REDIS: &str = "redis://user:hunter2@127.0.0.1:1/";

fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sio-bridge"));
    command.env_clear().args(args).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn output(command: &mut Command) -> (Option<i32>, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A running sio-bridge. Dropping it kills the process.
struct BridgeProgram {
    child: Child,
    address: String,
}

impl BridgeProgram {
    fn start(command: &mut Command) -> Self {
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
        let address = line.strip_prefix("listening on http://").unwrap_or_else(|| panic!("{line:?}"));
        Self { address: address.trim_end().to_owned(), child }
    }

    fn send(&self, head: &str, body: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let length = body.len();
        let rest = format!("Host: {}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}", self.address);
        stream.write_all(format!("{head} HTTP/1.1\r\n{rest}").as_bytes()).unwrap();
        let mut response = String::new();
        stream.read_to_string(&mut response).unwrap();
        response
    }

    #[cfg(unix)]
    fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        assert!(Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// Waits for the exit. Returns the exit code and stderr.
    fn wait(mut self) -> (Option<i32>, String) {
        let mut stderr = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        (self.child.wait().unwrap().code(), stderr)
    }
}

impl Drop for BridgeProgram {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn listen_beyond_loopback_requires_a_token() {
    for address in ["0.0.0.0:0", "[::]:0", "192.0.2.1:0"] {
        let (code, out, err) = output(&mut command(&["--listen", address]));
        assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
        assert!(err.contains("SIO_BRIDGE_TOKEN"), "{err}");
    }
    let bridge = BridgeProgram::start(command(&["--listen", "0.0.0.0:0"]).env("SIO_BRIDGE_TOKEN", "s3cret"));
    assert!(bridge.address.starts_with("0.0.0.0:"));
}

#[test]
fn empty_or_unreadable_token_exits_2() {
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
fn token_file_is_read_without_its_trailing_newline() {
    let file = format!("{}/token", env!("CARGO_TARGET_TMPDIR"));
    std::fs::write(&file, "s3cret\n").unwrap();
    let args = ["--listen", "127.0.0.1:0", "--url", UNREACHABLE_REDIS, "--token-file", &file];
    let (code, _, err) = output(command(&args).env("SIO_BRIDGE_TOKEN", "other"));
    assert_eq!(code, Some(2), "{err}");

    let bridge = BridgeProgram::start(&mut command(&args));
    assert!(bridge.send("POST /v1/emit/e", "1").starts_with("HTTP/1.1 401 "));
    assert!(bridge.send("POST /v1/emit/e HTTP/1.1\r\nAuthorization: Bearer s3cret\r\nX:", "1").contains(" 503 "));
}

#[test]
fn invalid_arguments_exit_2_without_printing_secrets() {
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
    assert!(err.contains("use one of classic, sharded, streams"), "{err}");
    let secrets = [
        ("SIO_URL", UNREACHABLE_REDIS),
        ("REDIS_URL", UNREACHABLE_REDIS),
        ("SIO_BRIDGE_TOKEN", "hunter2"),
        ("REDISCLI_AUTH", "hunter2"),
    ];
    let (code, out, _) = output(command(&["--help"]).envs(secrets));
    assert_eq!(code, Some(0));
    assert!(out.contains("curl") && !out.contains("hunter2"), "{out}");
}

#[test]
fn address_in_use_exits_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, out, err) = output(&mut command(&["--listen", &address]));
    assert_eq!((code, out.as_str()), (Some(1), ""));
    assert!(err.contains(&address), "{err}");
}

#[test]
#[cfg(unix)]
fn unreachable_redis_is_503_and_signals_exit_0() {
    for (signal, variable) in [("-TERM", "SIO_URL"), ("-INT", "REDIS_URL")] {
        let mut command = command(&["--listen", "127.0.0.1:0", "--timeout", "1s", "-vv"]);
        let bridge = BridgeProgram::start(command.env(variable, UNREACHABLE_REDIS).env("REDISCLI_AUTH", "hunter2"));
        let start = Instant::now();
        let response = bridge.send("POST /v1/emit/news?room=whisper", "murmur");
        assert!(response.starts_with("HTTP/1.1 503 ") && response.contains("redis-unreachable"), "{response}");
        assert!(bridge.send("GET /readyz", "").starts_with("HTTP/1.1 503 "));
        assert!(bridge.send("GET /livez", "").starts_with("HTTP/1.1 200 "));
        assert!(start.elapsed() < Duration::from_secs(5), "{:?}", start.elapsed());

        bridge.signal(signal);
        let (code, stderr) = bridge.wait();
        assert_eq!(code, Some(0), "{stderr}");
        assert!(stderr.contains(r#"path="/v1/emit/news" event="news""#) && stderr.contains("status=503"), "{stderr}");
        for secret in ["hunter2", "whisper", "murmur"] {
            assert!(!stderr.contains(secret) && !response.contains(secret), "{stderr}");
        }
    }
}

#[test]
#[cfg(unix)]
fn shutdown_finishes_running_requests() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let bridge = BridgeProgram::start(&mut command(&["--listen", "127.0.0.1:0", "--timeout", "1s", "--url", &url]));
    let address = bridge.address.clone();
    thread::scope(|scope| {
        let client = scope.spawn(|| bridge.send("POST /v1/emit/e", "1"));
        // The bridge connects to Redis, so the request is running.
        let redis = silent.accept().unwrap();
        bridge.signal("-TERM");
        let response = client.join().unwrap();
        assert!(response.starts_with("HTTP/1.1 503 "), "{response}");
        drop(redis);
    });
    assert_eq!(bridge.wait().0, Some(0));
    assert!(TcpStream::connect(address).is_err());
}

#[test]
#[cfg(unix)]
fn shutdown_closes_stuck_requests_after_the_grace_period() {
    let args = ["--listen", "127.0.0.1:0", "--timeout", "100ms", "--url", UNREACHABLE_REDIS];
    let bridge = BridgeProgram::start(&mut command(&args));
    let mut stuck = TcpStream::connect(&bridge.address).unwrap();
    stuck.write_all(b"POST /v1/emit/e HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n1").unwrap();
    assert!(bridge.send("GET /livez", "").starts_with("HTTP/1.1 200 "));
    let start = Instant::now();
    bridge.signal("-TERM");
    assert_eq!(bridge.wait().0, Some(0));
    assert!(start.elapsed() < Duration::from_secs(8), "{:?}", start.elapsed());
}

#[test]
fn control_characters_are_escaped_in_the_log() {
    let mut bridge = BridgeProgram::start(&mut command(&["--listen", "127.0.0.1:0", "--url", UNREACHABLE_REDIS, "-v"]));
    bridge.send("POST /v1/emit/%1b%5B2J%0Aevil%22", "1");
    bridge.child.kill().unwrap();
    let (_, stderr) = bridge.wait();
    assert!(stderr.contains(r#"event="\u{1b}[2J\nevil\"""#), "{stderr}");
    assert!(!stderr.contains('\u{1b}'), "{stderr}");
    assert_eq!(stderr.lines().count(), 1, "{stderr}");
}
