use std::{collections::VecDeque, time::Duration};

use redis::{RedisError, Value, aio::MultiplexedConnection};

use super::{OwnedFrame, redis_node::RedisNode};
use crate::base::{Deadline, Elapsed};

/// How long Redis waits for entries, before it answers that there are none.
const BLOCK: Duration = Duration::from_secs(1);

/// How much longer its answer may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many entries are read at once.
const ENTRIES: usize = 64;

/// The id before all others.
const FIRST: &str = "0-0";

/// Reads a stream as it grows.
pub(super) struct StreamReader {
    connection: MultiplexedConnection,
    stream: String,
    /// The id of the last entry that was read.
    last: String,
    ready: VecDeque<OwnedFrame>,
}

impl StreamReader {
    /// Reads what comes after the entry that is the last one now.
    pub(super) async fn open(node: &RedisNode, stream: &str) -> Result<Self, RedisError> {
        let mut connection = node.dial().await?;
        let last =
            redis::cmd("XREVRANGE").arg(stream).arg(&["+", "-", "COUNT", "1"]).query_async(&mut connection).await?;
        let last = entries(last).pop().map_or_else(|| FIRST.to_owned(), |(id, _)| id);
        Ok(Self { connection, stream: stream.to_owned(), last, ready: VecDeque::new() })
    }

    /// Reads it from its first entry on.
    pub(super) async fn open_new(node: &RedisNode, stream: &str) -> Result<Self, RedisError> {
        let connection = node.dial().await?;
        Ok(Self { connection, stream: stream.to_owned(), last: FIRST.to_owned(), ready: VecDeque::new() })
    }

    pub(super) async fn next(&mut self, deadline: Deadline) -> Result<Option<OwnedFrame>, RedisError> {
        if let Some(caught) = self.ready.pop_front() {
            return Ok(Some(caught));
        }
        if deadline.has_passed() {
            return Ok(None);
        }
        let block = deadline.remaining().min(BLOCK).as_millis().max(1);
        let mut read = redis::cmd("XREAD");
        read.arg("COUNT").arg(ENTRIES).arg("BLOCK").arg(block.to_string());
        read.arg("STREAMS").arg(&self.stream).arg(&self.last);
        // An answer that comes later is not missed: what it held is asked for again.
        let reply = match deadline.at_most(BLOCK + PATIENCE).timeout(read.query_async(&mut self.connection)).await {
            Ok(reply) => reply?,
            Err(Elapsed) if deadline.has_passed() => return Ok(None),
            Err(Elapsed) => return Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into()),
        };
        for (id, fields) in entries(of_one_stream(reply)) {
            self.last = id;
            self.ready.push_back(OwnedFrame::Entry { stream: self.stream.clone(), fields });
        }
        Ok(self.ready.pop_front())
    }
}

/// The entries in the answer to XREAD, which could be about many streams.
fn of_one_stream(reply: Value) -> Value {
    let Value::Array(streams) = reply else { return Value::Nil };
    match streams.into_iter().next() {
        Some(Value::Array(mut parts)) => parts.pop().unwrap_or(Value::Nil),
        _ => Value::Nil,
    }
}

type Entry = (String, Vec<(String, Vec<u8>)>);

/// RequestIds and fields. A field whose name is no text is left out.
fn entries(reply: Value) -> Vec<Entry> {
    let Value::Array(entries) = reply else { return Vec::new() };
    entries.into_iter().filter_map(entry).collect()
}

fn entry(value: Value) -> Option<Entry> {
    let Value::Array(parts) = value else { return None };
    let [Value::BulkString(id), fields] = <[Value; 2]>::try_from(parts).ok()? else { return None };
    let mut words = match fields {
        Value::Array(words) => words.into_iter(),
        // An entry that was deleted is still counted.
        _ => Vec::new().into_iter(),
    };
    let mut fields = Vec::with_capacity(words.len() / 2);
    while let (Some(Value::BulkString(name)), Some(Value::BulkString(value))) = (words.next(), words.next()) {
        if let Ok(name) = String::from_utf8(name) {
            fields.push((name, value));
        }
    }
    Some((String::from_utf8(id).ok()?, fields))
}
