//! Many messages in one request: all of them, or the truth about how many.

#![allow(clippy::unwrap_used)]

mod common;

use std::{convert::Infallible, io, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use bytes::Bytes;
use common::{Bridge, post};
use futures_util::{StreamExt, stream};
use serde_json::{Value, json};
use socketio_bridge::AllowedEvents;
use socketio_emitter::{Binary, Close, Command, Emitter};

const ARRAY: &str = "application/json";
const LINES: &str = "application/x-ndjson";

fn array(body: impl Into<Body>) -> Request<Body> {
    post("/v1/batch", Some(ARRAY), body)
}

fn lines(body: impl Into<Body>) -> Request<Body> {
    post("/v1/batch", Some(LINES), body)
}

/// A body that comes byte by byte.
fn dripping(text: &str) -> Body {
    let bytes: Vec<_> = text.bytes().map(|byte| Ok::<_, Infallible>(Bytes::from(vec![byte]))).collect();
    Body::from_stream(stream::iter(bytes))
}

/// What this is in Redis commands.
fn same(send: impl AsyncFnOnce(&Emitter) -> Result<(), socketio_emitter::Error>) -> Vec<Command> {
    let (io, sent) = Emitter::recorder();
    futures_util::FutureExt::now_or_never(send(&io)).unwrap().unwrap();
    sent.take()
}

#[tokio::test]
async fn every_message_is_sent_in_its_order() {
    let messages = [
        r#"{"event": "a, [b] \\\" {", "args": [[1], {"x": "]"}], "rooms": ["r"]}"#,
        r#"{"event": "b", "data": {"$binary": "AP8="}, "seen": {"by": "tap"}}"#,
        r#"{"do": "join", "join": ["vip"], "rooms": ["r"]}"#,
        r#"{"do": "disconnect", "close": true, "all": true, "namespace": "/x"}"#,
        r#"{"do": "server-emit", "event": "reload"}"#,
    ];
    let expected = same(async |io| {
        io.to("r").emit(r#"a, [b] \" {"#, &(vec![1], json!({"x": "]"}))).await?;
        io.emit("b", &Binary([0, 255])).await?;
        io.to("r").join("vip").await?;
        io.of("/x").all().disconnect(Close::Yes).await?;
        io.server_side_emit("reload", &()).await.map(drop)
    });
    let values = messages.map(|message| serde_json::from_str::<Value>(message).unwrap());
    let bridge = Bridge::new();
    for (kind, text) in [
        (Some(ARRAY), format!("[{}]", messages.join(","))),
        (None, format!("\n [ {} ]\r\n", messages.join("\n , "))),
        (Some("application/json; charset=utf-8"), serde_json::to_string_pretty(&values).unwrap()),
        (Some(LINES), messages.join("\n")),
        (Some(LINES), format!("{}\n", messages.join("\n"))),
        (Some(LINES), format!("\n\n{}\r\n \n", messages.join("\r\n\n"))),
    ] {
        for body in [Body::from(text.clone()), dripping(&text)] {
            let answer = bridge.ask(post("/v1/batch", kind, body)).await;
            assert_eq!(answer.status, StatusCode::OK, "{text}: {answer:?}");
            assert_eq!(answer.json, json!({"adapter": "classic", "messages": 5, "servers": null}));
            assert_eq!(bridge.sent.take(), expected, "{text}");
        }
    }
}

#[tokio::test]
async fn none_at_all_is_a_batch_too() {
    let bridge = Bridge::new();
    for request in [array("[]"), array(" [\n] "), lines(""), lines(" \r\n\n")] {
        let answer = bridge.ask(request).await;
        assert_eq!((answer.status, &answer.json["messages"]), (StatusCode::OK, &json!(0)), "{answer:?}");
    }
    assert!(bridge.sent.commands().is_empty());
}

#[tokio::test]
async fn the_first_bad_message_ends_it_with_the_truth() {
    let bridge = Bridge::new();
    // Status, code, messages before it, pointer, line and column.
    type Case = (&'static str, u16, &'static str, usize, Option<&'static str>, Option<usize>, Option<usize>);
    let cases: [Case; 21] = [
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
        for body in [Body::from(body), dripping(body)] {
            let answer = bridge.stops(array(body), status, code, accepted).await;
            assert_eq!(answer.json["pointer"].as_str(), pointer, "{answer:?}");
            assert_eq!(answer.json["line"].as_u64(), line.map(|line| line as u64), "{answer:?}");
            if let Some(column) = column {
                assert_eq!(answer.json["column"], column, "{answer:?}");
            }
        }
    }
    let good = r#"{"event": "e"}"#;
    for (body, status, code, accepted, pointer, line) in [
        (format!("{good}\n\n{good}\n  {{\n"), 400, "json", 2, None, 4),
        (format!("{good}\n{good},\n"), 400, "json", 1, None, 2),
        (format!("{good} {good}\n"), 400, "json", 0, None, 1),
        (format!("[{good}]\n"), 422, "message", 0, None, 1),
        (format!("{good}\r\n{{\"event\": \"e\", \"rooms\": []}}\r\n"), 422, "empty-rooms", 1, Some("/rooms"), 2),
        (
            format!("{good}\n{{\"event\": \"e\", \"data\": 9007199254740993}}"),
            422,
            "unsafe-integer",
            1,
            Some("/data"),
            2,
        ),
    ] {
        let answer = bridge.stops(lines(body), status, code, accepted).await;
        assert_eq!((answer.json["pointer"].as_str(), &answer.json["line"]), (pointer, &json!(line)), "{answer:?}");
    }
    let broken_column = bridge.stops(lines("{\"event\": \"e\"}\n   {\"event\": x}"), 400, "json", 1).await;
    assert_eq!(broken_column.json["column"], 14);
}

#[tokio::test]
async fn what_may_be_sent_holds_for_each() {
    let events = AllowedEvents::new(["tick".parse().unwrap()]).unwrap();
    let bridge = Bridge::with(|config| config.allowed_events = events);
    let tick = r#"{"event": "tick"}"#;
    for (other, code) in [
        (r#"{"event": "tock"}"#, "event-not-allowed"),
        (r#"{"do": "server-emit", "event": "tock"}"#, "event-not-allowed"),
        (r#"{"do": "disconnect", "all": true}"#, "not-allowed"),
    ] {
        bridge.stops(array(format!("[{tick}, {tick}, {other}, {tick}]")), 403, code, 2).await;
    }
}

#[tokio::test]
async fn a_message_may_be_as_long_as_the_limit_and_a_batch_longer() {
    let bridge = Bridge::with(|config| config.body_limit = 100);
    let long = |len: usize| format!(r#"{{"event": "e", "data": "{}"}}"#, "x".repeat(len - 26));
    let messages = vec![long(100); 1000];
    for request in [array(format!("[{}]", messages.join(", "))), lines(messages.join("\n"))] {
        assert_eq!(bridge.ask(request).await.json["messages"], 1000);
        assert_eq!(bridge.sent.take().len(), 1000);
    }
    let (fits, over, endless) = (long(100), long(101), "x".repeat(101));
    for request in [
        array(format!("[{fits}, {over}]")),
        array(format!("[{fits}, {endless}")),
        array(dripping(&format!("[{fits}, {endless}"))),
        lines(format!("{fits}\n{over}\n")),
        lines(format!("{fits}\n{over}")),
        lines(dripping(&format!("{fits}\n{endless}"))),
    ] {
        let answer = bridge.stops(request, 413, "body-too-large", 1).await;
        assert!(answer.detail().contains("100 bytes"), "{answer:?}");
    }
    let chunk = Bytes::from("[".repeat(64));
    let endless = Body::from_stream(stream::repeat(Ok::<_, Infallible>(chunk)).take(100_000));
    bridge.stops(array(endless), 413, "body-too-large", 0).await;
}

#[tokio::test(start_paused = true)]
async fn a_batch_may_take_long_but_a_message_may_not() {
    let bridge = Bridge::new();
    let every = |seconds: u64, text: &'static str| {
        Body::from_stream(stream::iter(vec![text; 10]).then(move |text| async move {
            tokio::time::sleep(Duration::from_secs(seconds)).await;
            Ok::<_, Infallible>(Bytes::from_static(text.as_bytes()))
        }))
    };
    let message = "{\"event\": \"e\"}\n";
    assert_eq!(bridge.ask(lines(every(9, message))).await.json["messages"], 10);
    assert_eq!(bridge.sent.take().len(), 10);
    bridge.stops(lines(every(11, message)), 408, "body-timeout", 0).await;
    bridge.stops(lines(every(9, " ")), 408, "body-timeout", 0).await;
    bridge.stops(array(every(9, "[")), 408, "body-timeout", 0).await;
}

#[tokio::test]
async fn a_batch_that_breaks_off_says_what_was_sent() {
    let bridge = Bridge::new();
    let parts = [
        Ok(Bytes::from_static(b"{\"event\": \"e\"}\n{\"event\": \"f\"}")),
        Err(io::Error::from(io::ErrorKind::ConnectionReset)),
    ];
    bridge.stops(lines(Body::from_stream(stream::iter(parts))), 400, "body", 1).await;
}

#[tokio::test]
async fn types_and_queries_that_are_not_for_batches() {
    let bridge = Bridge::new();
    for kind in
        ["application/msgpack", "text/plain", "application/x-www-form-urlencoded", "application/json; charset=x"]
    {
        let answer = bridge.refuses(post("/v1/batch", Some(kind), "[]"), 415, "content-type").await;
        assert!(answer.detail().contains(ARRAY) && answer.detail().contains(LINES), "{answer:?}");
    }
    for query in ["dry_run=true", "require_servers=1", "timeout=1s", "room=a"] {
        bridge.refuses(post(&format!("/v1/batch?{query}"), Some(ARRAY), "[]"), 400, "query").await;
    }
}
