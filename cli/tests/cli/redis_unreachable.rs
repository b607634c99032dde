//! Commands while Redis is unreachable or silent.

use std::time::Instant;

#[cfg(unix)]
use crate::harness::{kill, spawn};
use crate::harness::{run, run_with_stdin, sio, unreachable_url};

#[test]
fn commands_exit_1_if_redis_is_unreachable() {
    let url = unreachable_url("");
    let address = url.trim_start_matches("redis://");
    for adapter in ["auto", "classic"] {
        let (code, stdout, stderr) = run(&["emit", "e", "--adapter", adapter, "--url", &url, "--quiet"]);
        assert_eq!((code, stdout.as_str()), (1, ""));
        assert!(stderr.starts_with(&format!("sio: cannot reach Redis at {address}: ")), "{stderr}");
    }
    for args in [
        &["emit", "e", "--count", "5"][..],
        &["emit", "e", "--dry-run"],
        &["doctor"],
        &["join", "r", "--all"],
        &["leave", "r", "--to", "x"],
        &["disconnect", "--all"],
        &["server-emit", "e"],
    ] {
        assert_eq!(run(&[args, &["--url", &url]].concat()).0, 1, "{args:?}");
    }
}

#[test]
fn password_is_never_printed() {
    let url = unreachable_url("ada:s3cret@");
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
        let without_password = unreachable_url("");
        let option = if name == "REDISCLI_AUTH" { ["--url", &without_password] } else { ["--timeout", "5s"] };
        let output = sio(&["emit", "e", "-v"]).args(option).env(name, value).output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        assert!(!String::from_utf8_lossy(&output.stderr).contains("s3cret"));
    }
}

#[test]
fn pipe_exits_1_and_says_where_to_continue() {
    let url = unreachable_url("");
    let lines = "\n{\"event\":\"a\"}\nnonsense\n{\"event\":\"b\"}\n";
    let (code, stdout, stderr) = run_with_stdin(&["pipe", "--url", &url, "-o", "json"], lines);
    assert!(
        stdout.starts_with("{\"lines\":1,\"sent\":0,\"bad\":0,\"unknown\":0,\"unsent\":1,\"seconds\":"),
        "{stdout}"
    );
    assert!(stdout.ends_with(",\"adapter\":null,\"servers\":null}\n"), "{stdout}");
    assert!(stderr.ends_with("; nothing was sent; continue with --from-line 2\n"), "{stderr}");
    assert_eq!((code, stderr.lines().count()), (1, 1));
}

#[test]
fn pipe_without_messages_needs_no_redis() {
    let url = unreachable_url("");
    assert_eq!(run_with_stdin(&["pipe", "--url", &url, "--quiet"], "\n\n"), (0, String::new(), String::new()));
    let lines = "\n{\"event\":\"a\"}\n";
    assert_eq!(run_with_stdin(&["pipe", "--url", &url, "--from-line", "3"], lines).0, 0);
}

#[test]
fn url_option_precedes_sio_url_and_redis_url() {
    let [option, sio_url, redis_url] = [unreachable_url(""), unreachable_url(""), unreachable_url("")];
    let address = |url: &str| url.trim_start_matches("redis://").to_owned();
    let stderr = |args: &[&str], sio_url: &str| {
        let mut command = sio(&["emit", "e"]);
        let output = command.args(args).env("SIO_URL", sio_url).env("REDIS_URL", &redis_url).output().unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    assert!(stderr(&["-u", &option], &sio_url).contains(&address(&option)));
    assert!(stderr(&[], &sio_url).contains(&address(&sio_url)));
    assert!(stderr(&[], "").contains(&address(&redis_url)));
}

#[test]
fn repeated_message_continues_and_reports_the_outage_once() {
    let url = unreachable_url("");
    let start = Instant::now();
    let (code, stdout, stderr) = run(&["emit", "e", "--every", "150ms", "--count", "3", "--url", &url]);
    assert!(start.elapsed().as_millis() >= 450, "each message should be retried until the next is due");
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
fn repeated_invalid_message_exits_2_at_once() {
    let (code, stdout, stderr) = run(&["emit", "connect", "--every", "1h", "--url", &unreachable_url("")]);
    assert_eq!((code, stdout.as_str()), (2, ""));
    assert!(stderr.starts_with("sio: EVENT: "), "{stderr}");
    assert_eq!(run(&["emit", "e", "-T", "{{ nwo }}", "--every", "1h", "--url", &unreachable_url("")]).0, 2);
}

#[cfg(unix)]
#[test]
fn signal_ends_a_repeated_message_with_the_last_exit_code() {
    use std::io::{BufRead, BufReader};

    for signal in ["-INT", "-TERM"] {
        let mut child = spawn(&["emit", "e", "--every", "1h", "--url", &unreachable_url("")]);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        assert!(lines.next().unwrap().unwrap().starts_with("sio: cannot reach Redis"));
        kill(&child, signal);
        assert_eq!(lines.next().unwrap().unwrap(), "0 sent, 1 missed, 0 late, 0 unknown");
        assert_eq!(child.wait().unwrap().code(), Some(1));
    }
}

#[cfg(unix)]
#[test]
fn signal_interrupts_a_single_message() {
    use std::net::TcpListener;

    // This server accepts connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let child = spawn(&["emit", "e", "--timeout", "1m", "--quiet", "--url", &url]);
        let _connection = silent.accept().unwrap();
        kill(&child, signal);
        let output = child.wait_with_output().unwrap();
        let stderr = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code));
        assert!(stderr.starts_with("sio: interrupted before Redis answered"), "{stderr}");
    }
}
