use std::{
    io::{self, Write},
    net::SocketAddr,
};

use crate::{
    demo::ChatDemo,
    node::{ChatNode, LOBBY},
};

/// Prints the demo's addresses, and commands to paste into another terminal.
pub(crate) fn print_demo(demo: &ChatDemo) {
    let nodes: Vec<String> = demo.nodes.iter().map(|node| browser_url(node.address)).collect();
    let bridge = demo.bridge.address;
    let (redis, url) = (redacted(&demo.redis), pasteable(&demo.redis));
    let note = if demo.has_broker() { "   (built-in broker, stops with the demo)" } else { "" };
    let hint = if redis == demo.redis { "" } else { "\nSet REDIS_URL first: the password is not printed.\n" };
    let text = format!(
        "\
Chat      {nodes}
Bridge    http://{bridge}
Redis     {redis}{note}
{hint}
Open the chat in two tabs. All participants are in the room `{LOBBY}`.

Send events to the room from another terminal, or to all clients without `?room=` and `--to`:

  curl '{bridge}/v1/emit/message?room={LOBBY}' -d 'Hello from curl'
  sio --url {url} emit message 'Deploy done' --to {LOBBY}

Watch the events on the cluster, and list the sockets in the room:

  sio --url {url} tap
  sio --url {url} sockets --to {LOBBY}

Run `sio` without installing it:

  cargo run --release --bin sio -- --url {url} emit message 'Hello from the shell' --to {LOBBY}

Add a node, in Rust or in Node.js:

  cargo run --release -p chat -- node --redis {url} --listen 127.0.0.1:0
  cd examples/node-cluster && npm ci && REDIS_URL={url} PORT=0 node server.js

Press Ctrl-C to stop the demo.
",
        nodes = nodes.join("   ")
    );
    // A closed stdout must not stop the demo.
    let _ = io::stdout().write_all(text.as_bytes());
}

/// Prints the address of a node that runs alone.
pub(crate) fn print_node(node: &ChatNode) {
    let _ = writeln!(io::stdout(), "Chat      {}", browser_url(node.address));
}

/// The URL for a browser on this machine, which cannot open an unspecified address.
fn browser_url(address: SocketAddr) -> String {
    match address.ip().is_unspecified() {
        true => format!("http://localhost:{}", address.port()),
        false => format!("http://{address}"),
    }
}

/// The URL without user and password.
fn redacted(url: &str) -> String {
    match url.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?.1))) {
        Some((scheme, host)) => format!("{scheme}://…@{host}"),
        None => url.to_owned(),
    }
}

/// The URL as one word of a shell command. A URL with a password is replaced by the variable that holds it.
fn pasteable(url: &str) -> String {
    if redacted(url) != url {
        return "\"$REDIS_URL\"".to_owned();
    }
    match url.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":/.-_".contains(&byte)) {
        true => url.to_owned(),
        false => format!("'{}'", url.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redacted_url_has_no_password() {
        assert_eq!(redacted("redis://user:p@ss@host:6379/1"), "redis://…@host:6379/1");
        assert_eq!(redacted("redis://127.0.0.1:6379"), "redis://127.0.0.1:6379");
    }

    #[test]
    fn pasteable_url_is_one_shell_word_without_password() {
        assert_eq!(pasteable("redis://127.0.0.1:6379"), "redis://127.0.0.1:6379");
        assert_eq!(pasteable("redis://user:p@ss@host:6379/1"), "\"$REDIS_URL\"");
        assert_eq!(pasteable("redis://host?a='b'&c"), r"'redis://host?a='\''b'\''&c'");
    }
}
