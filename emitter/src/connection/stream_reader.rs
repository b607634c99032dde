use std::{collections::VecDeque, io, time::Duration};

use redis::{RedisResult, Value, aio::MultiplexedConnection};

use super::{OwnedFrame, redis_node::RedisNode};
use crate::base::{Deadline, Elapsed};

/// How long XREAD blocks while there are no new entries.
const XREAD_BLOCK: Duration = Duration::from_secs(1);

/// How much longer the reply to XREAD may take. After that the connection is lost.
const XREAD_REPLY_TIMEOUT: Duration = Duration::from_secs(5);

/// The number of entries that one XREAD returns at most.
const XREAD_COUNT: usize = 64;

/// The id before that of the first entry.
const STREAM_START: &str = "0-0";

/// Reads the entries of a stream as they are added.
pub(super) struct StreamReader {
    connection: MultiplexedConnection,
    stream: String,
    /// The id of the last entry that was read.
    last_id: String,
    ready: VecDeque<OwnedFrame>,
}

impl StreamReader {
    /// Reads from the current end of the stream.
    pub(super) async fn open(node: &RedisNode, stream: &str) -> RedisResult<Self> {
        let mut connection = node.open_connection().await?;
        let reply =
            redis::cmd("XREVRANGE").arg(stream).arg(&["+", "-", "COUNT", "1"]).query_async(&mut connection).await?;
        let last_id = read_entries(reply).pop().map_or_else(|| STREAM_START.to_owned(), |(id, _)| id);
        Ok(Self { connection, stream: stream.to_owned(), last_id, ready: VecDeque::new() })
    }

    /// Reads from the first entry.
    pub(super) async fn open_new(node: &RedisNode, stream: &str) -> RedisResult<Self> {
        let connection = node.open_connection().await?;
        Ok(Self { connection, stream: stream.to_owned(), last_id: STREAM_START.to_owned(), ready: VecDeque::new() })
    }

    pub(super) async fn next(&mut self, deadline: Deadline) -> RedisResult<Option<OwnedFrame>> {
        if let Some(frame) = self.ready.pop_front() {
            return Ok(Some(frame));
        }
        if deadline.has_passed() {
            return Ok(None);
        }
        let block = deadline.remaining().min(XREAD_BLOCK).as_millis().max(1);
        let mut read = redis::cmd("XREAD");
        read.arg("COUNT").arg(XREAD_COUNT).arg("BLOCK").arg(block.to_string());
        read.arg("STREAMS").arg(&self.stream).arg(&self.last_id);
        let limit = deadline.at_most(XREAD_BLOCK + XREAD_REPLY_TIMEOUT);
        let reply = match limit.timeout(read.query_async(&mut self.connection)).await {
            Ok(reply) => reply?,
            // The next XREAD returns the same entries, so a late reply can be discarded.
            Err(Elapsed) if deadline.has_passed() => return Ok(None),
            Err(Elapsed) => return Err(io::Error::from(io::ErrorKind::TimedOut).into()),
        };
        for (id, fields) in read_entries(entries_of_first_stream(reply)) {
            self.last_id = id;
            self.ready.push_back(OwnedFrame::Entry { stream: self.stream.clone(), fields });
        }
        Ok(self.ready.pop_front())
    }
}

/// The entries of the first stream in a reply to XREAD.
fn entries_of_first_stream(reply: Value) -> Value {
    let Value::Array(streams) = reply else { return Value::Nil };
    match streams.into_iter().next() {
        Some(Value::Array(mut parts)) => parts.pop().unwrap_or(Value::Nil),
        _ => Value::Nil,
    }
}

/// An entry's id and fields.
type StreamEntry = (String, Vec<(String, Vec<u8>)>);

fn read_entries(reply: Value) -> Vec<StreamEntry> {
    let Value::Array(entries) = reply else { return Vec::new() };
    entries.into_iter().filter_map(read_entry).collect()
}

/// Reads an entry without the fields whose names are not UTF-8.
fn read_entry(value: Value) -> Option<StreamEntry> {
    let Value::Array(parts) = value else { return None };
    let [Value::BulkString(id), fields] = <[Value; 2]>::try_from(parts).ok()? else { return None };
    let mut words = match fields {
        Value::Array(words) => words.into_iter(),
        // A deleted entry has no fields. Its id is needed to read on.
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
