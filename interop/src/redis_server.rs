use std::{
    io::{self, Read, Write},
    net::{TcpListener, TcpStream},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::PATIENCE;

/// A redis-server of the test's own, which keeps nothing.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    folder: TempDir,
    child: Option<Child>,
}

impl RedisServer {
    /// Starts one on a free port.
    pub fn start() -> Self {
        // The port is free now and might not be a moment later: then another one is.
        for _ in 0..20 {
            let folder = TempDir::new().expect("a temporary folder");
            let mut server = Self { port: free_port(), folder, child: None };
            if server.try_revive() {
                return server;
            }
        }
        panic!("redis-server found no free port");
    }

    /// Its URL.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Its port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills it.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts it again, on the same port.
    pub fn revive(&mut self) {
        assert!(self.try_revive(), "redis-server did not start on port {} again", self.port);
    }

    /// Stops it in the middle of what it does: connections stay, answers do not come.
    pub fn freeze(&self) {
        self.signal("STOP");
    }

    /// Lets it go on.
    pub fn thaw(&self) {
        self.signal("CONT");
    }

    /// One command, the way redis-cli would send it, and the raw answer.
    ///
    /// # Panics
    /// If it is not there, or does not answer.
    pub fn command(&self, words: &[&[u8]]) -> String {
        self.try_command(words).unwrap_or_else(|error| panic!("redis-server on port {}: {error}", self.port))
    }

    fn try_command(&self, words: &[&[u8]]) -> io::Result<String> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut request = format!("*{}\r\n", words.len()).into_bytes();
        for word in words {
            request.extend_from_slice(format!("${}\r\n", word.len()).as_bytes());
            request.extend_from_slice(word);
            request.extend_from_slice(b"\r\n");
        }
        stream.write_all(&request)?;
        let mut answer = [0; 16384];
        let read = stream.read(&mut answer)?;
        Ok(String::from_utf8_lossy(&answer[..read]).into_owned())
    }

    /// How many messages were published so far, by its `commandstats`.
    pub fn published(&self) -> u64 {
        let stats = self.command(&[b"INFO", b"commandstats"]);
        let calls = stats.split("cmdstat_publish:calls=").nth(1).and_then(|rest| rest.split(',').next());
        calls.map_or(0, |calls| calls.parse().expect("commandstats counts"))
    }

    fn signal(&self, name: &str) {
        let pid = self.child.as_ref().expect("redis-server runs").id();
        let status = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill -{name}");
    }

    fn try_revive(&mut self) -> bool {
        let child = Command::new("redis-server")
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--dir", &self.folder.path().display().to_string()])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        self.kill();
        self.child = Some(child.expect("redis-server is needed; run scripts/test"));
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let ended = self.child.as_mut().is_some_and(|child| child.try_wait().is_ok_and(|code| code.is_some()));
            if ended {
                return false;
            }
            if let Ok(info) = self.try_command(&[b"INFO", b"server"]) {
                // Another test's server may have taken the port.
                return info.contains(&format!("process_id:{}\r", self.child.as_ref().map_or(0, Child::id)));
            }
            thread::sleep(Duration::from_millis(5));
        }
        false
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("it has an address").port()
}
