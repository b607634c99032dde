use std::{
    ffi::OsStr,
    io::Write,
    process::{Command, Output, Stdio},
    sync::OnceLock,
};

use escargot::CargoRun;
use socketio_emitter::Error;

use crate::workspace::workspace_binary;

/// A `sio` command that connects to this Redis, without arguments.
pub fn sio_command(redis: &str) -> Command {
    static BUILT: OnceLock<CargoRun> = OnceLock::new();
    let mut command = workspace_binary(&BUILT, "socketio-cli", "sio");
    command.env("SIO_URL", redis).stdin(Stdio::null());
    command
}

/// Runs `sio` with these arguments and this input until it exits.
pub fn run_sio(redis: &str, args: &[impl AsRef<OsStr>], stdin: &[u8]) -> SioOutput {
    let mut child = sio_command(redis)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("sio starts");
    let mut pipe = child.stdin.take().expect("stdin is piped");
    // `sio` may exit without reading its input.
    let _ = pipe.write_all(stdin);
    drop(pipe);
    child.wait_with_output().expect("sio exits").into()
}

/// Exit code and output of a `sio` process that has exited.
#[derive(Debug)]
pub struct SioOutput {
    /// The exit code, or `None` if a signal ended the process.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl SioOutput {
    /// Whether `sio` refused to send, with the exit code and the message of this error of the crate.
    pub fn is_refusal(&self, error: &Error) -> bool {
        let code = match error.code().as_str() {
            "unsupported" => 2,
            "too-few-servers" => 3,
            _ => return false,
        };
        self.code == Some(code) && self.stdout.is_empty() && self.stderr.contains(&error.to_string())
    }
}

impl From<Output> for SioOutput {
    fn from(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("sio writes UTF-8");
        Self { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }
}
