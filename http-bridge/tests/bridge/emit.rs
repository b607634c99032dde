//! `POST /v1/emit` and `POST /v1/emit/{event}`.

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use serde_json::json;
use socketio_emitter::{Binary, Emitter, message::Numbers};

use crate::support::{TestBridge, curl, post, post_json, request};

#[tokio::test]
async fn emit_sends_the_message_in_the_body() {
    let bridge = TestBridge::new();
    let message = r#"{"event": "pair", "args": [1, "two"], "rooms": ["a", "b"], "except": ["c"], "namespace": "/admin",
                      "flags": {"volatile": true, "compress": false}, "seen": {"size": 1}}"#;
    for content_type in
        [Some("application/json"), Some("application/json; charset=utf-8"), Some("application/vnd.x+json"), None]
    {
        let call = |io: &Emitter| {
            io.of("/admin").to(["a", "b"]).except("c").volatile().compress(false).emit("pair", &(1, "two"))
        };
        bridge.assert_sends(post("/v1/emit", content_type, message), call).await;
    }
    bridge.assert_sends(post_json("/v1/emit", r#"{"do": "emit", "event": "tick"}"#), |io| io.emit("tick", &())).await;
}

#[tokio::test]
async fn emit_with_invalid_message_reports_pointer_and_position() {
    let bridge = TestBridge::new();
    let response = bridge.assert_refuses(post_json("/v1/emit", "{\"event\":\n x}"), 400, "json").await;
    assert_eq!((&response.json["line"], &response.json["column"]), (&json!(2), &json!(2)), "{response:?}");
    bridge.assert_refuses(post_json("/v1/emit", ""), 400, "json").await;
    bridge.assert_refuses(post_json("/v1/emit", b"{\"event\": \"\xff\"}".as_slice()), 400, "json").await;

    let response =
        bridge.assert_refuses(post_json("/v1/emit", r#"{"event": "e", "room": "a"}"#), 422, "unknown-key").await;
    assert_eq!(response.json["pointer"], "/room");
    let response = bridge.assert_refuses(post_json("/v1/emit", r#"{"event": "connect"}"#), 422, "reserved-event").await;
    assert_eq!(response.json["pointer"], "/event");
    let response =
        bridge.assert_refuses(post_json("/v1/emit", r#"{"event": "e", "rooms": []}"#), 422, "empty-rooms").await;
    assert_eq!(response.json["pointer"], "/rooms");
    let large = r#"{"event": "e", "args": [{"id": 9007199254740993}]}"#;
    let response = bridge.assert_refuses(post_json("/v1/emit", large), 422, "unsafe-integer").await;
    assert_eq!(response.json["pointer"], "/args/0/id");
    assert_eq!(response.json["line"], 1);
}

#[tokio::test]
async fn emit_event_sends_the_body_as_the_argument() {
    let bridge = TestBridge::new();
    let (json_type, text, form) = ("application/json", "text/plain", "application/x-www-form-urlencoded");
    for (content_type, body, argument) in [
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
        bridge.assert_sends(post("/v1/emit/e", content_type, body), |io| io.emit("e", &argument)).await;
    }
    let bytes = b"\x00\xff\x7b".as_slice();
    let binary = post("/v1/emit/e", Some("application/octet-stream"), bytes);
    bridge.assert_sends(binary, |io| io.emit("e", &Binary(bytes))).await;
    let escaped = post_json("/v1/emit/e", r#"{"$binary": "AP97"}"#);
    bridge.assert_sends(escaped, |io| io.emit("e", &Binary(bytes))).await;
    for content_type in [None, Some(json_type), Some(text), Some(form), Some("application/octet-stream")] {
        bridge.assert_sends(post("/v1/emit/e", content_type, ""), |io| io.emit("e", &())).await;
    }
}

#[tokio::test]
async fn emit_event_with_body_that_contradicts_its_type_is_refused() {
    let bridge = TestBridge::new();
    let response = bridge.assert_refuses(post_json("/v1/emit/e", "{\n\"a\": }"), 400, "json").await;
    assert_eq!((&response.json["line"], &response.json["column"]), (&json!(2), &json!(6)), "{response:?}");
    let latin1 = b"gr\xfc\xdf".as_slice();
    bridge.assert_refuses(post("/v1/emit/e", Some("text/plain"), latin1), 400, "utf-8").await;
    bridge.assert_refuses(curl("/v1/emit/e", latin1), 400, "utf-8").await;
    // Valid JSON that breaks a rule must not be sent as text instead.
    bridge.assert_refuses(curl("/v1/emit/e", "9007199254740993"), 422, "unsafe-integer").await;
    let response = bridge.assert_refuses(curl("/v1/emit/e", r#"{"a": [{"$binary": 1}]}"#), 422, "binary").await;
    assert_eq!(response.json["pointer"], "/a/0");
}

#[tokio::test]
async fn emit_event_takes_event_and_target_from_the_url() {
    let bridge = TestBridge::new();
    bridge.assert_sends(curl("/v1/emit/a%2Fb%20%C3%BC", "1"), |io| io.emit("a/b ü", &1)).await;
    bridge.assert_sends(curl("/v1/emit/a+b", "1"), |io| io.emit("a+b", &1)).await;
    bridge.assert_sends(curl("/v1/emit/e?room=a", "1"), |io| io.to("a").emit("e", &1)).await;
    bridge.assert_sends(curl("/v1/emit/e?room=a&room=b+c&room=a", "1"), |io| io.to(["a", "b c"]).emit("e", &1)).await;
    bridge.assert_sends(curl("/v1/emit/e?room=a%26b%3D%2F", "1"), |io| io.to("a&b=/").emit("e", &1)).await;
    bridge.assert_sends(curl("/v1/emit/e?except=a&except=b", "1"), |io| io.except(["a", "b"]).emit("e", &1)).await;
    bridge.assert_sends(curl("/v1/emit/e?namespace=/admin", "1"), |io| io.of("/admin").emit("e", &1)).await;
    bridge
        .assert_sends(curl("/v1/emit/e?namespace=admin&room=a", "1"), |io| io.of("/admin").to("a").emit("e", &1))
        .await;
    bridge.assert_sends(curl("/v1/emit/e?volatile=true", "1"), |io| io.volatile().emit("e", &1)).await;
    bridge.assert_sends(curl("/v1/emit/e?volatile=false", "1"), |io| io.emit("e", &1)).await;
    bridge.assert_sends(curl("/v1/emit/e?compress=false", "1"), |io| io.compress(false).emit("e", &1)).await;
    bridge.assert_sends(curl("/v1/emit/e?dry_run=false&timeout=1h", "1"), |io| io.emit("e", &1)).await;
}

#[tokio::test]
async fn emit_with_invalid_query_sends_nothing() {
    let bridge = TestBridge::new();
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
        bridge.assert_refuses(curl(&format!("/v1/emit/e?{query}"), "1"), 400, "query").await;
    }
    for query in ["room=a", "namespace=/", "volatile=true", "dryrun=true", "dry_run=1"] {
        bridge.assert_refuses(post_json(&format!("/v1/emit?{query}"), r#"{"event": "e"}"#), 400, "query").await;
    }
    let response = bridge.assert_refuses(curl("/v1/emit/e?room=", "1"), 422, "empty-room").await;
    assert_eq!(response.json["parameter"], "room");
    bridge.assert_refuses(curl("/v1/emit/e?room=a&room=", "1"), 422, "empty-room").await;
    let response = bridge.assert_refuses(curl("/v1/emit/e?except=", "1"), 422, "empty-room").await;
    assert_eq!(response.json["parameter"], "except");
    let response = bridge.assert_refuses(curl("/v1/emit/e?namespace=", "1"), 422, "empty-namespace").await;
    assert_eq!(response.json["parameter"], "namespace");
    let response = bridge.assert_refuses(curl("/v1/emit/e?rom=a&volatile=maybe", "1"), 400, "query").await;
    assert_eq!(response.json["parameter"], "rom");
    let response = bridge.assert_refuses(curl("/v1/emit/e?timeout=1s&timeout=2s", "1"), 400, "query").await;
    assert!(response.detail().contains("timeout: given more than once"), "{response:?}");
    let response = bridge.assert_refuses(curl("/v1/emit/e?namespace=[a]", "1"), 422, "unreachable-name").await;
    assert_eq!(response.json["parameter"], "namespace");
    let response = bridge.assert_refuses(curl("/v1/emit/disconnect", "1"), 422, "reserved-event").await;
    assert_eq!(response.json["parameter"], "event");
    bridge.assert_refuses(curl("/v1/emit/%ff", "1"), 400, "path").await;
}

#[tokio::test]
async fn dry_run_returns_the_command_and_sends_nothing() {
    let bridge = TestBridge::new();
    let response = bridge.send(curl("/v1/emit/news?room=a&dry_run=true", "hello")).await;
    assert_eq!(response.status, StatusCode::OK);
    let command = response.json["command"].as_array().unwrap();
    assert_eq!(&command[..2], ["PUBLISH", "socket.io#/#a#"]);
    assert_eq!(command.len(), 3);

    let body = r#"{"event": "news", "args": ["hello"], "rooms": ["a"]}"#;
    let from_message = bridge.send(post_json("/v1/emit?dry_run=true", body)).await;
    assert_eq!(from_message.json, response.json);
    assert!(bridge.sent.commands().is_empty());
    bridge.assert_refuses(curl("/v1/emit/connect?dry_run=true", "1"), 422, "reserved-event").await;
}

#[tokio::test]
async fn lossy_numbers_rounds_large_integers() {
    let bridge = TestBridge::with_config(|config| config.numbers = Numbers::Lossy);
    bridge.assert_sends(curl("/v1/emit/e", "9007199254740993"), |io| io.emit("e", &9_007_199_254_740_992.0)).await;
    let message = r#"{"event": "e", "data": 9007199254740993}"#;
    bridge.assert_sends(post_json("/v1/emit", message), |io| io.emit("e", &9_007_199_254_740_992.0)).await;
}

#[tokio::test]
async fn unknown_route_is_404_and_wrong_method_is_405() {
    let bridge = TestBridge::new();
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
        let response = bridge.assert_refuses(curl(path, "1"), 404, "not-found").await;
        for route in response.detail().split([' ', ',']).filter(|word| word.starts_with('/')) {
            let response = bridge.send(request(Method::PUT, route).body(Body::empty()).unwrap()).await;
            assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED, "{route}");
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
        let response = bridge.assert_refuses(asked, 405, "method").await;
        assert_eq!(response.headers[header::ALLOW], allow);
    }
}
