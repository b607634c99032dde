//! `sio` in an environment that says nothing about Redis.

use std::net::TcpListener;

use assert_cmd::Command;
use socketio_emitter::{Adapter, Args, Classic, Message};

pub(crate) fn sio(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("sio").unwrap();
    for variable in ["SIO_URL", "SIO_ADAPTER", "REDIS_URL", "REDISCLI_AUTH"] {
        command.env_remove(variable);
    }
    command.args(args);
    command
}

/// Exit code, stdout and stderr of `sio` with this on stdin.
pub(crate) fn run_with(args: &[&str], stdin: impl Into<Vec<u8>>) -> (i32, String, String) {
    let output = sio(args).write_stdin(stdin).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Exit code, stdout and stderr of `sio`.
pub(crate) fn run(args: &[&str]) -> (i32, String, String) {
    run_with(args, "")
}

/// What `sio emit ... --dry-run` prints for the classic adapter.
pub(crate) fn dry_run(args: &[&str]) -> String {
    let output = sio(&["--adapter", "classic", "emit", "--dry-run"]).args(args).assert().success().get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

/// What `sio emit ...` says when it fails, with its exit code.
pub(crate) fn failure(args: &[&str]) -> (i32, String) {
    let output = sio(&["--adapter", "classic", "emit"]).args(args).assert().failure().get_output().clone();
    assert!(output.stdout.is_empty(), "{args:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// What the crate would send for this event.
pub(crate) fn command(message: &Message) -> String {
    let adapter = Adapter::Classic(Classic::default());
    format!("{}\n", adapter.encode(message).unwrap())
}

/// What the crate would send for an event `e` with these arguments.
pub(crate) fn event(args: impl IntoIterator<Item = Args>) -> String {
    command(&Message::emit("e", Args::join(args).unwrap()))
}

/// A URL where nobody listens.
pub(crate) fn nowhere(userinfo: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("redis://{userinfo}127.0.0.1:{}", listener.local_addr().unwrap().port())
}
