use serde_json::json;

use crate::{cluster::Server, node::Tool};

/// Many clients in one Node process, which answer whatever they are asked with their number and say nothing else.
#[derive(Debug)]
pub struct Crowd {
    _tool: Tool,
}

impl Crowd {
    /// Connects so many, in turn to each of these servers, and waits until all are in the room `crowd`.
    pub fn connect(servers: &[&Server], count: usize) -> Self {
        let mut tool = Tool::start("crowd.js");
        let urls: Vec<String> = servers.iter().map(|server| server.url()).collect();
        let answer = tool.ask(json!({ "connect": count, "urls": urls, "rooms": ["crowd"] }));
        assert_eq!(answer["connected"], count, "{answer}");
        Self { _tool: tool }
    }
}
