use std::{
    env,
    io::{BufRead, BufReader},
    os::unix::process::CommandExt,
    path::Path,
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
};

use escargot::CargoRun;
use serde_json::Value;

use crate::{
    json_process::JsonProcess,
    sio::sio_command,
    workspace::{workspace_binary, workspace_root},
};

/// The last line that the demo prints when it is ready.
const LAST_LINE: &str = "Press Ctrl-C";

/// A process of `examples/chat`: the whole demo, or one node. Dropping it kills the process.
#[derive(Debug)]
pub struct Chat {
    child: Child,
    /// The URLs of the nodes.
    pub nodes: Vec<String>,
    /// The URL of the bridge; empty for one node.
    pub bridge: String,
    /// The URL of the built-in broker; empty for one node.
    pub redis: String,
    /// The commands to paste that the demo prints; empty for one node.
    pub commands: Vec<String>,
}

impl Chat {
    /// Starts the demo with two nodes on free ports.
    pub fn start() -> Self {
        Self::start_on("0,0")
    }

    /// Starts the demo with its nodes on these ports, or on free ones if these are in use.
    pub fn start_on(ports: &str) -> Self {
        let (child, lines) = Self::run(&["--ports", ports, "--bridge-port", "0"], LAST_LINE);
        let urls = |line: usize| urls(&lines[line]);
        let (nodes, bridge, redis) = (urls(0), urls(1).remove(0), urls(2).remove(0));
        assert_eq!(nodes.len(), 2, "{lines:?}");
        let commands = lines.iter().filter_map(|line| line.strip_prefix("  ")).map(str::to_owned).collect();
        Self { child, nodes, bridge, redis, commands }
    }

    /// Starts one node.
    pub fn node(redis: &str, listen: &str) -> Self {
        let (child, lines) = Self::run(&["node", "--redis", redis, "--listen", listen], "Chat");
        let nodes = urls(&lines[0]);
        assert_eq!(nodes.len(), 1, "{lines:?}");
        Self { child, nodes, bridge: String::new(), redis: String::new(), commands: Vec::new() }
    }

    /// Starts the program. Returns its output up to the line that begins with `last`.
    fn run(args: &[&str], last: &str) -> (Child, Vec<String>) {
        static BUILT: OnceLock<CargoRun> = OnceLock::new();
        let mut child = workspace_binary(&BUILT, "chat", "chat")
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("chat starts");
        let mut output = BufReader::new(child.stdout.take().expect("stdout is piped")).lines().map_while(Result::ok);
        let mut lines = Vec::new();
        for line in output.by_ref() {
            let found = line.starts_with(last);
            lines.push(line);
            if found {
                thread::spawn(move || output.for_each(drop));
                return (child, lines);
            }
        }
        let _ = child.kill();
        let _ = child.wait();
        panic!("chat printed {lines:?} and no line that begins with {last:?}");
    }

    /// The shell command that runs a printed command in the root of the workspace. It has this build's `sio` and `chat`
    /// in place of `cargo run --release`, and the installed packages in place of `npm ci`.
    pub fn paste(&self, line: &str) -> Command {
        let line = line
            .replace("cargo run --release --bin sio -- ", "sio ")
            .replace("cargo run --release -p chat -- ", "chat ")
            .replace("&& npm ci &&", "&&");
        assert!(!line.contains("cargo") && !line.contains("npm"), "unknown command: {line}");
        // `chat` is in the same folder, because this process runs from there.
        let sio = sio_command(&self.redis);
        let folder = Path::new(sio.get_program()).parent().expect("the path of sio has a folder");
        let inherited = env::var_os("PATH").unwrap_or_default();
        let path = [folder.to_owned()].into_iter().chain(env::split_paths(&inherited));
        let mut command = Command::new("sh");
        command.arg("-c").arg(line).current_dir(workspace_root()).stdin(Stdio::null());
        command.env("PATH", env::join_paths(path).expect("PATH has no colon inside a folder"));
        for variable in ["SIO_URL", "REDIS_URL", "SIO_ADAPTER", "RUST_LOG"] {
            command.env_remove(variable);
        }
        command
    }

    /// Starts a printed command that runs until it is stopped.
    pub fn paste_running(&self, line: &str) -> PastedCommand {
        let mut command = self.paste(line);
        // The shell is the leader of the group, which may contain a child of it.
        command.process_group(0);
        PastedCommand(JsonProcess::spawn(line, command))
    }

    /// Sends SIGTERM, and waits for exit code 0.
    pub fn end(&mut self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill -TERM");
        let code = self.child.wait().expect("wait for chat").code();
        assert_eq!(code, Some(0), "exit code after SIGTERM");
    }

    /// Kills the process.
    pub fn kill(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Chat {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A printed command that is running. Dropping it kills its processes.
#[derive(Debug)]
pub struct PastedCommand(JsonProcess);

impl PastedCommand {
    /// The next line of its output that contains this text; JSON lines are printed again.
    ///
    /// # Panics
    /// If no line comes in time.
    pub fn line_with(&mut self, text: &str) -> String {
        loop {
            let line = match self.0.receive() {
                Value::String(line) => line,
                json => json.to_string(),
            };
            if line.contains(text) {
                return line;
            }
        }
    }
}

impl Drop for PastedCommand {
    fn drop(&mut self) {
        let group = format!("-{}", self.0.pid());
        let _ = Command::new("kill").args(["-KILL", "--", &group]).status();
    }
}

fn urls(line: &str) -> Vec<String> {
    line.split_whitespace().filter(|word| word.contains("://")).map(str::to_owned).collect()
}
