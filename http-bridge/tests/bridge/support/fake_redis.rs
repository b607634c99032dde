use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use futures_util::FutureExt;
use socketio_emitter::redis::{Arg, Cmd, Pipeline, RedisFuture, Value, aio::ConnectionLike, parse_redis_value};

/// A connection to a Redis with classic servers, and with one behavior for PUBLISH.
#[derive(Clone)]
pub struct FakeRedis {
    /// The number of servers that PUBSUB reports. `None` refuses PUBSUB.
    pub servers: Option<i64>,
    pub publish: FakePublish,
    /// The number of messages that were published.
    pub published: Arc<AtomicUsize>,
}

/// What happens to a PUBLISH.
#[derive(Clone, Copy, PartialEq)]
pub enum FakePublish {
    Succeeds,
    IsRefused,
    LosesConnection,
    NeverAnswers,
}

impl ConnectionLike for FakeRedis {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        std::future::ready(self.reply(cmd).extract_error()).boxed()
    }

    fn req_packed_commands<'a>(
        &'a mut self,
        pipeline: &'a Pipeline,
        _: usize,
        _: usize,
    ) -> RedisFuture<'a, Vec<Value>> {
        let publishes = pipeline.cmd_iter().any(|cmd| word(cmd, 0) == b"PUBLISH");
        match self.publish {
            FakePublish::NeverAnswers if publishes => std::future::pending().boxed(),
            FakePublish::LosesConnection if publishes => {
                let error = io::Error::from(io::ErrorKind::BrokenPipe);
                std::future::ready(Err(error.into())).boxed()
            }
            _ => std::future::ready(Ok(pipeline.cmd_iter().map(|cmd| self.reply(cmd)).collect())).boxed(),
        }
    }

    fn get_db(&self) -> i64 {
        0
    }
}

impl FakeRedis {
    fn reply(&self, cmd: &Cmd) -> Value {
        match (word(cmd, 0), self.publish, self.servers) {
            (b"PUBLISH", FakePublish::IsRefused, _) | (b"PUBSUB", _, None) => no_permission(),
            (b"PUBLISH", ..) => {
                self.published.fetch_add(1, Ordering::Relaxed);
                Value::Int(1)
            }
            (b"PUBSUB", _, Some(servers)) => match (word(cmd, 1), word(cmd, 2)) {
                (b"NUMSUB", channel) => {
                    let is_classic = channel.starts_with(b"socket.io-request#");
                    let count = Value::Int(if is_classic { servers } else { 0 });
                    Value::Array(vec![Value::BulkString(channel.to_vec()), count])
                }
                _ => Value::Array(Vec::new()),
            },
            (b"TYPE", ..) => Value::SimpleString("none".to_owned()),
            _ => Value::SimpleString("PONG".to_owned()),
        }
    }
}

fn word(cmd: &Cmd, index: usize) -> &[u8] {
    match cmd.args_iter().nth(index) {
        Some(Arg::Simple(word)) => word,
        _ => b"",
    }
}

/// An error reply. Only the parser can build one, and only within an array.
fn no_permission() -> Value {
    match parse_redis_value(b"*1\r\n-NOPERM no permission\r\n").unwrap() {
        Value::Array(mut items) => items.remove(0),
        value => value,
    }
}
