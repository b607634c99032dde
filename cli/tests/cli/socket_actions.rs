//! join, leave, disconnect and server-emit: encoding and usage errors.

use serde_json::{Value, json};

use crate::harness::run;

/// Runs a command as a dry run for Socket.IO 4 servers. Returns exit code, stdout and stderr.
fn dry_run(args: &[&str]) -> (i32, String, String) {
    run(&[args, &["--dry-run", "--adapter", "classic", "--socket-io", "4", "-o", "json"]].concat())
}

/// The command line for a message.
fn command_line(message: &Value) -> Vec<String> {
    let list = |key: &str| {
        message[key].as_array().into_iter().flatten().map(|item| match item {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        })
    };
    let verb = message["do"].as_str().unwrap();
    let mut line = vec![verb.to_owned(), "--namespace".to_owned(), message["namespace"].as_str().unwrap().to_owned()];
    line.extend(message["event"].as_str().map(str::to_owned));
    line.extend(list("args").chain(list("join")).chain(list("leave")));
    line.extend(list("rooms").map(|room| format!("--to={room}")));
    line.extend(list("except").map(|room| format!("--except={room}")));
    line.extend(["all", "close"].iter().filter(|key| message[**key] == json!(true)).map(|key| format!("--{key}")));
    line
}

#[test]
fn commands_equal_those_of_the_official_emitter() {
    let vectors: Value = serde_json::from_str(include_str!("../../../emitter/tests/vectors/classic.json")).unwrap();
    let mut compared = 0;
    for capture in vectors["captured"].as_array().unwrap().iter().filter(|capture| capture["message"]["do"] != "emit") {
        let mut line = command_line(&capture["message"]);
        line.extend(["--prefix".to_owned(), capture["prefix"].as_str().unwrap().to_owned()]);
        let (code, stdout, stderr) = dry_run(&line.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!((code, stderr.as_str()), (0, ""), "{line:?}");
        let printed: Value = serde_json::from_str(&stdout).unwrap();
        let (channel, text) = (&capture["channel"], &capture["text"]);
        assert_eq!(printed, json!({ "command": ["PUBLISH", channel, text] }), "{line:?}");
        compared += 1;
    }
    assert_eq!(compared, 6);
}

#[test]
fn targeting_every_socket_requires_all() {
    for args in [&["join", "r"][..], &["leave", "r"], &["disconnect"], &["disconnect", "--except", "a"]] {
        let (code, stdout, stderr) = dry_run(args);
        assert_eq!((code, stdout.as_str()), (2, ""));
        assert_eq!(
            stderr,
            "sio: this targets every socket of the namespace; name rooms with --to ROOM, or confirm with --all\n"
        );
        assert_eq!(dry_run(&[args, &["--all"]].concat()).0, 0);
        assert_eq!(dry_run(&[args, &["--to", "a"]].concat()).0, 0);
        assert_eq!(dry_run(&[args, &["--to", "a", "--all"]].concat()).0, 2);
    }
}

#[test]
fn errors_name_the_option_or_argument() {
    for (args, expected) in [
        (&["join"][..], "<ROOM>"),
        (&["join", "", "--all"], "ROOM: "),
        (&["leave", "a", "", "--all"], "ROOM: "),
        (&["join", "r", "--to", ""], "--to: "),
        (&["join", "r", "--all", "--except", ""], "--except: "),
        (&["disconnect", "r"], "'r'"),
        (&["disconnect", "--all", "--namespace", "/a]"], "--namespace: "),
        (&["server-emit"], "<EVENT>"),
        (&["server-emit", "connection"], "EVENT: "),
        (&["server-emit", "e", "{\"a\":"], "ARG 1 at /a: "),
        (&["server-emit", "e", "{{ now }}"], "ARG 1: "),
        (&["server-emit", "e", "{\"$binary\":\"AA==\"}"], "base64 text"),
        (&["server-emit", "e", "--to", "a"], "--to"),
    ] {
        let (code, stdout, stderr) = dry_run(args);
        assert_eq!((code, stdout.as_str(), stderr.contains(expected)), (2, "", true), "{args:?}: {stderr}");
        assert!(stderr.starts_with("sio: ") && !stderr.contains("-T"), "{stderr}");
    }
}

#[test]
fn actions_that_old_servers_do_not_support_exit_2() {
    for (args, version) in [
        (&["join", "r", "--all"][..], "2"),
        (&["leave", "r", "--to", "a"], "2"),
        (&["disconnect", "--all"], "2"),
        (&["server-emit", "e"], "2"),
        (&["server-emit", "e"], "3"),
    ] {
        let flags = ["--dry-run", "--adapter", "classic", "--socket-io", version];
        let (code, stdout, stderr) = run(&[args, &flags].concat());
        assert_eq!((code, stdout.as_str(), stderr.contains("upgrade")), (2, "", true), "{args:?}: {stderr}");
    }
}

#[test]
fn server_emit_parses_args_like_emit() {
    let (_, stdout, _) = dry_run(&["server-emit", "e", "5", "--string", "5", "five", "[null, 1.5]"]);
    let printed: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(printed["command"][2], r#"{"uid":"emitter","type":6,"data":["e",5,"5","five",[null,1.5]]}"#);
}
