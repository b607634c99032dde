use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
};

use serde_json::Value;

use crate::{doors::sio, patience::PATIENCE};

/// A running `sio tap -o json`.
#[derive(Debug)]
pub struct Tap {
    child: Child,
    lines: Receiver<Value>,
}

impl Tap {
    /// Starts one; it listens when this returns.
    pub fn start(redis: &str, args: &[&str]) -> Self {
        let mut command = sio(redis);
        command.args(["tap", "-o", "json", "-v"]).args(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("sio starts");
        let mut words = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let begun = words.by_ref().map_while(Result::ok).any(|line| line.starts_with("listening"));
        assert!(begun, "the tap ended");
        thread::spawn(move || words.for_each(drop));
        let stdout = BufReader::new(child.stdout.take().expect("it is piped"));
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                let _ = sender.send(serde_json::from_str(&line).expect("its lines are JSON"));
            }
        });
        Self { child, lines }
    }

    /// The next line.
    pub fn hear(&self) -> Value {
        self.lines.recv_timeout(PATIENCE).expect("the tap shows something")
    }

    /// The next line, if it is there already.
    pub fn try_hear(&self) -> Option<Value> {
        self.lines.try_recv().ok()
    }

    /// The next line that this is in.
    pub fn find(&self, key: &str, value: &str) -> Value {
        loop {
            let line = self.hear();
            if line[key] == value {
                return line;
            }
        }
    }

    /// Ends it, and gives its exit code.
    pub fn interrupt(mut self) -> Option<i32> {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status();
        assert!(sent.is_ok_and(|status| status.success()), "kill -INT");
        self.child.wait().expect("it runs").code()
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
