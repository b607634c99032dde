use std::{
    io::{self, Write},
    net::SocketAddr,
};

use crate::{demo::Demo, node::Node};

/// What there is, and what to do with it: lines to paste.
pub(crate) fn print(demo: &Demo) {
    let nodes: Vec<String> = demo.nodes.iter().map(|node| url(node.address)).collect();
    let bridge = demo.bridge.address;
    let (redis, note) = if demo.has_broker() {
        (demo.redis.clone(), "   built in, and gone when this ends")
    } else {
        (without_password(&demo.redis), "")
    };
    let text = format!(
        "\
Chat      {}
Bridge    http://{bridge}
Redis     {redis}{note}

Open the chat in two tabs, then push into it from another terminal:

  curl {bridge}/v1/emit/message -d 'Hello from curl'
  sio -u {redis} emit message 'Deploy done'
  cargo run --release --bin sio -- -u {redis} emit message 'Hello from the shell'

Let one more node in, in Rust or in Node:

  cargo run --release -p chat -- node --redis {redis} --listen 127.0.0.1:0
  cd examples/node-cluster && npm ci && REDIS_URL={redis} PORT=0 node server.js

Ctrl-C ends it all.
",
        nodes.join("   ")
    );
    // Nobody may be reading, which is no reason to stop.
    let _ = io::stdout().write_all(text.as_bytes());
}

pub(crate) fn print_node(node: &Node) {
    let _ = writeln!(io::stdout(), "Chat      {}", url(node.address));
}

/// The address as a browser on this machine takes it.
fn url(address: SocketAddr) -> String {
    match address.ip().is_unspecified() {
        true => format!("http://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}

/// A URL for the screen: whoever runs this knows the password, and whoever looks over the shoulder need not.
fn without_password(url: &str) -> String {
    match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1))) {
        Some((scheme, host)) => format!("{scheme}://…@{host}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_not_shown() {
        assert_eq!(without_password("redis://user:p@ss@host:6379/1"), "redis://…@host:6379/1");
        assert_eq!(without_password("redis://127.0.0.1:6379"), "redis://127.0.0.1:6379");
    }
}
