use std::{
    collections::VecDeque,
    io::{BufRead, BufReader, Read, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{Receiver, RecvTimeoutError, channel},
    },
    thread,
    time::Duration,
};

use serde_json::Value;

use crate::patience::PATIENCE;

/// A program that talks in JSON lines.
#[derive(Debug)]
pub struct Tool {
    name: String,
    child: Child,
    lines: Receiver<Value>,
    /// What came while an answer was waited for.
    ahead: VecDeque<Value>,
    words: Arc<Mutex<String>>,
    next_id: u64,
}

impl Tool {
    /// Starts a program of `interop/node`, such as `official.js`.
    pub fn start(script: &str) -> Self {
        Self::start_with(script, &[])
    }

    /// Starts one with this environment.
    pub fn start_with(script: &str, environment: &[(&str, &str)]) -> Self {
        Self::run(&workspace().join("interop/node"), script, environment)
    }

    /// Starts a script of a folder that has its own packages.
    pub(crate) fn run(folder: &Path, script: &str, environment: &[(&str, &str)]) -> Self {
        assert!(
            folder.join("node_modules").exists(),
            "the packages of {script} are missing; run scripts/test, or npm ci beside it"
        );
        let mut command = Command::new("node");
        command.arg(folder.join(script)).envs(environment.iter().copied());
        Self::spawn(script, command)
    }

    /// Starts a program, which is called by this name where it fails.
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
        let words = Arc::new(Mutex::new(String::new()));
        let (mut stderr, heard) = (child.stderr.take().expect("stderr is piped"), Arc::clone(&words));
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            while let Ok(read @ 1..) = stderr.read(&mut buffer) {
                heard.lock().unwrap_or_else(PoisonError::into_inner).push_str(&lossy(&buffer[..read]));
            }
        });
        Self { name: name.to_owned(), child, lines, ahead: VecDeque::new(), words, next_id: 0 }
    }

    /// Writes a line.
    pub fn tell(&mut self, message: &Value) {
        let stdin = self.child.stdin.as_mut().expect("stdin is piped");
        writeln!(stdin, "{message}").unwrap_or_else(|error| panic!("{}: {error}", self.name));
    }

    /// Writes a request and reads its answer. What it says of its own accord until then is kept for `hear`.
    pub fn ask(&mut self, mut request: Value) -> Value {
        self.next_id += 1;
        request["id"] = self.next_id.into();
        self.tell(&request);
        let answer = loop {
            let line = self.receive(PATIENCE).unwrap_or_else(|| self.is_silent());
            if line.get("id").is_some() {
                break line;
            }
            self.ahead.push_back(line);
        };
        assert_eq!(answer["id"], request["id"], "{} answered {answer} to {request}", self.name);
        answer
    }

    /// The next line.
    ///
    /// # Panics
    /// If none comes in time.
    pub fn hear(&mut self) -> Value {
        self.hear_within(PATIENCE).unwrap_or_else(|| self.is_silent())
    }

    /// The next line, if one comes in time.
    pub fn hear_within(&mut self, time: Duration) -> Option<Value> {
        self.ahead.pop_front().or_else(|| self.receive(time))
    }

    fn receive(&self, time: Duration) -> Option<Value> {
        match self.lines.recv_timeout(time) {
            Ok(value) => Some(value),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => {
                let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
                panic!("{} ended; on stderr: {words}", self.name)
            }
        }
    }

    fn is_silent(&self) -> ! {
        let words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
        panic!("{} said nothing within {PATIENCE:?}; on stderr: {words}", self.name)
    }

    /// The process id.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Tool {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn lossy(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate has a parent folder").to_owned()
}
