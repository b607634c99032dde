use std::{
    io::{BufRead, BufReader},
    process::{Child, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use serde_json::Value;

use crate::{
    sio::sio_command,
    wait::{TEST_TIMEOUT, send_signal},
};

/// A running `sio tap -o json`.
#[derive(Debug)]
pub struct SioTap {
    child: Child,
    lines: Receiver<Value>,
}

impl SioTap {
    /// Starts a tap and waits until it is subscribed.
    pub fn start(redis: &str, args: &[&str]) -> Self {
        let mut command = sio_command(redis);
        command.args(["tap", "-o", "json", "-v"]).args(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("sio starts");
        let mut stderr = BufReader::new(child.stderr.take().expect("stderr is piped")).lines();
        let subscribed = stderr.by_ref().map_while(Result::ok).any(|line| line.starts_with("listening"));
        assert!(subscribed, "sio tap exited");
        thread::spawn(move || stderr.for_each(drop));
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).expect("each line is JSON"));
            }
        });
        Self { child, lines }
    }

    /// The next line.
    ///
    /// # Panics
    /// If no line arrives within [`TEST_TIMEOUT`].
    pub fn receive(&self) -> Value {
        self.lines.recv_timeout(TEST_TIMEOUT).expect("sio tap prints a line")
    }

    /// The next line, if it has arrived already.
    pub fn try_receive(&self) -> Option<Value> {
        self.lines.try_recv().ok()
    }

    /// Skips lines until one has this value under this key.
    pub fn find(&self, key: &str, value: &str) -> Value {
        loop {
            let line = self.receive();
            if line[key] == value {
                return line;
            }
        }
    }

    /// Interrupts the process and returns its exit code.
    pub fn interrupt(mut self) -> Option<i32> {
        send_signal(self.child.id(), "INT");
        self.child.wait().expect("the process runs").code()
    }
}

impl Drop for SioTap {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
