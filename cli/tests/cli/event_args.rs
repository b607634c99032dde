//! How ARG, --string and --binary are parsed.

use socketio_emitter::{Args, Binary, message::Numbers};

use crate::harness::{TempFile, dry_run, emit_error, expected_event, sio};

fn json(text: &str) -> Args {
    Args::from_json(text.as_bytes(), Numbers::Exact).unwrap()
}

fn string(text: &str) -> Args {
    Args::new(text).unwrap()
}

#[test]
fn json_args_are_encoded_as_json() {
    for text in ["5", "-5", "-1.5", "0", "1e3", "true", "false", "null", "{\"a\":[1]}", "[]", "\"text\"", "{ }"] {
        assert_eq!(dry_run(&["e", text]), expected_event([json(text)]), "{text}");
    }
}

#[test]
fn other_args_are_strings() {
    let stderr = "hello 007 +5 1.2.3 0x10 1_000 2026-01-01 2026-01-01T12:00:00.000Z True NaN 1. .5 héllo";
    for text in stderr.split(' ').chain(["", " 5", "+49 30 123456", "a {{ now }}"]) {
        assert_eq!(dry_run(&["e", text]), expected_event([string(text)]), "{text}");
    }
}

#[test]
fn args_strings_and_binaries_keep_their_order() {
    let file = TempFile::new("order", &[0, 255]);
    let binary = || Args::new(&Binary([0, 255])).unwrap();
    let typed = ["e", "1", "--string", "2", "3", "--binary", file.path(), "--to", "room", "--string", "-x", "4"];
    let plain = dry_run(&typed);
    let all = [json("1"), string("2"), json("3"), binary(), string("-x"), json("4")];
    assert_eq!(plain.split_once("emitter").unwrap().1.split_once("nsp").unwrap().0, {
        let expected = expected_event(all);
        expected.split_once("emitter").unwrap().1.split_once("nsp").unwrap().0.to_owned()
    });
    assert_eq!(
        dry_run(&["--binary", file.path(), "e", "--string=1", "--", "-x"]),
        expected_event([binary(), string("1"), string("-x")])
    );
}

#[test]
fn args_are_read_from_files_and_stdin() {
    let file = TempFile::new("file", b"{\"a\":\n 1}\n");
    let at = format!("@{}", file.path());
    assert_eq!(dry_run(&["e", &at, &at]), expected_event([json("{\"a\":1}"), json("{\"a\":1}")]));
    let dry = ["emit", "e", "--dry-run", "--adapter", "classic"];
    sio(&dry).arg("@-").write_stdin("[1]").assert().success().stdout(expected_event([json("[1]")]));
    let bytes = Args::new(&Binary(b"\x00\xff")).unwrap();
    sio(&dry).args(["--binary", "-"]).write_stdin(&b"\x00\xff"[..]).assert().success().stdout(expected_event([bytes]));
}

#[test]
fn reading_stdin_twice_exits_2() {
    let output = sio(&["emit", "e", "@-", "--binary", "-"]).write_stdin("1").assert().code(2).get_output().clone();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "sio: ARG 2: stdin was already read by ARG 1; only one argument can read it\n");
}

#[test]
fn invalid_arg_reports_its_number_and_position() {
    let (code, stderr) = emit_error(&["e", "ok", "{\"a\": tru}"]);
    assert_eq!((code, stderr.starts_with("sio: ARG 2 at /a: invalid JSON")), (2, true), "{stderr}");
    assert!(stderr.contains("(column 10)"), "{stderr}");
    assert!(emit_error(&["e", "["]).1.starts_with("sio: ARG 1: "));
    let file = TempFile::new("broken", b"{\n\"a\": }");
    let (code, stderr) = emit_error(&["e", &format!("@{}", file.path())]);
    assert_eq!((code, stderr.contains("(line 2, column 6)")), (2, true), "{stderr}");
    let (code, stderr) = emit_error(&["e", "@/no/such/file"]);
    assert_eq!((code, stderr.contains("/no/such/file") && stderr.contains("--string")), (1, true), "{stderr}");
    assert_eq!(emit_error(&["e", "--binary", "/no/such/file"]).0, 1);
    assert_eq!(emit_error(&["e", "@"]).0, 2);
}

#[test]
fn integers_beyond_2_to_53_are_rejected_or_rounded() {
    let (code, stderr) = emit_error(&["e", "1", "9007199254740993"]);
    assert_eq!((code, stderr.contains("ARG 2") && stderr.contains("--lossy-numbers")), (2, true), "{stderr}");
    let rounded = Args::from_json(b"9007199254740993", Numbers::Lossy).unwrap();
    assert_eq!(dry_run(&["e", "9007199254740993", "--lossy-numbers"]), expected_event([rounded]));
    assert_eq!(dry_run(&["e", "--string", "9007199254740993"]), expected_event([string("9007199254740993")]));
}
