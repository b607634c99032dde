use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::OnceLock,
    thread,
};

use escargot::CargoRun;

use crate::workspace::workspace_binary;

/// The chat of `examples/chat` as a program: all of it, or one node.
#[derive(Debug)]
pub struct Chat {
    child: Child,
    /// Where the nodes are.
    pub nodes: Vec<String>,
    /// Where the bridge is; nowhere, for one node.
    pub bridge: String,
    /// Where the built-in broker is; nowhere, for one node.
    pub redis: String,
}

impl Chat {
    /// Starts two nodes, the bridge and the ticker on a broker of their own, on free ports.
    pub fn start() -> Self {
        Self::start_on("0,0")
    }

    /// Starts it with the nodes on these ports, if they are free.
    pub fn start_on(ports: &str) -> Self {
        let mut chat = Self::run(&["--ports", ports, "--bridge-port", "0"], 3);
        assert_eq!(chat.nodes.len(), 4, "the chat says where it is: {chat:?}");
        chat.redis = chat.nodes.remove(3);
        chat.bridge = chat.nodes.remove(2);
        chat
    }

    /// Starts one node.
    pub fn node(redis: &str, listen: &str) -> Self {
        Self::run(&["node", "--redis", redis, "--listen", listen], 1)
    }

    /// All addresses in its first lines.
    fn run(args: &[&str], lines: usize) -> Self {
        static BUILT: OnceLock<CargoRun> = OnceLock::new();
        let mut child = workspace_binary(&BUILT, "chat", "chat")
            .args(args)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .expect("chat starts");
        let mut said = BufReader::new(child.stdout.take().expect("stdout is piped")).lines().map_while(Result::ok);
        let first: Vec<String> = said.by_ref().take(lines).collect();
        thread::spawn(move || said.for_each(drop));
        let words = first.iter().flat_map(|line| line.split_whitespace());
        let nodes = words.filter(|word| word.contains("://")).map(str::to_owned).collect();
        Self { child, nodes, bridge: String::new(), redis: String::new() }
    }

    /// Asks it to end, and waits until it has.
    pub fn end(&mut self) {
        let status = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status();
        assert!(status.is_ok_and(|status| status.success()), "kill -TERM");
        let code = self.child.wait().expect("it can be waited for").code();
        assert_eq!(code, Some(0), "it ends well");
    }

    /// Ends it without a warning.
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
