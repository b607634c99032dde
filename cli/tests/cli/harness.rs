//! Runs `sio` in an environment without Redis variables.

use std::{
    env, fs,
    net::TcpListener,
    process::{self, Child, Stdio},
};

use assert_cmd::Command;
use socketio_emitter::{Adapter, Args, Message, adapter::Classic};

const REDIS_VARIABLES: [&str; 4] = ["SIO_URL", "SIO_ADAPTER", "REDIS_URL", "REDISCLI_AUTH"];

/// The command `sio` with these arguments.
pub(crate) fn sio(args: &[&str]) -> Command {
    let mut command = Command::cargo_bin("sio").unwrap();
    REDIS_VARIABLES.iter().for_each(|variable| {
        command.env_remove(variable);
    });
    command.args(args);
    command
}

/// Starts `sio` with pipes for stdin, stdout and stderr.
pub(crate) fn spawn(args: &[&str]) -> Child {
    let mut command = process::Command::new(sio(&[]).get_program());
    REDIS_VARIABLES.iter().for_each(|variable| {
        command.env_remove(variable);
    });
    command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// Sends a signal such as `-INT` to a process.
#[cfg(unix)]
pub(crate) fn kill(child: &Child, signal: &str) {
    assert!(process::Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap().success());
}

/// Runs `sio` with this stdin. Returns exit code, stdout and stderr.
pub(crate) fn run_with_stdin(args: &[&str], stdin: impl Into<Vec<u8>>) -> (i32, String, String) {
    let output = sio(args).write_stdin(stdin).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}

/// Runs `sio` with an empty stdin. Returns exit code, stdout and stderr.
pub(crate) fn run(args: &[&str]) -> (i32, String, String) {
    run_with_stdin(args, "")
}

/// The stdout of a successful `sio emit … --dry-run` for the classic adapter.
pub(crate) fn dry_run(args: &[&str]) -> String {
    let output = sio(&["--adapter", "classic", "emit", "--dry-run"]).args(args).assert().success().get_output().clone();
    String::from_utf8(output.stdout).unwrap()
}

/// The exit code and stderr of a failing `sio emit …` for the classic adapter.
pub(crate) fn emit_error(args: &[&str]) -> (i32, String) {
    let output = sio(&["--adapter", "classic", "emit"]).args(args).assert().failure().get_output().clone();
    assert!(output.stdout.is_empty(), "{args:?}");
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

/// The line that a dry run of this message should print.
pub(crate) fn expected_command(message: &Message) -> String {
    let adapter = Adapter::Classic(Classic::default());
    format!("{}\n", adapter.encode(message).unwrap())
}

/// The line that a dry run of an event `e` with these arguments should print.
pub(crate) fn expected_event(args: impl IntoIterator<Item = Args>) -> String {
    expected_command(&Message::emit("e", Args::join(args).unwrap()))
}

/// A URL with a port on which nothing listens. `userinfo` is empty or ends with `@`.
pub(crate) fn unreachable_url(userinfo: &str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    format!("redis://{userinfo}127.0.0.1:{}", listener.local_addr().unwrap().port())
}

/// A temporary file, deleted on drop.
pub(crate) struct TempFile(String);

impl TempFile {
    pub(crate) fn new(name: &str, content: &[u8]) -> Self {
        let path = env::temp_dir().join(format!("sio-{}-{name}", process::id()));
        fs::write(&path, content).unwrap();
        Self(path.to_str().unwrap().to_owned())
    }

    pub(crate) fn path(&self) -> &str {
        &self.0
    }
}

impl Drop for TempFile {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}
