//! What Redis answers, and what the client is told: the status line tells the truth.

#![allow(clippy::unwrap_used)]

mod common;

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, http::StatusCode};
use common::{Answer, ask, curl, get, post_json};
use futures_util::FutureExt;
use serde_json::json;
use socketio_bridge::{Config, app};
use socketio_emitter::{
    Adapter, Classic, Emitter, Options,
    redis::{Cmd, ErrorKind, Pipeline, RedisError, RedisFuture, Value, aio::ConnectionLike, parse_redis_value},
};
use tokio::time::Instant;

/// A Redis that behaves in one way.
#[derive(Clone)]
struct Fake {
    /// The servers that PUBSUB counts, unless it is refused.
    servers: Option<i64>,
    publish: Publish,
    published: Arc<AtomicUsize>,
}

#[derive(Clone, Copy, PartialEq)]
enum Publish {
    Taken,
    Refused,
    Broken,
    Silent,
}

impl ConnectionLike for Fake {
    fn req_packed_command<'a>(&'a mut self, cmd: &'a Cmd) -> RedisFuture<'a, Value> {
        std::future::ready(self.answer(cmd).extract_error()).boxed()
    }

    fn req_packed_commands<'a>(&'a mut self, asked: &'a Pipeline, _: usize, _: usize) -> RedisFuture<'a, Vec<Value>> {
        let publishes = asked.cmd_iter().any(|cmd| name(cmd) == b"PUBLISH");
        match self.publish {
            Publish::Silent if publishes => std::future::pending().boxed(),
            Publish::Broken if publishes => {
                let broken = io::Error::from(io::ErrorKind::BrokenPipe);
                std::future::ready(Err(broken.into())).boxed()
            }
            _ => std::future::ready(Ok(asked.cmd_iter().map(|cmd| self.answer(cmd)).collect())).boxed(),
        }
    }

    fn get_db(&self) -> i64 {
        0
    }
}

impl Fake {
    fn answer(&self, cmd: &Cmd) -> Value {
        let refused = || parse_redis_value(b"*1\r\n-NOPERM no permission\r\n").map(first).unwrap();
        match (name(cmd), self.publish, self.servers) {
            (b"PUBLISH", Publish::Refused, _) | (b"PUBSUB", _, None) => refused(),
            (b"PUBLISH", ..) => {
                self.published.fetch_add(1, Ordering::Relaxed);
                Value::Int(1)
            }
            (b"PUBSUB", _, Some(servers)) => match (word(cmd, 1), word(cmd, 2)) {
                (b"NUMSUB", channel) => {
                    // The servers are classic ones: nobody is on the channels of other adapters.
                    let here = channel.starts_with(b"socket.io-request#");
                    let count = Value::Int(if here { servers } else { 0 });
                    Value::Array(vec![Value::BulkString(channel.to_vec()), count])
                }
                _ => Value::Array(Vec::new()),
            },
            (b"TYPE", ..) => Value::SimpleString("none".to_owned()),
            _ => Value::SimpleString("PONG".to_owned()),
        }
    }
}

fn name(cmd: &Cmd) -> &[u8] {
    word(cmd, 0)
}

fn word(cmd: &Cmd, at: usize) -> &[u8] {
    match cmd.args_iter().nth(at) {
        Some(socketio_emitter::redis::Arg::Simple(name)) => name,
        _ => b"",
    }
}

fn first(value: Value) -> Value {
    match value {
        Value::Array(mut items) => items.remove(0),
        value => value,
    }
}

struct Bridge {
    app: Router,
    published: Arc<AtomicUsize>,
}

impl Bridge {
    fn new(servers: Option<i64>, publish: Publish) -> Self {
        Self::with(Options::new(), servers, publish)
    }

    fn with(options: Options, servers: Option<i64>, publish: Publish) -> Self {
        let published = Arc::<AtomicUsize>::default();
        let fake = Fake { servers, publish, published: Arc::clone(&published) };
        Self { app: app(options.on(fake), Config::default()), published }
    }

    async fn emit(&self, query: &str) -> Answer {
        ask(&self.app, curl(&format!("/v1/emit/e{query}"), "1")).await
    }

    async fn batch(&self) -> Answer {
        let request = post_json("/v1/batch", r#"[{"event": "a"}, {"event": "b"}, {"event": "c"}]"#);
        ask(&self.app, request).await
    }

    fn published(&self) -> usize {
        self.published.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn success_counts_the_servers() {
    let bridge = Bridge::new(Some(2), Publish::Taken);
    for query in ["", "?require_servers=2", "?require_servers=0"] {
        let answer = bridge.emit(query).await;
        assert_eq!((answer.status, answer.json), (StatusCode::OK, json!({"adapter": "classic", "servers": 2})));
    }
    assert_eq!(bridge.published(), 3);
}

#[tokio::test]
async fn too_few_servers_get_nothing() {
    let bridge = Bridge::new(Some(2), Publish::Taken);
    let answer = bridge.emit("?require_servers=3").await;
    answer.is_problem(503, "too-few-servers", "3 of 2");
    assert_eq!(answer.json.get("unknown"), None);
    assert_eq!(bridge.published(), 0);
}

#[tokio::test]
async fn nobody_there_is_a_problem_unless_the_adapter_is_known() {
    let unknown = Bridge::new(Some(0), Publish::Taken);
    unknown.emit("").await.is_problem(503, "no-servers", "no adapter");
    unknown.emit("?dry_run=true").await.is_problem(503, "no-servers", "no adapter");
    assert_eq!(unknown.published(), 0);

    let classic = Options::new().adapter(Adapter::Classic(Classic::default()));
    let known = Bridge::with(classic, Some(0), Publish::Taken);
    let answer = known.emit("").await;
    assert_eq!((answer.status, answer.json), (StatusCode::OK, json!({"adapter": "classic", "servers": 0})));
    known.emit("?require_servers=1").await.is_problem(503, "too-few-servers", "1 of 0");
    assert_eq!(known.published(), 1);
}

#[tokio::test]
async fn a_refusal_by_redis_is_a_bad_gateway() {
    let answer = Bridge::new(Some(1), Publish::Refused).emit("").await;
    answer.is_problem(502, "redis-refused", "PUBLISH");
    assert_eq!(answer.json.get("unknown"), None);
    Bridge::new(None, Publish::Taken).emit("").await.is_problem(502, "undetected", "PUBSUB");
}

#[tokio::test(start_paused = true)]
async fn what_may_have_been_sent_is_unknown() {
    let answer = Bridge::new(Some(1), Publish::Broken).emit("").await;
    answer.is_problem(502, "connection-lost", "broken");
    assert_eq!(answer.json["unknown"], true);

    let silent = Bridge::new(Some(1), Publish::Silent);
    for (query, seconds) in [("", 5), ("?timeout=2s", 2), ("?timeout=1h", 5)] {
        let start = Instant::now();
        let answer = silent.emit(query).await;
        answer.is_problem(504, "timeout", query);
        assert_eq!(answer.json["unknown"], true);
        assert_eq!(start.elapsed().as_secs(), seconds, "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_batch_counts_what_was_taken_and_what_is_unknown() {
    let answer = Bridge::new(Some(2), Publish::Taken).batch().await;
    assert_eq!(answer.json, json!({"adapter": "classic", "messages": 3, "servers": 2}));
    for (publish, status, code, unknown) in [
        (Publish::Refused, 502, "redis-refused", 0),
        (Publish::Broken, 502, "connection-lost", 3),
        (Publish::Silent, 504, "timeout", 3),
    ] {
        let answer = Bridge::new(Some(2), publish).batch().await;
        answer.is_problem(status, code, "batch");
        let counts = ["index", "accepted", "unknown"].map(|member| answer.json[member].as_u64());
        assert_eq!(counts, [Some(0), Some(0), Some(unknown)], "{answer:?}");
    }
    let broken = Bridge::new(Some(2), Publish::Broken);
    broken.batch().await;
    broken.emit("").await;
    let counted = ask(&broken.app, get("/metrics")).await.text;
    assert!(counted.contains("sio_bridge_messages_failed_total{code=\"connection-lost\"} 4\n"), "{counted}");
    assert!(!counted.contains("sio_bridge_messages_taken_total{"), "{counted}");
    let nobody = Bridge::new(Some(0), Publish::Taken).batch().await;
    nobody.is_problem(503, "no-servers", "batch");
    assert_eq!((&nobody.json["accepted"], &nobody.json["unknown"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn redis_away_is_not_ready_and_alive() {
    let away = Options::new().timeout(Duration::from_secs(2)).lazy("redis://:hunter2@127.0.0.1:1/").unwrap();
    let app = app(away, Config::default());
    let answer = ask(&app, curl("/v1/emit/e", "1")).await;
    answer.is_problem(503, "redis-unreachable", "emit");
    assert!(answer.detail().contains("127.0.0.1:1") && !answer.detail().contains("hunter2"), "{answer:?}");
    let answer = ask(&app, get("/readyz")).await;
    answer.is_problem(503, "redis-unreachable", "readyz");
    assert!(!answer.detail().contains("127.0.0.1"), "{answer:?}");
    assert_eq!(ask(&app, get("/livez")).await.status, StatusCode::OK);
    let counted = ask(&app, get("/metrics")).await;
    assert_eq!(counted.status, StatusCode::OK);
    assert!(counted.text.contains("\nsio_bridge_redis_up 0\n"), "{}", counted.text);
    assert!(!counted.text.contains("127.0.0.1"), "{}", counted.text);
}

#[tokio::test]
async fn a_silent_redis_is_not_ready_and_that_is_said_soon() {
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let app = app(Options::new().timeout(Duration::from_secs(60)).lazy(&url).unwrap(), Config::default());
    let start = Instant::now();
    ask(&app, get("/readyz")).await.is_problem(503, "redis-unreachable", "readyz");
    ask(&app, curl("/v1/emit/e?timeout=100ms", "1")).await.is_problem(503, "redis-unreachable", "emit");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test]
async fn redis_there_is_ready() {
    let answer = ask(&Bridge::new(Some(0), Publish::Taken).app, get("/readyz")).await;
    assert_eq!((answer.status, answer.json), (StatusCode::OK, json!({"redis": "up"})));
}

#[tokio::test]
async fn a_redis_that_refuses_us_is_not_ready() {
    /// A Redis that lets nobody in.
    #[derive(Clone)]
    struct Barred;

    impl ConnectionLike for Barred {
        fn req_packed_command<'a>(&'a mut self, _: &'a Cmd) -> RedisFuture<'a, Value> {
            std::future::ready(Err(barred())).boxed()
        }

        fn req_packed_commands<'a>(&'a mut self, _: &'a Pipeline, _: usize, _: usize) -> RedisFuture<'a, Vec<Value>> {
            std::future::ready(Err(barred())).boxed()
        }

        fn get_db(&self) -> i64 {
            0
        }
    }

    fn barred() -> RedisError {
        RedisError::from((ErrorKind::AuthenticationFailed, "who are you"))
    }

    let app = app(Emitter::on(Barred), Config::default());
    ask(&app, get("/readyz")).await.is_problem(503, "redis-refused", "readyz");
}
