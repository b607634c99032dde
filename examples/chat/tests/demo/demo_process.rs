use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
};

/// The demo with two nodes on free ports. Dropping it kills the process.
pub(crate) struct DemoProcess {
    pub(crate) child: Child,
    pub(crate) nodes: Vec<String>,
    pub(crate) bridge: String,
    pub(crate) redis: String,
}

impl DemoProcess {
    pub(crate) fn start() -> Self {
        let mut child = Command::new(env!("CARGO_BIN_EXE_chat"))
            .args(["--ports", "0,0", "--bridge-port", "0"])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let mut urls = |name: &str| -> Vec<String> {
            let line = lines.next().unwrap_or_else(|| panic!("no line for {name}"));
            assert!(line.starts_with(name), "{line}");
            line.split_whitespace().filter(|word| word.contains("://")).map(str::to_owned).collect()
        };
        let (nodes, bridge, redis) = (urls("Chat"), urls("Bridge").remove(0), urls("Redis").remove(0));
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, nodes, bridge, redis }
    }

    /// Sends SIGTERM, and returns the exit code.
    #[cfg(unix)]
    pub(crate) fn terminate(mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        self.child.wait().unwrap().code()
    }
}

impl Drop for DemoProcess {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
