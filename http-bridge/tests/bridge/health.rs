//! `/livez` and `/readyz`.

use std::{net::TcpListener, sync::Arc, time::Duration};

use axum::http::StatusCode;
use futures_util::FutureExt;
use serde_json::json;
use socketio_bridge::{Config, app};
use socketio_emitter::{
    Emitter, Options,
    redis::{Cmd, ErrorKind, Pipeline, RedisError, RedisFuture, Value, aio::ConnectionLike},
};
use tokio::time::Instant;

use crate::support::{FakePublish, FakeRedis, TestBridge, curl, get, send};

/// A Redis that refuses every command.
#[derive(Clone)]
struct UnauthenticatedRedis;

impl ConnectionLike for UnauthenticatedRedis {
    fn req_packed_command<'a>(&'a mut self, _: &'a Cmd) -> RedisFuture<'a, Value> {
        std::future::ready(Err(authentication_failed())).boxed()
    }

    fn req_packed_commands<'a>(&'a mut self, _: &'a Pipeline, _: usize, _: usize) -> RedisFuture<'a, Vec<Value>> {
        std::future::ready(Err(authentication_failed())).boxed()
    }

    fn get_db(&self) -> i64 {
        0
    }
}

fn authentication_failed() -> RedisError {
    RedisError::from((ErrorKind::AuthenticationFailed, "wrong password"))
}

#[tokio::test]
async fn livez_and_readyz_report_up() {
    let fake = FakeRedis { servers: Some(0), publish: FakePublish::Succeeds, published: Arc::default() };
    for app in [TestBridge::new().app, app(Emitter::on(fake), Config::default())] {
        for (path, body) in [("/livez", json!({"bridge": "up"})), ("/readyz", json!({"redis": "up"}))] {
            let response = send(&app, get(path)).await;
            assert_eq!((response.status, response.json), (StatusCode::OK, body), "{path}");
        }
    }
}

#[tokio::test]
async fn unreachable_redis_is_not_ready_and_the_bridge_is_live() {
    let emitter = Options::new().timeout(Duration::from_secs(2)).lazy("redis://:hunter2@127.0.0.1:1/").unwrap();
    let app = app(emitter, Config::default());
    let response = send(&app, curl("/v1/emit/e", "1")).await;
    response.assert_problem(503, "redis-unreachable", "emit");
    assert!(response.detail().contains("127.0.0.1:1") && !response.detail().contains("hunter2"), "{response:?}");
    let response = send(&app, get("/readyz")).await;
    response.assert_problem(503, "redis-unreachable", "readyz");
    assert!(!response.detail().contains("127.0.0.1"), "readyz must hide the address of Redis: {response:?}");
    assert_eq!(send(&app, get("/livez")).await.status, StatusCode::OK);
    let metrics = send(&app, get("/metrics")).await;
    assert_eq!(metrics.status, StatusCode::OK);
    assert!(metrics.text.contains("\nsio_bridge_redis_up 0\n"), "{}", metrics.text);
    assert!(!metrics.text.contains("127.0.0.1"), "{}", metrics.text);
}

#[tokio::test]
async fn redis_that_does_not_answer_is_not_ready_within_the_ping_timeout() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("redis://{}", silent.local_addr().unwrap());
    let app = app(Options::new().timeout(Duration::from_secs(60)).lazy(&url).unwrap(), Config::default());
    let start = Instant::now();
    send(&app, get("/readyz")).await.assert_problem(503, "redis-unreachable", "readyz");
    send(&app, curl("/v1/emit/e?timeout=100ms", "1")).await.assert_problem(503, "redis-unreachable", "emit");
    assert!(start.elapsed() < Duration::from_secs(3), "{:?}", start.elapsed());
}

#[tokio::test]
async fn redis_that_refuses_authentication_is_not_ready() {
    let app = app(Emitter::on(UnauthenticatedRedis), Config::default());
    send(&app, get("/readyz")).await.assert_problem(503, "redis-refused", "readyz");
}
