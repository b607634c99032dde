//! What an ARG becomes.

use std::{env, fs, process};

use socketio_emitter::{Args, Binary, Numbers};

use crate::sio::{dry_run, event, failure, sio};

fn json(text: &str) -> Args {
    Args::from_json(text.as_bytes(), Numbers::Exact).unwrap()
}

fn string(text: &str) -> Args {
    Args::new(text).unwrap()
}

/// A file that is gone when the test is over.
struct File(String);

impl File {
    fn new(name: &str, content: &[u8]) -> Self {
        let path = env::temp_dir().join(format!("sio-{}-{name}", process::id()));
        fs::write(&path, content).unwrap();
        Self(path.to_str().unwrap().to_owned())
    }
}

impl Drop for File {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

#[test]
fn json_is_sent_as_json() {
    for text in ["5", "-5", "-1.5", "0", "1e3", "true", "false", "null", "{\"a\":[1]}", "[]", "\"text\"", "{ }"] {
        assert_eq!(dry_run(&["e", text]), event([json(text)]), "{text}");
    }
}

#[test]
fn anything_else_is_a_string() {
    let words = "hello 007 +5 1.2.3 0x10 1_000 2026-01-01 2026-01-01T12:00:00.000Z True NaN 1. .5 héllo";
    for text in words.split(' ').chain(["", " 5", "+49 30 123456", "a {{ now }}"]) {
        assert_eq!(dry_run(&["e", text]), event([string(text)]), "{text}");
    }
}

#[test]
fn values_keep_their_order() {
    let file = File::new("order", &[0, 255]);
    let binary = || Args::new(&Binary([0, 255])).unwrap();
    let typed = ["e", "1", "--string", "2", "3", "--binary", &file.0, "--to", "room", "--string", "-x", "4"];
    let plain = dry_run(&typed);
    let all = [json("1"), string("2"), json("3"), binary(), string("-x"), json("4")];
    assert_eq!(plain.split_once("emitter").unwrap().1.split_once("nsp").unwrap().0, {
        let expected = event(all);
        expected.split_once("emitter").unwrap().1.split_once("nsp").unwrap().0.to_owned()
    });
    assert_eq!(
        dry_run(&["--binary", &file.0, "e", "--string=1", "--", "-x"]),
        event([binary(), string("1"), string("-x")])
    );
}

#[test]
fn files_and_stdin() {
    let file = File::new("file", b"{\"a\":\n 1}\n");
    let at = format!("@{}", file.0);
    assert_eq!(dry_run(&["e", &at, &at]), event([json("{\"a\":1}"), json("{\"a\":1}")]));
    let dry = ["emit", "e", "--dry-run", "--adapter", "classic"];
    sio(&dry).arg("@-").write_stdin("[1]").assert().success().stdout(event([json("[1]")]));
    let bytes = Args::new(&Binary(b"\x00\xff")).unwrap();
    sio(&dry).args(["--binary", "-"]).write_stdin(&b"\x00\xff"[..]).assert().success().stdout(event([bytes]));
}

#[test]
fn stdin_is_read_once() {
    let output = sio(&["emit", "e", "@-", "--binary", "-"]).write_stdin("1").assert().code(2).get_output().clone();
    let words = String::from_utf8(output.stderr).unwrap();
    assert_eq!(words, "sio: ARG 2: ARG 1 has read stdin already, and it can be read once\n");
}

#[test]
fn a_broken_value_says_which_and_where() {
    let (code, words) = failure(&["e", "ok", "{\"a\": tru}"]);
    assert_eq!((code, words.starts_with("sio: ARG 2 at /a: this is no valid JSON")), (2, true), "{words}");
    assert!(words.contains("(column 10)"), "{words}");
    assert!(failure(&["e", "["]).1.starts_with("sio: ARG 1: "));
    let file = File::new("broken", b"{\n\"a\": }");
    let (code, words) = failure(&["e", &format!("@{}", file.0)]);
    assert_eq!((code, words.contains("(line 2, column 6)")), (2, true), "{words}");
    let (code, words) = failure(&["e", "@/no/such/file"]);
    assert_eq!((code, words.contains("/no/such/file") && words.contains("--string")), (1, true), "{words}");
    assert_eq!(failure(&["e", "--binary", "/no/such/file"]).0, 1);
    assert_eq!(failure(&["e", "@"]).0, 2);
}

#[test]
fn numbers_are_whole_or_refused() {
    let (code, words) = failure(&["e", "1", "9007199254740993"]);
    assert_eq!((code, words.contains("ARG 2") && words.contains("--lossy-numbers")), (2, true), "{words}");
    let rounded = Args::from_json(b"9007199254740993", Numbers::Lossy).unwrap();
    assert_eq!(dry_run(&["e", "9007199254740993", "--lossy-numbers"]), event([rounded]));
    assert_eq!(dry_run(&["e", "--string", "9007199254740993"]), event([string("9007199254740993")]));
}
