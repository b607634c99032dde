use std::{
    fs,
    io::{self, Read, Write},
    net::TcpListener,
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use tempfile::TempDir;

use crate::{
    wait::{TEST_TIMEOUT, send_signal, wait_for},
    workspace::workspace_root,
};

/// How often another port is tried if redis-server does not start.
const START_ATTEMPTS: usize = 20;

/// A redis-server process without persistence. It listens on a free port and on a Unix socket in a temporary folder.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    folder: TempDir,
    mode: &'static [&'static str],
    user: Option<[&'static str; 2]>,
    program: PathBuf,
    child: Option<Child>,
}

/// The system's redis-server.
const PROGRAM: &str = "redis-server";

impl RedisServer {
    /// Starts a server on a free port.
    pub fn start() -> Self {
        Self::start_with(|_, _| Vec::new())
    }

    /// Starts a server of Redis 6.2, which has no sharded pub/sub.
    pub fn start_6() -> Self {
        let program = workspace_root().join("interop/python/venv-redis-6.2/bin/redis-server");
        assert!(program.exists(), "Redis 6.2 is not installed; run scripts/test");
        Self::launch(&program, &[], None, |_, _| Vec::new())
    }

    /// Starts a server that accepts only this user, who has all permissions.
    pub fn start_with_user(name: &'static str, password: &'static str) -> Self {
        let rules = [format!("user {name} on >{password} ~* &* +@all"), "user default off".to_owned()];
        Self::launch(Path::new(PROGRAM), &[], Some([name, password]), |_, _| rules.to_vec())
    }

    /// Starts a replica of `primary` and waits until it is synchronized.
    pub fn start_replica_of(primary: &Self) -> Self {
        // By default the primary waits 5 seconds for more replicas.
        primary.command(&[b"CONFIG", b"SET", b"repl-diskless-sync-delay", b"0"]);
        let replica = Self::start();
        replica.follow(primary);
        replica
    }

    /// Makes this server a replica of `primary` and waits until it is synchronized.
    pub fn follow(&self, primary: &Self) {
        self.command(&[b"REPLICAOF", b"127.0.0.1", primary.port().to_string().as_bytes()]);
        wait_for("the replica to synchronize", || {
            let synchronized = self.command(&[b"INFO", b"replication"]).contains("master_link_status:up");
            let online = primary.command(&[b"INFO", b"replication"]).contains("state=online");
            (synchronized && online).then_some(())
        });
    }

    /// Starts a server with additional configuration lines, which may depend on its port and folder.
    pub(crate) fn start_with(configuration: impl Fn(u16, &Path) -> Vec<String>) -> Self {
        let no_persistence = ["save \"\"".to_owned(), "appendonly no".to_owned()];
        Self::launch(Path::new(PROGRAM), &[], None, |port, folder| {
            [no_persistence.to_vec(), configuration(port, folder)].concat()
        })
    }

    /// Starts a sentinel.
    pub(crate) fn start_sentinel(configuration: &[String]) -> Self {
        Self::launch(Path::new(PROGRAM), &["--sentinel"], None, |_, _| configuration.to_vec())
    }

    fn launch(
        program: &Path,
        mode: &'static [&'static str],
        user: Option<[&'static str; 2]>,
        configuration: impl Fn(u16, &Path) -> Vec<String>,
    ) -> Self {
        // Another process may take the free port before redis-server binds it.
        for _ in 0..START_ATTEMPTS {
            let program = program.to_owned();
            let mut server = Self {
                port: free_port(),
                folder: TempDir::new().expect("a temporary folder"),
                mode,
                user,
                program,
                child: None,
            };
            server.configure(configuration(server.port, server.folder.path()));
            if server.try_start() {
                return server;
            }
        }
        panic!("redis-server does not start: no free port, or an invalid configuration");
    }

    /// The URL, with the user's name and password if there is a user.
    pub fn url(&self) -> String {
        let user = self.user.map_or(String::new(), |[name, password]| format!("{name}:{password}@"));
        format!("redis://{user}127.0.0.1:{}", self.port)
    }

    /// The URL of the Unix socket.
    pub fn unix_url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// The address, `127.0.0.1:port`.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The port.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Kills the process.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Starts the server again, on the same port.
    pub fn restart(&mut self) {
        assert!(self.try_start(), "redis-server did not start on port {} again", self.port);
    }

    /// Stops the process without closing its connections (SIGSTOP).
    pub fn freeze(&self) {
        send_signal(self.pid(), "STOP");
    }

    /// Continues the process after [`Self::freeze`].
    pub fn thaw(&self) {
        send_signal(self.pid(), "CONT");
    }

    /// Sends a command on a new connection and returns the raw reply.
    ///
    /// # Panics
    /// If the server does not run or does not reply within [`TEST_TIMEOUT`].
    pub fn command(&self, words: &[&[u8]]) -> String {
        self.try_command(words, TEST_TIMEOUT)
            .unwrap_or_else(|error| panic!("redis-server on port {}: {error}", self.port))
    }

    /// Sends a command on a new connection and returns the raw reply, if it arrives within `time`.
    pub(crate) fn try_command(&self, words: &[&[u8]], time: Duration) -> io::Result<String> {
        let mut stream = UnixStream::connect(self.socket())?;
        stream.set_read_timeout(Some(time))?;
        if let Some([name, password]) = self.user {
            send_command(&mut stream, &[b"AUTH", name.as_bytes(), password.as_bytes()])?;
        }
        send_command(&mut stream, words)
    }

    /// The number of PUBLISH calls so far, from `commandstats`.
    pub fn published(&self) -> u64 {
        let stats = self.command(&[b"INFO", b"commandstats"]);
        let calls = stats.split("cmdstat_publish:calls=").nth(1).and_then(|rest| rest.split(',').next());
        calls.map_or(0, |calls| calls.parse().expect("a number of calls"))
    }

    /// The number of subscribers of this channel on this server, from `PUBSUB NUMSUB`.
    pub fn subscribers(&self, channel: &str) -> u64 {
        let answer = self.command(&[b"PUBSUB", b"NUMSUB", channel.as_bytes()]);
        let count = answer.trim().rsplit(':').next().and_then(|count| count.parse().ok());
        count.unwrap_or_else(|| panic!("not a count: {answer}"))
    }

    fn socket(&self) -> PathBuf {
        self.folder.path().join("redis.sock")
    }

    fn configuration(&self) -> PathBuf {
        self.folder.path().join("redis.conf")
    }

    fn configure(&self, more: Vec<String>) {
        let mut lines = vec![
            format!("port {}", self.port),
            "bind 127.0.0.1".to_owned(),
            format!("dir {}", self.folder.path().display()),
            format!("unixsocket {}", self.socket().display()),
        ];
        lines.extend(more);
        fs::write(self.configuration(), lines.join("\n") + "\n").expect("the temporary folder is writable");
    }

    fn pid(&self) -> u32 {
        self.child.as_ref().expect("redis-server runs").id()
    }

    fn try_start(&mut self) -> bool {
        self.kill();
        let child = Command::new(&self.program)
            .arg(self.configuration())
            .args(self.mode)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        self.child = Some(child.expect("redis-server is not installed; run scripts/test"));
        let started = Instant::now();
        while started.elapsed() < TEST_TIMEOUT {
            let exited = self.child.as_mut().is_some_and(|child| child.try_wait().is_ok_and(|code| code.is_some()));
            if exited {
                return false;
            }
            // The socket of a killed predecessor still exists and refuses connections.
            if self.try_command(&[b"PING"], TEST_TIMEOUT).is_ok() {
                return true;
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

/// A port that is currently not in use.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("the listener has an address").port()
}

fn send_command(stream: &mut UnixStream, words: &[&[u8]]) -> io::Result<String> {
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
