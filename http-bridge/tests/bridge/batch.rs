//! `POST /v1/batch`.

use std::{convert::Infallible, io, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use bytes::Bytes;
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use socketio_bridge::AllowedEvents;
use socketio_emitter::{Binary, Emitter, adapter::Command, message::DisconnectMode};

use crate::support::{TestBridge, post};

const ARRAY: &str = "application/json";
const LINES: &str = "application/x-ndjson";

fn array(body: impl Into<Body>) -> Request<Body> {
    post("/v1/batch", Some(ARRAY), body)
}

fn lines(body: impl Into<Body>) -> Request<Body> {
    post("/v1/batch", Some(LINES), body)
}

/// A body that arrives byte by byte.
fn byte_by_byte(text: &str) -> Body {
    let bytes: Vec<_> = text.bytes().map(|byte| Ok::<_, Infallible>(Bytes::from(vec![byte]))).collect();
    Body::from_stream(stream::iter(bytes))
}

/// The commands that these calls of the emitter send.
fn commands(send: impl AsyncFnOnce(&Emitter) -> Result<(), socketio_emitter::Error>) -> Vec<Command> {
    let (emitter, sent) = Emitter::recorder();
    futures_util::FutureExt::now_or_never(send(&emitter)).unwrap().unwrap();
    sent.take()
}

#[tokio::test]
async fn batch_sends_all_messages_in_order() {
    let messages = [
        r#"{"event": "a, [b] \\\" {", "args": [[1], {"x": "]"}], "rooms": ["r"]}"#,
        r#"{"event": "b", "data": {"$binary": "AP8="}, "seen": {"by": "tap"}}"#,
        r#"{"do": "join", "join": ["vip"], "rooms": ["r"]}"#,
        r#"{"do": "disconnect", "close": true, "all": true, "namespace": "/x"}"#,
        r#"{"do": "server-emit", "event": "reload"}"#,
    ];
    let expected = commands(async |io| {
        io.to("r").emit(r#"a, [b] \" {"#, &(vec![1], json!({"x": "]"}))).await?;
        io.emit("b", &Binary([0, 255])).await?;
        io.to("r").join("vip").await?;
        io.of("/x").all().disconnect(DisconnectMode::CloseConnection).await?;
        io.server_side_emit("reload", &()).await.map(drop)
    });
    let values = messages.map(|message| serde_json::from_str::<Value>(message).unwrap());
    let bridge = TestBridge::new();
    for (content_type, text) in [
        (Some(ARRAY), format!("[{}]", messages.join(","))),
        (None, format!("\n [ {} ]\r\n", messages.join("\n , "))),
        (Some("application/json; charset=utf-8"), serde_json::to_string_pretty(&values).unwrap()),
        (Some(LINES), messages.join("\n")),
        (Some(LINES), format!("{}\n", messages.join("\n"))),
        (Some(LINES), format!("\n\n{}\r\n \n", messages.join("\r\n\n"))),
    ] {
        for body in [Body::from(text.clone()), byte_by_byte(&text)] {
            let response = bridge.send(post("/v1/batch", content_type, body)).await;
            assert_eq!(response.status, StatusCode::OK, "{text}: {response:?}");
            assert_eq!(response.json, json!({"adapter": "classic", "messages": 5, "servers": null}));
            assert_eq!(bridge.sent.take(), expected, "{text}");
        }
    }
}

#[tokio::test]
async fn empty_batch_succeeds() {
    let bridge = TestBridge::new();
    for request in [array("[]"), array(" [\n] "), lines(""), lines(" \r\n\n")] {
        let response = bridge.send(request).await;
        assert_eq!((response.status, &response.json["messages"]), (StatusCode::OK, &json!(0)), "{response:?}");
    }
    assert!(bridge.sent.commands().is_empty());
}

#[tokio::test]
async fn batch_stops_at_the_first_invalid_message_and_reports_its_position() {
    let bridge = TestBridge::new();
    // Body, status, code, messages before the problem, pointer, line, column.
    type StoppedBatch = (&'static str, u16, &'static str, usize, Option<&'static str>, Option<usize>, Option<usize>);
    let cases: [StoppedBatch; 21] = [
        ("", 400, "json", 0, None, Some(1), Some(1)),
        ("{}", 400, "json", 0, None, Some(1), Some(1)),
        ("\n5", 400, "json", 0, None, Some(2), Some(1)),
        ("[", 400, "json", 0, None, Some(1), Some(2)),
        (r#"[{"event": "e"}"#, 400, "json", 0, None, Some(1), Some(2)),
        ("[{\"event\": \"e\"},\n", 400, "json", 1, None, Some(2), Some(1)),
        (r#"[{"event": "e"},]"#, 400, "json", 1, None, Some(1), Some(17)),
        (r#"[,{"event": "e"}]"#, 400, "json", 0, None, Some(1), Some(2)),
        (r#"[{"event": "e"}] x"#, 400, "json", 1, None, Some(1), Some(18)),
        (r#"[{"event": "e"}][]"#, 400, "json", 1, None, Some(1), Some(17)),
        (r#"[{"event": "e"} {"event": "e"}]"#, 400, "json", 0, None, Some(1), Some(17)),
        (r#"[{"event": "e"}}]"#, 400, "json", 0, None, Some(1), Some(16)),
        ("[{\"event\": \"e\"},\n {\"event\":\n x}]", 400, "json", 1, Some("/1/event"), Some(3), Some(2)),
        ("[{\"event\": \"e\"},\n {\"event\": x}]", 400, "json", 1, Some("/1/event"), Some(2), Some(12)),
        (r#"[{"event": "e"}, [1]]"#, 422, "message", 1, None, Some(1), None),
        (r#"[{"event": "e"}, 5, {"event": "e"}]"#, 422, "message", 1, None, Some(1), None),
        (r#"[{"event": "e", "room": "a"}]"#, 422, "unknown-key", 0, Some("/0/room"), Some(1), None),
        (
            "[{\"event\": \"e\"},\n\n{\"event\": \"connect\"}]",
            422,
            "reserved-event",
            1,
            Some("/1/event"),
            Some(3),
            None,
        ),
        (r#"[{"do": "disconnect"}]"#, 422, "needs-all", 0, Some("/0/rooms"), Some(1), None),
        (r#"[{"event": "e", "namespace": "["}]"#, 422, "unreachable-name", 0, Some("/0/namespace"), None, None),
        (
            r#"[{"event": "e"}, {"do": "server-emit", "event": "e", "data": {"$binary": ""}}, {}]"#,
            422,
            "unsupported",
            1,
            None,
            None,
            None,
        ),
    ];
    for (body, status, code, accepted, pointer, line, column) in cases {
        for body in [Body::from(body), byte_by_byte(body)] {
            let response = bridge.assert_stops(array(body), status, code, accepted).await;
            assert_eq!(response.json["pointer"].as_str(), pointer, "{response:?}");
            assert_eq!(response.json["line"].as_u64(), line.map(|line| line as u64), "{response:?}");
            if let Some(column) = column {
                assert_eq!(response.json["column"], column, "{response:?}");
            }
        }
    }
    let valid = r#"{"event": "e"}"#;
    for (body, status, code, accepted, pointer, line) in [
        (format!("{valid}\n\n{valid}\n  {{\n"), 400, "json", 2, None, 4),
        (format!("{valid}\n{valid},\n"), 400, "json", 1, None, 2),
        (format!("{valid} {valid}\n"), 400, "json", 0, None, 1),
        (format!("[{valid}]\n"), 422, "message", 0, None, 1),
        (format!("{valid}\r\n{{\"event\": \"e\", \"rooms\": []}}\r\n"), 422, "empty-rooms", 1, Some("/rooms"), 2),
        (
            format!("{valid}\n{{\"event\": \"e\", \"data\": 9007199254740993}}"),
            422,
            "unsafe-integer",
            1,
            Some("/data"),
            2,
        ),
    ] {
        let response = bridge.assert_stops(lines(body), status, code, accepted).await;
        assert_eq!(
            (response.json["pointer"].as_str(), &response.json["line"]),
            (pointer, &json!(line)),
            "{response:?}"
        );
    }
    let second_line = bridge.assert_stops(lines("{\"event\": \"e\"}\n   {\"event\": x}"), 400, "json", 1).await;
    assert_eq!(second_line.json["column"], 14);
}

#[tokio::test]
async fn batch_stops_at_the_first_event_that_is_not_allowed() {
    let events = AllowedEvents::new(["tick".parse().unwrap()]).unwrap();
    let bridge = TestBridge::with_config(|config| config.allowed_events = events);
    let tick = r#"{"event": "tick"}"#;
    for (other, code) in [
        (r#"{"event": "tock"}"#, "event-not-allowed"),
        (r#"{"do": "server-emit", "event": "tock"}"#, "event-not-allowed"),
        (r#"{"do": "disconnect", "all": true}"#, "not-allowed"),
    ] {
        bridge.assert_stops(array(format!("[{tick}, {tick}, {other}, {tick}]")), 403, code, 2).await;
    }
}

#[tokio::test]
async fn body_limit_applies_to_each_message_of_a_batch() {
    let bridge = TestBridge::with_config(|config| config.body_limit = 100);
    let long = |len: usize| format!(r#"{{"event": "e", "data": "{}"}}"#, "x".repeat(len - 26));
    let messages = vec![long(100); 1000];
    for request in [array(format!("[{}]", messages.join(", "))), lines(messages.join("\n"))] {
        assert_eq!(bridge.send(request).await.json["messages"], 1000);
        assert_eq!(bridge.sent.take().len(), 1000);
    }
    let (fits, over, endless) = (long(100), long(101), "x".repeat(101));
    for request in [
        array(format!("[{fits}, {over}]")),
        array(format!("[{fits}, {endless}")),
        array(byte_by_byte(&format!("[{fits}, {endless}"))),
        lines(format!("{fits}\n{over}\n")),
        lines(format!("{fits}\n{over}")),
        lines(byte_by_byte(&format!("{fits}\n{endless}"))),
    ] {
        let response = bridge.assert_stops(request, 413, "body-too-large", 1).await;
        assert!(response.detail().contains("100 bytes"), "{response:?}");
    }
    let chunk = Bytes::from("[".repeat(64));
    let endless = Body::from_stream(stream::repeat(Ok::<_, Infallible>(chunk)).take(100_000));
    bridge.assert_stops(array(endless), 413, "body-too-large", 0).await;
}

#[tokio::test(start_paused = true)]
async fn read_timeout_applies_to_each_message_of_a_batch() {
    let bridge = TestBridge::new();
    let body_every = |seconds: u64, text: &'static str| {
        Body::from_stream(stream::iter(vec![text; 10]).then(move |text| async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            Ok::<_, Infallible>(Bytes::from_static(text.as_bytes()))
        }))
    };
    let message = "{\"event\": \"e\"}\n";
    assert_eq!(bridge.send(lines(body_every(9, message))).await.json["messages"], 10);
    assert_eq!(bridge.sent.take().len(), 10);
    bridge.assert_stops(lines(body_every(11, message)), 408, "body-timeout", 0).await;
    bridge.assert_stops(lines(body_every(9, " ")), 408, "body-timeout", 0).await;
    bridge.assert_stops(array(body_every(9, "[")), 408, "body-timeout", 0).await;
}

#[tokio::test]
async fn batch_whose_body_ends_early_reports_what_was_sent() {
    let bridge = TestBridge::new();
    let parts = [
        Ok(Bytes::from_static(b"{\"event\": \"e\"}\n{\"event\": \"f\"}")),
        Err(io::Error::from(io::ErrorKind::ConnectionReset)),
    ];
    bridge.assert_stops(lines(Body::from_stream(stream::iter(parts))), 400, "body", 1).await;
}

#[tokio::test]
async fn batch_with_unsupported_type_or_query_is_refused() {
    let bridge = TestBridge::new();
    for content_type in
        ["application/msgpack", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=x"]
    {
        let response = bridge.assert_refuses(post("/v1/batch", Some(content_type), "[]"), 415, "content-type").await;
        assert!(response.detail().contains(ARRAY) && response.detail().contains(LINES), "{response:?}");
    }
    for query in ["dry_run=true", "require_servers=1", "timeout=1s", "room=a"] {
        bridge.assert_refuses(post(&format!("/v1/batch?{query}"), Some(ARRAY), "[]"), 400, "query").await;
    }
}
