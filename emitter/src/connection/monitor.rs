//! MONITOR: every command that Redis runs, one a line, of which the messages on shard channels are kept.
//!
//! A subscriber to a shard channel is counted, and there are no patterns for them: this is how they are overheard.

use futures_util::{
    Stream, StreamExt,
    stream::{BoxStream, SelectAll, select_all},
};
use redis::RedisError;

use super::{OwnedFrame, redis_node::RedisNode};
use crate::base::{Deadline, Elapsed};

/// What several servers run. It ends when one of them is gone.
pub(super) struct Monitor {
    lines: SelectAll<BoxStream<'static, Option<String>>>,
}

impl Monitor {
    pub(super) async fn open(nodes: &[&RedisNode]) -> Result<Self, RedisError> {
        let mut lines = Vec::with_capacity(nodes.len());
        for node in nodes {
            lines.push(until_end(node.monitor().await?).boxed());
        }
        Ok(Self { lines: select_all(lines) })
    }

    pub(super) async fn next(&mut self, deadline: Deadline) -> Result<Option<OwnedFrame>, RedisError> {
        loop {
            match deadline.timeout(self.lines.next()).await {
                Ok(Some(Some(line))) => {
                    if let Some(caught) = published(&line) {
                        return Ok(Some(caught));
                    }
                }
                Ok(_) => return Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset).into()),
                Err(Elapsed) => return Ok(None),
            }
        }
    }
}

/// The lines, and a word when there are no more.
fn until_end(lines: impl Stream<Item = String>) -> impl Stream<Item = Option<String>> {
    lines.map(Some).chain(futures_util::stream::iter([None]))
}

/// A message on a shard channel: `1700000000.123456 [0 127.0.0.1:50000] "SPUBLISH" "channel" "payload"`.
fn published(line: &str) -> Option<OwnedFrame> {
    let (_, words) = line.split_once("] \"")?;
    // Most commands are others, which nobody has to read.
    let words = words.get(.."SPUBLISH".len()).filter(|name| name.eq_ignore_ascii_case("SPUBLISH")).map(|_| words)?;
    let words = words["SPUBLISH".len()..].strip_prefix("\" \"")?;
    let (channel, rest) = word(words)?;
    let (payload, rest) = word(rest.strip_prefix(" \"")?)?;
    let channel = String::from_utf8(channel).ok()?;
    rest.is_empty().then_some(OwnedFrame::Published { channel, payload })
}

/// A word up to the quote that ends it, as Redis escapes it, and what comes after.
fn word(text: &str) -> Option<(Vec<u8>, &str)> {
    let bytes = text.as_bytes();
    let mut word = Vec::with_capacity(bytes.len());
    let mut at = 0;
    loop {
        let byte = match (*bytes.get(at)?, bytes.get(at + 1)) {
            (b'"', _) => return Some((word, text.get(at + 1..)?)),
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
                word.push(plain);
                at += 1;
                continue;
            }
        };
        word.push(byte);
        at += 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn payload(line: &str) -> Option<Vec<u8>> {
        match published(line)? {
            OwnedFrame::Published { channel, payload } => {
                assert_eq!(channel, "socket.io#/#");
                Some(payload)
            }
            OwnedFrame::Entry { .. } => None,
        }
    }

    #[test]
    fn bytes_are_those_that_were_published() {
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
    fn anything_else_is_passed_over() {
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
