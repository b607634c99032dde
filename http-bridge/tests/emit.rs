//! What is sent, and what is refused because of what it says.

#![allow(clippy::unwrap_used)]

mod common;

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use common::{Bridge, curl, get, post, post_json, request};
use serde_json::json;
use socketio_emitter::{Binary, Numbers};

#[tokio::test]
async fn the_body_is_the_message() {
    let bridge = Bridge::new();
    let message = r#"{"event": "pair", "args": [1, "two"], "rooms": ["a", "b"], "except": ["c"], "namespace": "/admin",
                      "flags": {"volatile": true, "compress": false}, "seen": {"size": 1}}"#;
    for kind in
        [Some("application/json"), Some("application/json; charset=utf-8"), Some("application/vnd.x+json"), None]
    {
        let same = |io: &socketio_emitter::Emitter| {
            io.of("/admin").to(["a", "b"]).except("c").volatile().compress(false).emit("pair", &(1, "two"))
        };
        bridge.sends(post("/v1/emit", kind, message), same).await;
    }
    bridge.sends(post_json("/v1/emit", r#"{"do": "emit", "event": "tick"}"#), |io| io.emit("tick", &())).await;
}

#[tokio::test]
async fn a_message_that_cannot_be_read_is_told_where() {
    let bridge = Bridge::new();
    let answer = bridge.refuses(post_json("/v1/emit", "{\"event\":\n x}"), 400, "json").await;
    assert_eq!((&answer.json["line"], &answer.json["column"]), (&json!(2), &json!(2)), "{answer:?}");
    bridge.refuses(post_json("/v1/emit", ""), 400, "json").await;
    bridge.refuses(post_json("/v1/emit", b"{\"event\": \"\xff\"}".as_slice()), 400, "json").await;

    let answer = bridge.refuses(post_json("/v1/emit", r#"{"event": "e", "room": "a"}"#), 422, "unknown-key").await;
    assert_eq!(answer.json["pointer"], "/room");
    let answer = bridge.refuses(post_json("/v1/emit", r#"{"event": "connect"}"#), 422, "reserved-event").await;
    assert_eq!(answer.json["pointer"], "/event");
    let answer = bridge.refuses(post_json("/v1/emit", r#"{"event": "e", "rooms": []}"#), 422, "empty-rooms").await;
    assert_eq!(answer.json["pointer"], "/rooms");
    let big = r#"{"event": "e", "args": [{"id": 9007199254740993}]}"#;
    let answer = bridge.refuses(post_json("/v1/emit", big), 422, "unsafe-integer").await;
    assert_eq!(answer.json["pointer"], "/args/0/id");
    assert_eq!(answer.json["line"], 1);
}

#[tokio::test]
async fn the_body_is_the_one_argument() {
    let bridge = Bridge::new();
    let (json_type, text, form) = ("application/json", "text/plain", "application/x-www-form-urlencoded");
    for (kind, body, argument) in [
        (Some(json_type), r#"{"id": 7}"#, json!({"id": 7})),
        (Some("application/geo+json"), "[1, 2]", json!([1, 2])),
        (Some(text), r#"{"id": 7}"#, json!(r#"{"id": 7}"#)),
        (Some("text/plain;charset=UTF-8"), "grüß dich", json!("grüß dich")),
        (Some(form), r#"{"id": 7}"#, json!({"id": 7})),
        (Some(form), "a=b&c", json!("a=b&c")),
        (Some(form), "{broken", json!("{broken")),
        (Some(form), "42", json!(42)),
        (None, "[true]", json!([true])),
        (None, "hello", json!("hello")),
    ] {
        bridge.sends(post("/v1/emit/e", kind, body), |io| io.emit("e", &argument)).await;
    }
    let bytes = b"\x00\xff\x7b".as_slice();
    let binary = post("/v1/emit/e", Some("application/octet-stream"), bytes);
    bridge.sends(binary, |io| io.emit("e", &Binary(bytes))).await;
    let escaped = post_json("/v1/emit/e", r#"{"$binary": "AP97"}"#);
    bridge.sends(escaped, |io| io.emit("e", &Binary(bytes))).await;
    for kind in [None, Some(json_type), Some(text), Some(form), Some("application/octet-stream")] {
        bridge.sends(post("/v1/emit/e", kind, ""), |io| io.emit("e", &())).await;
    }
}

#[tokio::test]
async fn a_body_that_is_not_what_it_is_said_to_be_is_refused() {
    let bridge = Bridge::new();
    let answer = bridge.refuses(post_json("/v1/emit/e", "{\n\"a\": }"), 400, "json").await;
    assert_eq!((&answer.json["line"], &answer.json["column"]), (&json!(2), &json!(6)), "{answer:?}");
    let latin = b"gr\xfc\xdf".as_slice();
    bridge.refuses(post("/v1/emit/e", Some("text/plain"), latin), 400, "utf-8").await;
    bridge.refuses(curl("/v1/emit/e", latin), 400, "utf-8").await;
    // It is JSON, and must not become text to get past the rules for JSON.
    bridge.refuses(curl("/v1/emit/e", "9007199254740993"), 422, "unsafe-integer").await;
    let answer = bridge.refuses(curl("/v1/emit/e", r#"{"a": [{"$binary": 1}]}"#), 422, "binary").await;
    assert_eq!(answer.json["pointer"], "/a/0");
}

#[tokio::test]
async fn unknown_types_are_refused_with_those_that_are_known() {
    let bridge = Bridge::new();
    for kind in ["application/xml", "multipart/form-data; boundary=x", "text/plain; charset=latin1", "text/html", "x"] {
        let answer = bridge.refuses(post("/v1/emit/e", Some(kind), "x"), 415, "content-type").await;
        assert!(answer.detail().contains("application/octet-stream"), "{answer:?}");
    }
    for kind in ["text/plain", "application/octet-stream"] {
        let answer = bridge.refuses(post("/v1/emit", Some(kind), r#"{"event": "e"}"#), 415, "content-type").await;
        assert!(answer.detail().contains("application/json"), "{answer:?}");
    }
    let mut zipped = post("/v1/emit/e", Some("text/plain"), "x");
    zipped.headers_mut().insert(header::CONTENT_ENCODING, "gzip".parse().unwrap());
    bridge.refuses(zipped, 415, "content-type").await;
    let mut twice = post("/v1/emit/e", Some("text/plain"), "x");
    twice.headers_mut().append(header::CONTENT_TYPE, "application/json".parse().unwrap());
    bridge.refuses(twice, 415, "content-type").await;
}

#[tokio::test]
async fn the_url_says_what_and_to_whom() {
    let bridge = Bridge::new();
    bridge.sends(curl("/v1/emit/a%2Fb%20%C3%BC", "1"), |io| io.emit("a/b ü", &1)).await;
    bridge.sends(curl("/v1/emit/a+b", "1"), |io| io.emit("a+b", &1)).await;
    bridge.sends(curl("/v1/emit/e?room=a", "1"), |io| io.to("a").emit("e", &1)).await;
    bridge.sends(curl("/v1/emit/e?room=a&room=b+c&room=a", "1"), |io| io.to(["a", "b c"]).emit("e", &1)).await;
    bridge.sends(curl("/v1/emit/e?room=a%26b%3D%2F", "1"), |io| io.to("a&b=/").emit("e", &1)).await;
    bridge.sends(curl("/v1/emit/e?except=a&except=b", "1"), |io| io.except(["a", "b"]).emit("e", &1)).await;
    bridge.sends(curl("/v1/emit/e?namespace=/admin", "1"), |io| io.of("/admin").emit("e", &1)).await;
    bridge.sends(curl("/v1/emit/e?namespace=admin&room=a", "1"), |io| io.of("/admin").to("a").emit("e", &1)).await;
    bridge.sends(curl("/v1/emit/e?volatile=true", "1"), |io| io.volatile().emit("e", &1)).await;
    bridge.sends(curl("/v1/emit/e?volatile=false", "1"), |io| io.emit("e", &1)).await;
    bridge.sends(curl("/v1/emit/e?compress=false", "1"), |io| io.compress(false).emit("e", &1)).await;
    bridge.sends(curl("/v1/emit/e?dry_run=false&timeout=1h", "1"), |io| io.emit("e", &1)).await;
}

#[tokio::test]
async fn a_query_with_a_mistake_sends_nothing() {
    let bridge = Bridge::new();
    for query in [
        "rom=a",
        "rooms=a",
        "to=a",
        "Room=a",
        "room[]=a",
        "room=%ff",
        "namespace=a&namespace=b",
        "volatile",
        "volatile=1",
        "volatile=TRUE",
        "volatile=",
        "compress=no",
        "compress=",
        "dry_run=yes",
        "require_servers=-1",
        "require_servers=two",
        "require_servers=",
        "timeout=5",
        "timeout=0s",
        "timeout=-1s",
        "timeout=",
        "timeout=1s&timeout=2s",
        "dry_run=true&require_servers=1",
    ] {
        bridge.refuses(curl(&format!("/v1/emit/e?{query}"), "1"), 400, "query").await;
    }
    for query in ["room=a", "namespace=/", "volatile=true", "dryrun=true", "dry_run=1"] {
        bridge.refuses(post_json(&format!("/v1/emit?{query}"), r#"{"event": "e"}"#), 400, "query").await;
    }
    let answer = bridge.refuses(curl("/v1/emit/e?room=", "1"), 422, "empty-room").await;
    assert_eq!(answer.json["parameter"], "room");
    bridge.refuses(curl("/v1/emit/e?room=a&room=", "1"), 422, "empty-room").await;
    let answer = bridge.refuses(curl("/v1/emit/e?except=", "1"), 422, "empty-room").await;
    assert_eq!(answer.json["parameter"], "except");
    let answer = bridge.refuses(curl("/v1/emit/e?namespace=", "1"), 422, "empty-namespace").await;
    assert_eq!(answer.json["parameter"], "namespace");
    let answer = bridge.refuses(curl("/v1/emit/e?rom=a&volatile=maybe", "1"), 400, "query").await;
    assert_eq!(answer.json["parameter"], "rom");
    let answer = bridge.refuses(curl("/v1/emit/e?timeout=1s&timeout=2s", "1"), 400, "query").await;
    assert!(answer.detail().contains("timeout: it is given more than once"), "{answer:?}");
    let answer = bridge.refuses(curl("/v1/emit/e?namespace=[a]", "1"), 422, "unreachable-name").await;
    assert_eq!(answer.json["parameter"], "namespace");
    let answer = bridge.refuses(curl("/v1/emit/disconnect", "1"), 422, "reserved-event").await;
    assert_eq!(answer.json["parameter"], "event");
    bridge.refuses(curl("/v1/emit/%ff", "1"), 400, "path").await;
}

#[tokio::test]
async fn a_dry_run_answers_the_command() {
    let bridge = Bridge::new();
    let answer = bridge.ask(curl("/v1/emit/news?room=a&dry_run=true", "hello")).await;
    assert_eq!(answer.status, StatusCode::OK);
    let command = answer.json["command"].as_array().unwrap();
    assert_eq!(&command[..2], ["PUBLISH", "socket.io#/#a#"]);
    assert_eq!(command.len(), 3);

    let body = r#"{"event": "news", "args": ["hello"], "rooms": ["a"]}"#;
    let same = bridge.ask(post_json("/v1/emit?dry_run=true", body)).await;
    assert_eq!(same.json, answer.json);
    assert!(bridge.sent.commands().is_empty());
    bridge.refuses(curl("/v1/emit/connect?dry_run=true", "1"), 422, "reserved-event").await;
}

#[tokio::test]
async fn numbers_may_be_rounded_on_request() {
    let bridge = Bridge::with(|config| config.numbers = Numbers::Lossy);
    bridge.sends(curl("/v1/emit/e", "9007199254740993"), |io| io.emit("e", &9_007_199_254_740_992.0)).await;
    let message = r#"{"event": "e", "data": 9007199254740993}"#;
    bridge.sends(post_json("/v1/emit", message), |io| io.emit("e", &9_007_199_254_740_992.0)).await;
}

#[tokio::test]
async fn routes_and_methods_that_are_not_there() {
    let bridge = Bridge::new();
    for path in [
        "/",
        "/v1",
        "/v1/",
        "/v1/emit/",
        "/v1/emit/a/b",
        "/v2/emit",
        "/emit",
        "//v1/emit",
        "/livez/",
        "/v1/sockets/",
        "/v1/sockets/kick",
    ] {
        let answer = bridge.refuses(curl(path, "1"), 404, "not-found").await;
        for route in answer.detail().split([' ', ',']).filter(|word| word.starts_with('/')) {
            let answer = bridge.ask(request(Method::PUT, route).body(Body::empty()).unwrap()).await;
            assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{route}");
        }
    }
    for (method, path, allow) in [
        (Method::GET, "/v1/emit", "POST"),
        (Method::PUT, "/v1/emit/e", "POST"),
        (Method::OPTIONS, "/v1/emit/e", "POST"),
        (Method::POST, "/livez", "GET,HEAD"),
        (Method::DELETE, "/readyz", "GET,HEAD"),
    ] {
        let asked = request(method, path).body(Body::empty()).unwrap();
        let answer = bridge.refuses(asked, 405, "method").await;
        assert_eq!(answer.headers[header::ALLOW], allow);
    }
}

#[tokio::test]
async fn health_without_redis_to_ask() {
    let bridge = Bridge::new();
    assert_eq!(bridge.ask(get("/livez")).await.json, json!({"bridge": "up"}));
    assert_eq!(bridge.ask(get("/readyz")).await.json, json!({"redis": "up"}));
}
