//! Redis is away.

use std::time::Instant;

use crate::sio::{nowhere, run, run_with, sio};

#[test]
fn one_message_fails_with_1() {
    let url = nowhere("");
    let address = url.trim_start_matches("redis://");
    for adapter in ["auto", "classic"] {
        let (code, stdout, stderr) = run(&["emit", "e", "--adapter", adapter, "--url", &url, "--quiet"]);
        assert_eq!((code, stdout.as_str()), (1, ""));
        assert!(stderr.starts_with(&format!("sio: cannot reach Redis at {address}: ")), "{stderr}");
    }
    assert_eq!(run(&["emit", "e", "--count", "5", "--url", &url]).0, 1);
    assert_eq!(run(&["emit", "e", "--dry-run", "--url", &url]).0, 1);
    assert_eq!(run(&["doctor", "--url", &url]).0, 1);
}

#[test]
fn no_word_holds_the_password() {
    let url = nowhere("ada:s3cret@");
    let unparsable = url.replace("redis://", "redis+nonsense://");
    let calls = [
        &["emit", "e", "-v", "--url", &url][..],
        &["emit", "e", "-v", "--url", &url, "--every", "20ms", "--count", "2"],
        &["emit", "e", "-v", "-o", "json", "--url", &url, "--dry-run"],
        &["emit", "e", "-v", "--url", &unparsable],
        &["doctor", "-v", "--url", &url],
        &["bench", "-v", "--url", &url],
        &["emit", "e", "-v", &format!("--uri={url}")],
        &["emit", "e", "-v", "--count", &url],
        &[&url, "emit", "e"],
    ];
    for args in calls {
        let (code, stdout, stderr) = run(args);
        assert_ne!(code, 0, "{args:?}");
        assert!(!stdout.contains("s3cret") && !stderr.contains("s3cret"), "{args:?}: {stdout}{stderr}");
    }
    for (name, value) in [("SIO_URL", url.as_str()), ("REDIS_URL", &url), ("REDISCLI_AUTH", "s3cret")] {
        let nowhere = nowhere("");
        let fallback = if name == "REDISCLI_AUTH" { ["--url", &nowhere] } else { ["--timeout", "5s"] };
        let output = sio(&["emit", "e", "-v"]).args(fallback).env(name, value).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(!String::from_utf8_lossy(&output.stderr).contains("s3cret"));
    }
}

#[test]
fn an_order_fails_with_1_and_a_pipe_says_where_to_go_on() {
    let url = nowhere("");
    for order in
        [&["join", "r", "--all"][..], &["leave", "r", "--to", "x"], &["disconnect", "--all"], &["server-emit", "e"]]
    {
        assert_eq!(run(&[order, &["--url", &url]].concat()).0, 1);
    }
    let lines = "\n{\"event\":\"a\"}\nnonsense\n{\"event\":\"b\"}\n";
    let (code, stdout, stderr) = run_with(&["pipe", "--url", &url, "-o", "json"], lines);
    assert!(
        stdout.starts_with("{\"lines\":1,\"sent\":0,\"bad\":0,\"unknown\":0,\"unsent\":1,\"seconds\":"),
        "{stdout}"
    );
    assert!(stdout.ends_with(",\"adapter\":null,\"servers\":null}\n"), "{stdout}");
    assert!(stderr.ends_with("; nothing was sent; go on with --from-line 2\n"), "{stderr}");
    assert_eq!((code, stderr.lines().count()), (1, 1));

    // Where there is nothing to send, it does not matter.
    assert_eq!(run_with(&["pipe", "--url", &url, "--quiet"], "\n\n"), (0, String::new(), String::new()));
    assert_eq!(run_with(&["pipe", "--url", &url, "--from-line", "5"], lines).0, 0);
}

#[test]
fn flag_then_sio_url_then_redis_url() {
    let [flag, first, second] = [nowhere(""), nowhere(""), nowhere("")];
    let address = |url: &str| url.trim_start_matches("redis://").to_owned();
    let said = |args: &[&str], first: &str| {
        let output = sio(&["emit", "e"]).args(args).env("SIO_URL", first).env("REDIS_URL", &second).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(said(&["-u", &flag], &first).contains(&address(&flag)));
    assert!(said(&[], &first).contains(&address(&first)));
    assert!(said(&[], "").contains(&address(&second)));
}

#[test]
fn a_beat_goes_on_and_says_so_once() {
    let url = nowhere("");
    let start = Instant::now();
    let (code, stdout, stderr) = run(&["emit", "e", "--every", "150ms", "--count", "3", "--url", &url]);
    assert!(start.elapsed().as_millis() >= 450, "each beat was tried until its successor's time");
    assert_eq!((code, stdout.as_str()), (1, ""));
    let lines: Vec<_> = stderr.lines().collect();
    assert_eq!(lines.len(), 2, "{stderr}");
    assert!(lines[0].starts_with("sio: cannot reach Redis at "));
    assert_eq!(lines[1], "0 sent, 3 missed, 0 late, 0 unknown");

    let (code, stdout, stderr) =
        run(&["emit", "e", "--every", "20ms", "--count", "2", "-q", "-o", "json", "--url", &url]);
    assert_eq!((code, stderr.as_str()), (1, ""));
    assert_eq!(stdout, "{\"sent\":0,\"missed\":2,\"late\":0,\"unknown\":0}\n");
}

#[test]
fn a_beat_that_cannot_be_sent_at_all_ends_at_once() {
    let (code, stdout, stderr) = run(&["emit", "connect", "--every", "1h", "--url", &nowhere("")]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.starts_with("sio: EVENT: "), "{stderr}");
    assert_eq!(run(&["emit", "e", "-T", "{{ nwo }}", "--every", "1h", "--url", &nowhere("")]).0, 2);
}

#[cfg(unix)]
#[test]
fn a_signal_ends_it_with_the_state_at_the_end() {
    use std::{
        io::{BufRead, BufReader},
        process::{Command, Stdio},
    };

    for signal in ["-INT", "-TERM"] {
        let mut child = Command::new(sio(&[]).get_program())
            .args(["emit", "e", "--every", "1h", "--url", &nowhere("")])
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.next().unwrap().unwrap().starts_with("sio: cannot reach Redis"));
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(lines.next().unwrap().unwrap(), "0 sent, 1 missed, 0 late, 0 unknown");
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
}

#[cfg(unix)]
#[test]
fn one_message_that_is_interrupted_says_so() {
    use std::{net::TcpListener, process::Command};

    // It takes the connection and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut child = Command::new(sio(&[]).get_program())
            .args(["emit", "e", "--timeout", "1m", "--quiet", "--url", &url])
            .stderr(std::process::Stdio::null())
            .spawn()
            .unwrap();
        let _connected = silent.accept().unwrap();
        assert!(Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(code));
    }
}
