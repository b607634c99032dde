//! `sio pipe`: parsing of lines, dry runs, and signals.

use std::io::Write;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use serde_json::{Value, value::RawValue};

#[cfg(unix)]
use crate::harness::kill;
use crate::harness::{TempFile, run, run_with_stdin, spawn};

const DRY_RUN: [&str; 6] = ["pipe", "--dry-run", "--adapter", "classic", "--socket-io", "4"];

/// Runs a dry run of `sio pipe`. Returns the exit code, and the lines of stdout and stderr.
fn pipe(flags: &[&str], input: impl Into<Vec<u8>>) -> (i32, Vec<String>, Vec<String>) {
    let (code, stdout, stderr) = run_with_stdin(&[&DRY_RUN, flags].concat(), input);
    let lines = |text: String| text.lines().map(str::to_owned).collect();
    (code, lines(stdout), lines(stderr))
}

/// Asserts that the last line is `<printed> printed, <bad> bad; <all> lines in …`.
fn assert_summary(stderr: &[String], printed: usize, bad: usize) {
    let noun = if printed + bad == 1 { "line" } else { "lines" };
    let expected = format!("{printed} printed, {bad} bad; {} {noun} in ", printed + bad);
    assert!(stderr.last().is_some_and(|line| line.starts_with(&expected)), "{expected}: {stderr:?}");
}

#[test]
fn invalid_lines_are_reported_and_skipped() {
    for (line, expected) in [
        (&b"nonsense"[..], "line 2, column 2: invalid JSON"),
        (b"{\"event\":\"e\",\"data\":tru}", "line 2, column 24: /data: invalid JSON"),
        (b"{\"event\":\"e\"", "line 2, column 12: invalid JSON"),
        (b"{\"event\":\"e\"} {\"event\":\"e\"}", "line 2, column 15: invalid JSON"),
        (b"[]", "line 2, column "),
        (b"{}", "line 2, column 2: \"event\" is missing"),
        (b"{\"event\":7}", "line 2, column 10: /event: "),
        (b"{\"event\":\"e\",\"room\":\"r\"}", "/room: unknown key \"room\"; did you mean \"rooms\"?"),
        (b"{\"event\":\"e\",\"args\":[],\"data\":1}", "/data: \"args\" (a list) and \"data\""),
        (b"{\"event\":\"connect\"}", "/event: \"connect\" is reserved"),
        (b"{\"event\":\"e\",\"rooms\":[]}", "/rooms: the list of rooms is empty"),
        (b"{\"event\":\"e\",\"except\":[\"a\",\"\"]}", "/except/1: the room has no name"),
        (b"{\"do\":\"disconnect\"}", "/rooms: without rooms this would reach every socket"),
        (b"{\"do\":\"dance\"}", "/do: "),
        (b"{\"event\":\"e\",\"namespace\":\"/[\"}", "/namespace: "),
        (b"{\"do\":\"server-emit\",\"event\":\"e\",\"data\":{\"$binary\":\"AA==\"}}", "cannot carry binary"),
        (b"{\"event\":\"e\",\"args\":[{\"id\":9007199254740993}]}", "/args/0/id: 9007199254740993 is beyond 2^53-1"),
        (b"{\"event\":\"\xff\"}", "line 2, column "),
        (
            b"{\"event\":\"e\",\"data\":\"a long, long, long, long, long, long, long line\"}",
            "longer than 60 B (--max-line)",
        ),
    ] {
        let input = [b"{\"event\":\"before\"}\n", line, b"\n{\"event\":\"after\"}\n"].concat();
        let flags: &[&str] = if expected.contains("60 B") { &["--max-line", "60"] } else { &[] };
        let (code, stdout, stderr) = pipe(flags, input.clone());
        assert_eq!((code, stdout.len(), stderr.len()), (2, 2, 2), "{expected}: {stderr:?}");
        assert!(stdout[0].contains("before") && stdout[1].contains("after"), "{stdout:?}");
        assert!(stderr[0].starts_with("sio: line 2") && stderr[0].contains(expected), "{expected}: {}", stderr[0]);
        assert_summary(&stderr, 2, 1);

        let (code, stdout, stderr) = pipe(&[flags, &["--strict", "--quiet"]].concat(), input);
        assert_eq!((code, stdout.len(), stderr.len()), (2, 1, 1), "strict, {expected}: {stderr:?}");
        assert!(stdout[0].contains("before") && stderr[0].contains(expected), "{stderr:?}");
    }
}

#[test]
fn messages_that_old_servers_do_not_support_are_invalid() {
    let input = "{\"event\":\"a\"}\n{\"do\":\"join\",\"join\":[\"r\"],\"all\":true}\n{\"event\":\"b\",\"except\":[\"r\"]}\n{\"event\":\"c\"}";
    assert_eq!(pipe(&[], input).1.len(), 4);
    let flags = ["pipe", "--dry-run", "--adapter", "classic", "--socket-io", "2"];
    let (code, stdout, stderr) = run_with_stdin(&flags, input);
    assert_eq!((code, stdout.lines().count(), stderr.lines().count()), (2, 2, 3), "{stderr}");
    assert!(stderr.starts_with("sio: line 2: the classic adapter cannot carry join to Socket.IO 2"), "{stderr}");
    assert!(stderr.contains("sio: line 3: the classic adapter cannot carry except to Socket.IO 2"), "{stderr}");
}

#[test]
fn byte_order_mark_crlf_and_blank_lines_are_accepted() {
    let bom = "\u{feff}{\"event\":\"a\"}\r\n\r\n  \t\n{\"event\":\"b\"}\r\nbad\r\n\n{\"event\":\"c\"}";
    let (code, stdout, stderr) = pipe(&[], bom);
    assert_eq!((code, stdout.len()), (2, 3));
    assert!(stderr[0].starts_with("sio: line 5, column 1: "), "{stderr:?}");
    assert_summary(&stderr, 3, 1);
    for nothing in ["", "\n", "\u{feff}", "\u{feff}\r\n \n"] {
        let (code, stdout, stderr) = pipe(&[], nothing);
        assert_eq!((code, stdout.len()), (0, 0), "{nothing:?}: {stderr:?}");
        assert_summary(&stderr, 0, 0);
    }
}

#[test]
fn twenty_invalid_lines_are_reported_and_all_are_counted() {
    let input = "bad\n".repeat(30) + "{\"event\":\"e\"}\n";
    let (code, stdout, stderr) = pipe(&[], input.clone());
    assert_eq!((code, stdout.len(), stderr.len()), (2, 1, 22), "{stderr:?}");
    assert!(stderr[19].starts_with("sio: line 20, "));
    assert_eq!(stderr[20], "sio: further bad lines are only counted; use --verbose to report all");
    assert_summary(&stderr, 1, 30);
    let (_, _, stderr) = pipe(&["-v"], input);
    assert!(stderr.iter().any(|line| line.starts_with("sio: line 30, ")), "{stderr:?}");
}

#[test]
fn from_line_skips_earlier_lines() {
    let input = "bad\n\n{\"event\":\"three\"}\n{\"event\":\"four\"}\nbad";
    let (code, stdout, stderr) = pipe(&["--from-line", "4"], input);
    assert_eq!((code, stdout.len()), (2, 1));
    assert!(stdout[0].contains("four") && stderr[0].starts_with("sio: line 5, "), "{stdout:?} {stderr:?}");
    assert_summary(&stderr, 1, 1);
    assert_eq!(pipe(&["--from-line", "99"], input).0, 0);
}

#[test]
fn many_lines_of_a_file_keep_their_order() {
    let input: String = (0..50_000).map(|n| format!("{{\"event\":\"e\",\"data\":\"no {n}.\"}}\n")).collect();
    let file = TempFile::new("many", input.as_bytes());
    let (code, stdout, stderr) = run(&[&DRY_RUN[..], &[file.path()]].concat());
    assert_eq!(code, 0, "{stderr}");
    assert!(stderr.starts_with("50,000 printed, 0 bad; 50,000 lines in "), "{stderr}");
    assert!(stdout.lines().enumerate().all(|(n, line)| line.contains(&format!("no {n}."))));
}

#[test]
fn commands_equal_those_of_the_official_emitter() {
    #[derive(Deserialize)]
    struct ClassicCaptures<'a> {
        #[serde(borrow)]
        captured: Vec<ClassicCapture<'a>>,
    }
    #[derive(Deserialize)]
    struct ClassicCapture<'a> {
        name: String,
        prefix: String,
        #[serde(borrow)]
        message: &'a RawValue,
        channel: String,
        hex: Option<String>,
        text: Option<String>,
    }
    let vectors = include_str!("../../../emitter/tests/vectors/classic.json");
    let ClassicCaptures { mut captured } = serde_json::from_str(vectors).unwrap();
    let escapes = ["$base64", "$date", "$undefined", "$float"];
    captured.retain(|capture| {
        capture.prefix == "socket.io" && !escapes.iter().any(|escape| capture.message.get().contains(escape))
    });
    let input: String = captured.iter().map(|capture| format!("{}\n", capture.message.get())).collect();
    let (code, stdout, stderr) = pipe(&["-o", "json"], input);
    assert_eq!((code, stdout.len()), (0, captured.len()), "{stderr:?}");
    assert!(captured.len() > 20);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    for (capture, line) in captured.into_iter().zip(stdout) {
        let printed: Value = serde_json::from_str(&line).unwrap();
        let payload = match &printed["command"][2] {
            Value::String(text) => text.clone().into_bytes(),
            binary => STANDARD.decode(binary["$binary"].as_str().unwrap()).unwrap(),
        };
        let expected = capture.hex.unwrap_or_else(|| hex(capture.text.unwrap().as_bytes()));
        assert_eq!(printed["command"][1], capture.channel, "{}", capture.name);
        assert_eq!(hex(&payload), expected, "{}", capture.name);
    }
}

#[test]
fn rate_spaces_messages() {
    let start = std::time::Instant::now();
    let (code, stdout, _) = pipe(&["--rate", "20"], "{\"event\":\"e\"}\n".repeat(5));
    assert_eq!((code, stdout.len()), (0, 5));
    assert!(start.elapsed().as_millis() >= 200, "five messages have four pauses of 50 ms");
}

#[test]
fn invalid_usage_exits_2_and_an_unreadable_file_exits_1() {
    for (flags, expected) in [
        (&["--rate", "0"][..], "500, 0.5, 100/s"),
        (&["--from-line", "0"], "--from-line"),
        (&["--max-line", "0"], "16MiB"),
        (&["--max-line", "lots"], "16MiB"),
        (&["--namespace", "/admin"], "set it in each line"),
        (&["a", "b"], "'b'"),
    ] {
        let (code, stdout, stderr) = pipe(flags, "");
        assert_eq!((code, stdout.len(), stderr[0].contains(expected)), (2, 0, true), "{flags:?}: {stderr:?}");
    }
    let (code, _, stderr) = pipe(&["/no/such/file"], "");
    assert_eq!((code, stderr[0].starts_with("sio: cannot read /no/such/file: ")), (1, true), "{stderr:?}");
}

#[cfg(unix)]
#[test]
fn reading_a_directory_exits_1() {
    let (code, _, stderr) = pipe(&["/"], "");
    assert_eq!((code, stderr[1].starts_with("sio: cannot read /: ")), (1, true), "{stderr:?}");
}

#[test]
fn closed_stdout_exits_0() {
    let mut child = spawn(&DRY_RUN);
    drop(child.stdout.take());
    // The write fails if sio has already ended.
    let _ = child.stdin.take().unwrap().write_all(b"{\"event\":\"e\"}\n{\"event\":\"e\"}\n");
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}

#[cfg(unix)]
#[test]
fn lines_are_processed_as_they_arrive_and_a_signal_stops_after_them() {
    use std::io::{BufRead, BufReader, Read};

    for (signal, code) in [("-INT", 130), ("-TERM", 143)] {
        let mut child = spawn(&DRY_RUN);
        let mut stdin = child.stdin.take().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap()).lines();
        write!(stdin, "{{\"event\":").unwrap();
        for n in 1..=3 {
            // The end of each line is written together with the beginning of the next.
            write!(stdin, "\"e{n}\"}}\n{{\"event\":").unwrap();
            assert!(stdout.next().unwrap().unwrap().contains(&format!("e{n}")));
        }
        kill(&child, signal);
        assert_eq!(child.wait().unwrap().code(), Some(code));
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        assert!(stderr.contains("3 printed, 0 bad; 3 lines in "), "{stderr}");
        assert!(stderr.ends_with("sio: interrupted; continue with --from-line 4\n"), "{stderr}");
    }
}
