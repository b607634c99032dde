//! Questions to the servers, as far as they need no Redis: access and query parameters.

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use serde_json::Value;
use socketio_bridge::{AllowedEvents, BearerToken};

use crate::support::{TestBridge, curl, get, post_json, request};

const ROUTES: [&str; 3] = ["/v1/servers", "/v1/rooms", "/v1/sockets"];

fn allowing(glob: &str) -> TestBridge {
    let events = AllowedEvents::new([glob.parse().unwrap()]).unwrap();
    TestBridge::with_config(|config| config.allowed_events = events)
}

#[tokio::test]
async fn question_with_invalid_query_is_refused() {
    let bridge = TestBridge::new();
    for query in [
        "/v1/servers?room=a",
        "/v1/servers?handshake=true",
        "/v1/servers?all=true",
        "/v1/rooms?room=a",
        "/v1/rooms?except=a",
        "/v1/rooms?all=1",
        "/v1/rooms?namespace=a&namespace=b",
        "/v1/rooms?count=true&limit=5",
        "/v1/sockets?rooms=a",
        "/v1/sockets?handshake=1",
        "/v1/sockets?count=true&handshake=true",
        "/v1/sockets?limit=0",
        "/v1/sockets?limit=-1",
        "/v1/sockets?limit=many",
        "/v1/sockets?limit=10001",
        "/v1/sockets?timeout=5",
        "/v1/sockets?ack=1s",
    ] {
        bridge.assert_refuses(get(query), 400, "query").await;
    }
    for query in
        ["ack=5", "ack=0s", "ack=", "ack=true", "ack=1s&ack=1s", "expect=2", "ack=1s&expect=0", "ack=1s&timeout=1s"]
    {
        bridge.assert_refuses(curl(&format!("/v1/emit/e?{query}"), "1"), 400, "query").await;
        bridge.assert_refuses(post_json(&format!("/v1/emit?{query}"), r#"{"event": "e"}"#), 400, "query").await;
        bridge.assert_refuses(post_json(&format!("/v1/server-emit?{query}"), r#"{"event": "e"}"#), 400, "query").await;
    }
    let response = bridge.assert_refuses(get("/v1/sockets?limit=10001"), 400, "query").await;
    assert_eq!(response.json["parameter"], "limit");
    assert!(response.detail().contains("application/x-ndjson"), "{response:?}");
    for (query, reason) in [
        ("limit=0", "must be at least 1"),
        ("limit=-1", "expected a whole number"),
        ("limit=many", "expected a whole number"),
    ] {
        let response = bridge.assert_refuses(get(&format!("/v1/sockets?{query}")), 400, "query").await;
        assert_eq!(response.json["parameter"], "limit");
        assert!(response.detail().contains(reason), "{response:?}");
    }
    let join = post_json("/v1/sockets/join?ack=1s", r#"{"join": ["a"], "all": true}"#);
    let response = bridge.assert_refuses(join, 400, "query").await;
    assert_eq!(response.json["parameter"], "ack");

    let response = bridge.assert_refuses(get("/v1/sockets?room="), 422, "empty-room").await;
    assert_eq!(response.json["parameter"], "room");
    let response = bridge.assert_refuses(get("/v1/sockets?room=a&except="), 422, "empty-room").await;
    assert_eq!(response.json["parameter"], "except");
    for route in ROUTES {
        let response = bridge.assert_refuses(get(&format!("{route}?namespace=[")), 422, "unreachable-name").await;
        assert_eq!(response.json["parameter"], "namespace");
    }
    bridge.assert_refuses(curl("/v1/emit/connect?ack=1s", "1"), 422, "reserved-event").await;
}

#[tokio::test]
async fn timeout_or_ack_beyond_the_maximum_is_refused() {
    let bridge = TestBridge::with_config(|config| config.timeout = Duration::from_secs(3));
    let requests = [(curl("/v1/emit/e?ack=4s", "1"), "ack"), (get("/v1/sockets?timeout=1h"), "timeout")];
    for (request, parameter) in requests {
        let response = bridge.assert_refuses(request, 400, "query").await;
        assert_eq!(response.json["parameter"], parameter);
        assert!(
            response.detail().contains("exceeds the maximum of 3s") && response.detail().contains("--timeout"),
            "{response:?}"
        );
    }
    let response = bridge.send(curl("/v1/emit/e?ack=3s&dry_run=true", "1")).await;
    assert_eq!(response.status, StatusCode::OK, "{response:?}");
}

#[tokio::test]
async fn dry_run_with_ack_returns_the_request_command() {
    let bridge = TestBridge::new();
    let emit = curl("/v1/emit/e?room=a&ack=2s&expect=1&dry_run=true", "1");
    let server_emit = post_json("/v1/server-emit?ack=2s&dry_run=true", r#"{"event": "e"}"#);
    for request in [emit, server_emit] {
        let response = bridge.send(request).await;
        assert_eq!(response.status, StatusCode::OK, "{response:?}");
        let command = response.json["command"].as_array().unwrap();
        assert_eq!(&command[..2], ["PUBLISH", "socket.io-request#/#"]);
    }
    assert!(bridge.sent.commands().is_empty());
}

#[tokio::test]
async fn allow_event_refuses_questions() {
    let bridge = allowing("chat");
    for route in ROUTES {
        for query in ["", "?count=true", "?namespace=/admin"] {
            let response = bridge.assert_refuses(get(&format!("{route}{query}")), 403, "not-allowed").await;
            assert!(response.detail().contains("--allow-event"), "{response:?}");
        }
    }
    bridge.assert_refuses(curl("/v1/emit/other?ack=1s", "1"), 403, "event-not-allowed").await;
    bridge.assert_refuses(post_json("/v1/server-emit?ack=1s", r#"{"event": "e"}"#), 403, "event-not-allowed").await;
    let allowed = bridge.send(curl("/v1/emit/chat?ack=1s&dry_run=true", "1")).await;
    assert_eq!(allowed.status, StatusCode::OK, "{allowed:?}");
}

#[tokio::test]
async fn questions_are_refused_to_web_pages_foreign_hosts_and_without_token() {
    let bridge = TestBridge::new();
    let with_token = TestBridge::with_config(|config| config.token = Some(BearerToken::new("s3cret").unwrap()));
    for route in ROUTES {
        let from_page = || request(Method::GET, route).header(header::ORIGIN, "http://example.com");
        bridge.assert_refuses(from_page().body(Body::empty()).unwrap(), 403, "web-page").await;
        // Requests for embedded resources have no Origin.
        let embedded = request(Method::GET, route).header("sec-fetch-site", "cross-site");
        bridge.assert_refuses(embedded.body(Body::empty()).unwrap(), 403, "web-page").await;
        let foreign_host = request(Method::GET, route).header(header::HOST, "example.com");
        bridge.assert_refuses(foreign_host.body(Body::empty()).unwrap(), 403, "foreign-host").await;
        with_token.assert_refuses(get(route), 401, "unauthorized").await;
        let posted = bridge.assert_refuses(curl(route, "1"), 405, "method").await;
        assert_eq!(posted.headers[header::ALLOW], "GET,HEAD");
    }
}

#[tokio::test]
async fn question_without_a_subscription_is_500_cannot_listen() {
    let bridge = TestBridge::new();
    for request in [get("/v1/rooms"), get("/v1/sockets?count=true"), curl("/v1/emit/e?ack=1s", "1")] {
        let response = bridge.send(request).await;
        response.assert_problem(500, "cannot-listen", "recorder");
        assert_eq!(response.json.get("answers"), None::<&Value>);
    }
}
