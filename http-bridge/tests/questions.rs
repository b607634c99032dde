//! Questions to the cluster, as far as they go without Redis: who may ask, and what is understood.

#![allow(clippy::unwrap_used)]

mod common;

use std::time::Duration;

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use common::{Bridge, curl, get, post_json, request};
use serde_json::Value;
use socketio_bridge::{AllowedEvents, Token};

const ROUTES: [&str; 3] = ["/v1/servers", "/v1/rooms", "/v1/sockets"];

fn allowing(glob: &str) -> Bridge {
    let events = AllowedEvents::new([glob.parse().unwrap()]).unwrap();
    Bridge::with(|config| config.allowed_events = events)
}

#[tokio::test]
async fn a_query_with_a_mistake_asks_nothing() {
    let bridge = Bridge::new();
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
        bridge.refuses(get(query), 400, "query").await;
    }
    for query in
        ["ack=5", "ack=0s", "ack=", "ack=true", "ack=1s&ack=1s", "expect=2", "ack=1s&expect=0", "ack=1s&timeout=1s"]
    {
        bridge.refuses(curl(&format!("/v1/emit/e?{query}"), "1"), 400, "query").await;
        bridge.refuses(post_json(&format!("/v1/emit?{query}"), r#"{"event": "e"}"#), 400, "query").await;
        bridge.refuses(post_json(&format!("/v1/server-emit?{query}"), r#"{"event": "e"}"#), 400, "query").await;
    }
    let answer = bridge.refuses(get("/v1/sockets?limit=10001"), 400, "query").await;
    assert_eq!(answer.json["parameter"], "limit");
    assert!(answer.detail().contains("application/x-ndjson"), "{answer:?}");
    for query in ["limit=0", "limit=-1", "limit=many"] {
        let answer = bridge.refuses(get(&format!("/v1/sockets?{query}")), 400, "query").await;
        assert_eq!(answer.json["parameter"], "limit");
        assert!(answer.detail().contains("at least 1") || answer.detail().contains("looks like"), "{answer:?}");
    }
    let join = post_json("/v1/sockets/join?ack=1s", r#"{"join": ["a"], "all": true}"#);
    let answer = bridge.refuses(join, 400, "query").await;
    assert_eq!(answer.json["parameter"], "ack");

    let answer = bridge.refuses(get("/v1/sockets?room="), 422, "empty-room").await;
    assert_eq!(answer.json["parameter"], "room");
    let answer = bridge.refuses(get("/v1/sockets?room=a&except="), 422, "empty-room").await;
    assert_eq!(answer.json["parameter"], "except");
    for route in ROUTES {
        let answer = bridge.refuses(get(&format!("{route}?namespace=[")), 422, "unreachable-name").await;
        assert_eq!(answer.json["parameter"], "namespace");
    }
    bridge.refuses(curl("/v1/emit/connect?ack=1s", "1"), 422, "reserved-event").await;
}

#[tokio::test]
async fn a_question_is_not_cut_short_without_a_word() {
    let bridge = Bridge::with(|config| config.timeout = Duration::from_secs(3));
    let asked = [(curl("/v1/emit/e?ack=4s", "1"), "ack"), (get("/v1/sockets?timeout=1h"), "timeout")];
    for (request, parameter) in asked {
        let answer = bridge.refuses(request, 400, "query").await;
        assert_eq!(answer.json["parameter"], parameter);
        assert!(answer.detail().contains("may take 3s here; start sio-bridge with"), "{answer:?}");
    }
    let answer = bridge.ask(curl("/v1/emit/e?ack=3s&dry_run=true", "1")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
}

#[tokio::test]
async fn a_dry_run_shows_the_question() {
    let bridge = Bridge::new();
    let emit = curl("/v1/emit/e?room=a&ack=2s&expect=1&dry_run=true", "1");
    let server_emit = post_json("/v1/server-emit?ack=2s&dry_run=true", r#"{"event": "e"}"#);
    for request in [emit, server_emit] {
        let answer = bridge.ask(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
        let command = answer.json["command"].as_array().unwrap();
        assert_eq!(&command[..2], ["PUBLISH", "socket.io-request#/#"]);
    }
    assert!(bridge.sent.commands().is_empty());
}

#[tokio::test]
async fn where_only_some_events_are_allowed_nobody_sees_who_is_there() {
    let bridge = allowing("chat");
    for route in ROUTES {
        for query in ["", "?count=true", "?namespace=/admin"] {
            let answer = bridge.refuses(get(&format!("{route}{query}")), 403, "not-allowed").await;
            assert!(answer.detail().contains("--allow-event"), "{answer:?}");
        }
    }
    bridge.refuses(curl("/v1/emit/other?ack=1s", "1"), 403, "event-not-allowed").await;
    bridge.refuses(post_json("/v1/server-emit?ack=1s", r#"{"event": "e"}"#), 403, "event-not-allowed").await;
    let allowed = bridge.ask(curl("/v1/emit/chat?ack=1s&dry_run=true", "1")).await;
    assert_eq!(allowed.status, StatusCode::OK, "{allowed:?}");
}

#[tokio::test]
async fn a_web_page_and_a_stranger_are_told_nothing() {
    let bridge = Bridge::new();
    let guarded = Bridge::with(|config| config.token = Some(Token::new("s3cret").unwrap()));
    for route in ROUTES {
        let page = || request(Method::GET, route).header(header::ORIGIN, "http://example.com");
        bridge.refuses(page().body(Body::empty()).unwrap(), 403, "web-page").await;
        // What a page embeds carries no Origin.
        let embedded = request(Method::GET, route).header("sec-fetch-site", "cross-site");
        bridge.refuses(embedded.body(Body::empty()).unwrap(), 403, "web-page").await;
        let rebound = request(Method::GET, route).header(header::HOST, "example.com");
        bridge.refuses(rebound.body(Body::empty()).unwrap(), 403, "foreign-host").await;
        guarded.refuses(get(route), 401, "unauthorized").await;
        let posted = bridge.refuses(curl(route, "1"), 405, "method").await;
        assert_eq!(posted.headers[header::ALLOW], "GET,HEAD");
    }
}

#[tokio::test]
async fn a_bridge_that_cannot_listen_says_so() {
    let bridge = Bridge::new();
    for request in [get("/v1/rooms"), get("/v1/sockets?count=true"), curl("/v1/emit/e?ack=1s", "1")] {
        let answer = bridge.ask(request).await;
        answer.is_problem(500, "cannot-listen", "no second connection");
        assert_eq!(answer.json.get("answers"), None::<&Value>);
    }
}
