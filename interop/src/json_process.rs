use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::{wait::TEST_TIMEOUT, workspace::workspace_root};

/// A child process that reads and writes one JSON value per line. It is killed when this is dropped.
#[derive(Debug)]
pub struct JsonProcess {
    name: String,
    child: Child,
    lines: Receiver<Value>,
    /// Lines that were read while waiting for the answer to a request.
    unread: VecDeque<Value>,
    stderr: Arc<Mutex<String>>,
    next_id: u64,
}

impl JsonProcess {
    /// Starts a Node script of `interop/node`, such as `official-emitter.js`.
    pub fn start(script: &str) -> Self {
        Self::start_with(script, &[])
    }

    /// Starts a Node script of `interop/node` with these environment variables.
    pub fn start_with(script: &str, environment: &[(&str, &str)]) -> Self {
        Self::start_in(&workspace_root().join("interop/node"), script, environment)
    }

    /// Starts a Node script of a folder that has its own `node_modules`.
    pub(crate) fn start_in(folder: &Path, script: &str, environment: &[(&str, &str)]) -> Self {
        assert!(
            folder.join("node_modules").exists(),
            "{script} has no node_modules: run scripts/test, or npm ci in its folder"
        );
        let mut command = Command::new("node");
        command.arg(folder.join(script)).envs(environment.iter().copied());
        Self::spawn(script, command)
    }

    /// Starts a command. `name` stands for it in panic messages.
    pub(crate) fn spawn(name: &str, mut command: Command) -> Self {
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child =
            command.spawn().unwrap_or_else(|error| panic!("{name} does not start: {error}; run scripts/test"));
        let (sender, lines) = channel();
        let stdout = BufReader::new(child.stdout.take().expect("stdout is piped"));
        thread::spawn(move || {
            for line in stdout.split(b'\n').map_while(Result::ok) {
                let value = serde_json::from_slice(&line).unwrap_or_else(|_| Value::from(lossy(&line)));
                if sender.send(value).is_err() {
                    break;
                }
            }
        });
        let stderr = Arc::new(Mutex::new(String::new()));
        let (mut pipe, text) = (child.stderr.take().expect("stderr is piped"), Arc::clone(&stderr));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = pipe.read(&mut buffer) {
                text.lock().unwrap_or_else(PoisonError::into_inner).push_str(&lossy(&buffer[..read]));
            }
        });
        Self { name: name.to_owned(), child, lines, unread: VecDeque::new(), stderr, next_id: 0 }
    }

    /// Writes a line.
    pub fn send(&mut self, message: &Value) {
        let stdin = self.child.stdin.as_mut().expect("stdin is piped");
        writeln!(stdin, "{message}").unwrap_or_else(|error| panic!("{}: {error}", self.name));
    }

    /// Writes a request with a new `id` and waits for the answer with that `id`. Other lines that arrive before it are
    /// kept for [`Self::receive`].
    ///
    /// # Panics
    /// If no answer arrives within [`TEST_TIMEOUT`].
    pub fn ask(&mut self, mut request: Value) -> Value {
        self.next_id += 1;
        request["id"] = self.next_id.into();
        self.send(&request);
        let answer = loop {
            let line = self.read_line(TEST_TIMEOUT).unwrap_or_else(|| self.panic_of_silence());
            if line.get("id").is_some() {
                break line;
            }
            self.unread.push_back(line);
        };
        assert_eq!(answer["id"], request["id"], "{} answered {answer} to {request}", self.name);
        answer
    }

    /// The next line.
    ///
    /// # Panics
    /// If no line arrives within [`TEST_TIMEOUT`].
    pub fn receive(&mut self) -> Value {
        self.receive_within(TEST_TIMEOUT).unwrap_or_else(|| self.panic_of_silence())
    }

    /// The next line, or `None` if none arrives within `time`.
    pub fn receive_within(&mut self, time: Duration) -> Option<Value> {
        self.unread.pop_front().or_else(|| self.read_line(time))
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn read_line(&self, time: Duration) -> Option<Value> {
        match self.lines.recv_timeout(time) {
            Ok(value) => Some(value),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let stderr = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
                panic!("{} exited; stderr: {stderr}", self.name)
            }
        }
    }

    fn panic_of_silence(&self) -> ! {
        let stderr = self.stderr.lock().unwrap_or_else(PoisonError::into_inner);
        panic!("{} wrote no line within {TEST_TIMEOUT:?}; stderr: {stderr}", self.name)
    }
}

impl Drop for JsonProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
