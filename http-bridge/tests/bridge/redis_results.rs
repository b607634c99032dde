//! How results of Redis become statuses and problems.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{Router, http::StatusCode};
use serde_json::json;
use socketio_bridge::{Config, app};
use socketio_emitter::{Adapter, Options, adapter::Classic};
use tokio::time::Instant;

use crate::support::{FakePublish, FakeRedis, TestResponse, curl, get, post_json, send};

struct FakeRedisBridge {
    app: Router,
    published: Arc<AtomicUsize>,
}

impl FakeRedisBridge {
    fn new(servers: Option<i64>, publish: FakePublish) -> Self {
        Self::with_options(Options::new(), servers, publish)
    }

    fn with_options(options: Options, servers: Option<i64>, publish: FakePublish) -> Self {
        let published = Arc::<AtomicUsize>::default();
        let fake = FakeRedis { servers, publish, published: Arc::clone(&published) };
        Self { app: app(options.on(fake), Config::default()), published }
    }

    async fn emit(&self, query: &str) -> TestResponse {
        send(&self.app, curl(&format!("/v1/emit/e{query}"), "1")).await
    }

    async fn batch(&self) -> TestResponse {
        send(&self.app, post_json("/v1/batch", r#"[{"event": "a"}, {"event": "b"}, {"event": "c"}]"#)).await
    }

    fn published(&self) -> usize {
        self.published.load(Ordering::Relaxed)
    }
}

#[tokio::test]
async fn emit_returns_the_number_of_servers() {
    let bridge = FakeRedisBridge::new(Some(2), FakePublish::Succeeds);
    for query in ["", "?require_servers=2", "?require_servers=0"] {
        let response = bridge.emit(query).await;
        assert_eq!((response.status, response.json), (StatusCode::OK, json!({"adapter": "classic", "servers": 2})));
    }
    assert_eq!(bridge.published(), 3);
}

#[tokio::test]
async fn emit_with_fewer_servers_than_required_sends_nothing() {
    let bridge = FakeRedisBridge::new(Some(2), FakePublish::Succeeds);
    let response = bridge.emit("?require_servers=3").await;
    response.assert_problem(503, "too-few-servers", "3 required, 2 found");
    assert_eq!(response.json.get("unknown"), None);
    assert_eq!(bridge.published(), 0);
}

#[tokio::test]
async fn emit_without_servers_is_503_unless_the_adapter_is_configured() {
    let detecting = FakeRedisBridge::new(Some(0), FakePublish::Succeeds);
    detecting.emit("").await.assert_problem(503, "no-servers", "emit");
    detecting.emit("?dry_run=true").await.assert_problem(503, "no-servers", "dry run");
    assert_eq!(detecting.published(), 0);

    let classic = Options::new().adapter(Adapter::Classic(Classic::default()));
    let configured = FakeRedisBridge::with_options(classic, Some(0), FakePublish::Succeeds);
    let response = configured.emit("").await;
    assert_eq!((response.status, response.json), (StatusCode::OK, json!({"adapter": "classic", "servers": 0})));
    configured.emit("?require_servers=1").await.assert_problem(503, "too-few-servers", "1 required, 0 found");
    assert_eq!(configured.published(), 1);
}

#[tokio::test]
async fn command_that_redis_refuses_is_502() {
    let response = FakeRedisBridge::new(Some(1), FakePublish::IsRefused).emit("").await;
    response.assert_problem(502, "redis-refused", "PUBLISH");
    assert_eq!(response.json.get("unknown"), None);
    let no_pubsub = FakeRedisBridge::new(None, FakePublish::Succeeds);
    no_pubsub.emit("").await.assert_problem(502, "undetected", "PUBSUB");
}

#[tokio::test(start_paused = true)]
async fn emit_with_unknown_outcome_says_so_and_keeps_the_time_limit() {
    let response = FakeRedisBridge::new(Some(1), FakePublish::LosesConnection).emit("").await;
    response.assert_problem(502, "connection-lost", "lost connection");
    assert_eq!(response.json["unknown"], true);

    let silent = FakeRedisBridge::new(Some(1), FakePublish::NeverAnswers);
    for (query, seconds) in [("", 5), ("?timeout=2s", 2), ("?timeout=1h", 5)] {
        let start = Instant::now();
        let response = silent.emit(query).await;
        response.assert_problem(504, "timeout", query);
        assert_eq!(response.json["unknown"], true);
        assert_eq!(start.elapsed().as_secs(), seconds, "{query}");
    }
}

#[tokio::test(start_paused = true)]
async fn failed_batch_counts_accepted_and_unknown_messages() {
    let response = FakeRedisBridge::new(Some(2), FakePublish::Succeeds).batch().await;
    assert_eq!(response.json, json!({"adapter": "classic", "messages": 3, "servers": 2}));
    for (publish, status, code, unknown) in [
        (FakePublish::IsRefused, 502, "redis-refused", 0),
        (FakePublish::LosesConnection, 502, "connection-lost", 3),
        (FakePublish::NeverAnswers, 504, "timeout", 3),
    ] {
        let response = FakeRedisBridge::new(Some(2), publish).batch().await;
        response.assert_problem(status, code, "batch");
        let counts = ["index", "accepted", "unknown"].map(|member| response.json[member].as_u64());
        assert_eq!(counts, [Some(0), Some(0), Some(unknown)], "{response:?}");
    }
    let no_servers = FakeRedisBridge::new(Some(0), FakePublish::Succeeds).batch().await;
    no_servers.assert_problem(503, "no-servers", "batch");
    assert_eq!((&no_servers.json["accepted"], &no_servers.json["unknown"]), (&json!(0), &json!(0)));
}

#[tokio::test]
async fn messages_with_unknown_outcome_are_counted_as_failed() {
    let bridge = FakeRedisBridge::new(Some(2), FakePublish::LosesConnection);
    bridge.batch().await;
    bridge.emit("").await;
    let metrics = send(&bridge.app, get("/metrics")).await.text;
    assert!(metrics.contains("sio_bridge_messages_failed_total{code=\"connection-lost\"} 4\n"), "{metrics}");
    assert!(!metrics.contains("sio_bridge_messages_taken_total{"), "{metrics}");
}
