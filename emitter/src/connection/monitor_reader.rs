//! MONITOR shows every command that Redis runs, one a line. Messages on shard channels are read from it where no
//! replica can be used: servers would count a subscriber, and Redis has no patterns for shard channels.

use std::io;

use futures_util::{
    Stream, StreamExt,
    stream::{BoxStream, SelectAll, select_all},
};
use redis::RedisResult;

use super::{OwnedFrame, redis_node::RedisNode};
use crate::base::{Deadline, Elapsed};

/// Reads the messages on shard channels that several nodes run. It ends with the first connection that is lost.
pub(super) struct MonitorReader {
    lines: SelectAll<BoxStream<'static, Option<String>>>,
}

impl MonitorReader {
    pub(super) async fn open(nodes: &[&RedisNode]) -> RedisResult<Self> {
        let mut lines = Vec::with_capacity(nodes.len());
        for node in nodes {
            lines.push(with_end(node.open_monitor().await?).boxed());
        }
        Ok(Self { lines: select_all(lines) })
    }

    pub(super) async fn next(&mut self, deadline: Deadline) -> RedisResult<Option<OwnedFrame>> {
        loop {
            match deadline.timeout(self.lines.next()).await {
                Ok(Some(Some(line))) => {
                    if let Some(frame) = published_frame(&line) {
                        return Ok(Some(frame));
                    }
                }
                Ok(_) => return Err(io::Error::from(io::ErrorKind::ConnectionReset).into()),
                Err(Elapsed) => return Ok(None),
            }
        }
    }
}

/// The lines, then a `None`: `SelectAll` drops a stream that ends silently.
fn with_end(lines: impl Stream<Item = String>) -> impl Stream<Item = Option<String>> {
    lines.map(Some).chain(futures_util::stream::iter([None]))
}

/// Reads a line `1700000000.123456 [0 127.0.0.1:50000] "SPUBLISH" "channel" "payload"`; `None` for other commands.
fn published_frame(line: &str) -> Option<OwnedFrame> {
    const NAME: &str = "SPUBLISH";
    let (_, command) = line.split_once("] \"")?;
    // Most lines are other commands. They are not parsed.
    command.get(..NAME.len()).filter(|name| name.eq_ignore_ascii_case(NAME))?;
    let (channel, rest) = parse_argument(command[NAME.len()..].strip_prefix("\" \"")?)?;
    let (payload, rest) = parse_argument(rest.strip_prefix(" \"")?)?;
    let channel = String::from_utf8(channel).ok()?;
    rest.is_empty().then_some(OwnedFrame::Published { channel, payload })
}

/// Unescapes an argument up to the quote that ends it. Returns the argument and the rest of the text.
fn parse_argument(text: &str) -> Option<(Vec<u8>, &str)> {
    let bytes = text.as_bytes();
    let mut argument = Vec::with_capacity(bytes.len());
    let mut at = 0;
    loop {
        let byte = match (*bytes.get(at)?, bytes.get(at + 1)) {
            (b'"', _) => return Some((argument, text.get(at + 1..)?)),
            (b'\\', Some(b'x')) => {
                let byte = u8::from_str_radix(text.get(at + 2..at + 4)?, 16).ok()?;
                at += 2;
                byte
            }
            (b'\\', Some(b'n')) => b'\n',
            (b'\\', Some(b'r')) => b'\r',
            (b'\\', Some(b't')) => b'\t',
            (b'\\', Some(b'a')) => 0x07,
            (b'\\', Some(b'b')) => 0x08,
            (b'\\', Some(escaped @ (b'\\' | b'"'))) => *escaped,
            (b'\\', _) => return None,
            (plain, _) => {
                argument.push(plain);
                at += 1;
                continue;
            }
        };
        argument.push(byte);
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(line: &str) -> Option<Vec<u8>> {
        match published_frame(line)? {
            OwnedFrame::Published { channel, payload } => {
                assert_eq!(channel, "socket.io#/#");
                Some(payload)
            }
            OwnedFrame::Entry { .. } => None,
        }
    }

    #[test]
    fn payload_is_unescaped() {
        let line =
            |payload: &str| format!("1700000000.123456 [0 [::1]:50000] \"SPUBLISH\" \"socket.io#/#\" \"{payload}\"");
        for (text, bytes) in [
            ("", &b""[..]),
            ("{\\\"a\\\":1}", b"{\"a\":1}"),
            ("\\x00\\xff\\\\\\n\\r\\t\\a\\b]", b"\x00\xff\\\n\r\t\x07\x08]"),
            ("] \\\"SPUBLISH\\\" \\\"x\\\"", b"] \"SPUBLISH\" \"x\""),
        ] {
            assert_eq!(payload(&line(text)).as_deref(), Some(bytes), "{text}");
        }
        assert!(payload(&line("x").replace("SPUBLISH", "spublish").replace("[0 [::1]:50000]", "[0 lua]")).is_some());
    }

    #[test]
    fn other_lines_are_skipped() {
        let start = "1700000000.123456 [0 127.0.0.1:50000]";
        for rest in [
            "",
            " \"PING\"",
            " \"GET\" \"] \\\"SPUBLISH\\\"\"",
            " \"PUBLISH\" \"socket.io#/#\" \"x\"",
            " \"SPUBLISH\" \"socket.io#/#\"",
            " \"SPUBLISH\" \"socket.io#/#\" \"x",
            " \"SPUBLISH\" \"socket.io#/#\" \"\\x0\"",
            " \"SPUBLISH\" \"socket.io#/#\" \"\\xé\"",
            " \"SPUBLISH\" \"socket.io#/#\" \"\\q\"",
            " \"SPUBLISH\" \"socket.io#/#\" \"x\" \"y\"",
            " \"SPUBLISHé\"",
        ] {
            assert_eq!(payload(&format!("{start}{rest}")), None, "{rest}");
        }
        assert_eq!(payload("OK"), None);
    }
}
