//! The Redis commands that `--dry-run` prints.

use std::{io::ErrorKind, net::TcpListener};

use socketio_emitter::{
    Args, Message,
    message::{Action, Flags},
};

use crate::harness::{dry_run, expected_command, expected_event, sio, spawn};

#[test]
fn rooms_flags_and_namespace_are_encoded() {
    let mut flags = Flags::default();
    flags.volatile = true;
    flags.compress = Some(false);
    let mut message = Message::from(Action::Emit { event: "e".to_owned(), args: Args::new("x").unwrap(), flags });
    message.target.of("/chat");
    message.target.to(["a".to_owned(), "b".to_owned()]);
    message.target.except = vec!["c".to_owned()];
    let expected = expected_command(&message);
    let flags = ["--to", "a", "--room", "b", "--except=c", "--volatile", "--no-compress", "--namespace"];
    assert_eq!(dry_run(&[&["e", "x"], &flags[..], &["chat"]].concat()), expected);
    assert_eq!(dry_run(&[&flags[..], &["/chat"], &["--to", "a", "e", "x"]].concat()), expected);
}

#[test]
fn global_options_are_accepted_anywhere() {
    let expected = expected_event([]).replace("socket.io#", "chat#");
    for line in [
        ["--adapter", "classic", "--prefix", "chat", "emit", "e", "--dry-run"],
        ["emit", "e", "--dry-run", "--adapter", "classic", "--prefix", "chat"],
        ["--prefix", "chat", "emit", "--adapter", "classic", "--dry-run", "e"],
    ] {
        sio(&line).assert().success().stdout(expected.clone()).stderr("");
    }
    sio(&["emit", "e", "--dry-run", "--prefix", "chat"]).env("SIO_ADAPTER", "classic").assert().stdout(expected);
}

#[test]
fn json_output_is_one_object_per_line() {
    let output =
        sio(&["emit", "e", "--count", "2", "--dry-run", "--adapter", "classic", "-o", "json"]).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 2);
    for line in text.lines() {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(line["command"][0], "PUBLISH");
        assert_eq!(line["command"][1], "socket.io#/#");
        assert!(line["command"][2]["$binary"].is_string());
    }
}

#[test]
fn dry_run_with_adapter_does_not_connect() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", listener.local_addr().unwrap());
    dry_run(&["e", "--url", &url]);
    listener.set_nonblocking(true).unwrap();
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
}

#[test]
fn closed_stdout_exits_0() {
    let mut child = spawn(&["emit", "e", "--dry-run", "--adapter", "classic", "--count", "1000000"]);
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]));
}
