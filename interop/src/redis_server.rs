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
    node::workspace,
    patience::{PATIENCE, wait_for},
};

/// A redis-server of the test's own, which keeps nothing. It listens on a free port, and on a socket in its folder.
#[derive(Debug)]
pub struct RedisServer {
    port: u16,
    folder: TempDir,
    mode: &'static [&'static str],
    user: Option<[&'static str; 2]>,
    program: PathBuf,
    child: Option<Child>,
}

/// The redis-server of this machine.
const PROGRAM: &str = "redis-server";

impl RedisServer {
    /// Starts one on a free port.
    pub fn start() -> Self {
        Self::start_with(|_, _| Vec::new())
    }

    /// Starts one of Redis 6.2, which has no shard channels.
    pub fn start_6() -> Self {
        let program = workspace().join("interop/python/venv-redis-6.2/bin/redis-server");
        assert!(program.exists(), "Redis 6.2 is missing; run scripts/test");
        Self::launch(&program, &[], None, |_, _| Vec::new())
    }

    /// Starts one that lets nobody in but this user, who may do everything.
    pub fn start_with_user(name: &'static str, password: &'static str) -> Self {
        let rules = [format!("user {name} on >{password} ~* &* +@all"), "user default off".to_owned()];
        Self::launch(Path::new(PROGRAM), &[], Some([name, password]), |_, _| rules.to_vec())
    }

    /// Starts a replica of this one; it has its copy when this returns.
    pub fn start_replica_of(primary: &Self) -> Self {
        // It waits some seconds for more replicas to come otherwise.
        primary.command(&[b"CONFIG", b"SET", b"repl-diskless-sync-delay", b"0"]);
        let replica = Self::start();
        replica.follow(primary);
        replica
    }

    /// Makes it a replica of that one; it has its copy when this returns.
    pub fn follow(&self, primary: &Self) {
        self.command(&[b"REPLICAOF", b"127.0.0.1", primary.port().to_string().as_bytes()]);
        wait_for("the replica to have its copy", || {
            let copied = self.command(&[b"INFO", b"replication"]).contains("master_link_status:up");
            let known = primary.command(&[b"INFO", b"replication"]).contains("state=online");
            (copied && known).then_some(())
        });
    }

    /// Starts one with more lines of configuration, which may depend on its port and its folder.
    pub(crate) fn start_with(configuration: impl Fn(u16, &Path) -> Vec<String>) -> Self {
        let keep_nothing = ["save \"\"".to_owned(), "appendonly no".to_owned()];
        Self::launch(Path::new(PROGRAM), &[], None, |port, folder| {
            [keep_nothing.to_vec(), configuration(port, folder)].concat()
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
        // The port is free now and might not be a moment later: then another one is.
        for _ in 0..20 {
            let program = program.to_owned();
            let mut server = Self { port: free_port(), folder: folder(), mode, user, program, child: None };
            server.configure(configuration(server.port, server.folder.path()));
            if server.try_revive() {
                return server;
            }
        }
        panic!("redis-server found no free port, or does not take its configuration");
    }

    /// Its URL, with its user.
    pub fn url(&self) -> String {
        let user = self.user.map_or(String::new(), |[name, password]| format!("{name}:{password}@"));
        format!("redis://{user}127.0.0.1:{}", self.port)
    }

    /// The URL of its socket.
    pub fn unix_url(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Its address, as other nodes and sentinels call it.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
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
        self.try_command(words, PATIENCE).unwrap_or_else(|error| panic!("redis-server on port {}: {error}", self.port))
    }

    /// One command and its raw answer, if it comes in time.
    pub(crate) fn try_command(&self, words: &[&[u8]], time: Duration) -> io::Result<String> {
        let mut stream = UnixStream::connect(self.socket())?;
        stream.set_read_timeout(Some(time))?;
        if let Some([name, password]) = self.user {
            ask(&mut stream, &[b"AUTH", name.as_bytes(), password.as_bytes()])?;
        }
        ask(&mut stream, words)
    }

    /// How many messages were published so far, by its `commandstats`.
    pub fn published(&self) -> u64 {
        let stats = self.command(&[b"INFO", b"commandstats"]);
        let calls = stats.split("cmdstat_publish:calls=").nth(1).and_then(|rest| rest.split(',').next());
        calls.map_or(0, |calls| calls.parse().expect("commandstats counts"))
    }

    /// How many subscribe here to this channel, by its name.
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
        fs::write(self.configuration(), lines.join("\n") + "\n").expect("the folder is ours");
    }

    fn signal(&self, name: &str) {
        let pid = self.child.as_ref().expect("redis-server runs").id();
        let status = Command::new("kill").args([&format!("-{name}"), &pid.to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill -{name}");
    }

    fn try_revive(&mut self) -> bool {
        self.kill();
        let child = Command::new(&self.program)
            .arg(self.configuration())
            .args(self.mode)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn();
        self.child = Some(child.expect("redis-server is needed; run scripts/test"));
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let ended = self.child.as_mut().is_some_and(|child| child.try_wait().is_ok_and(|code| code.is_some()));
            if ended {
                return false;
            }
            // The socket of the one that was killed is still there, and refuses.
            if self.try_command(&[b"PING"], PATIENCE).is_ok() {
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

/// A port that nobody listens on at this moment.
pub(crate) fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("it has an address").port()
}

fn folder() -> TempDir {
    TempDir::new().expect("a temporary folder")
}

fn ask(stream: &mut UnixStream, words: &[&[u8]]) -> io::Result<String> {
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
