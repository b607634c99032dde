//! Forms on `POST /v1/emit`.

use axum::{
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::json;
use socketio_emitter::{Binary, Emitter, Outgoing};

use crate::support::{TestBridge, curl};

fn form(fields: &str) -> Request<Body> {
    curl("/v1/emit", fields.to_owned())
}

#[tokio::test]
async fn form_fields_set_event_argument_and_target() {
    type EmitterCall = fn(&Emitter) -> Outgoing;
    let bridge = TestBridge::new();
    let cases: [(&str, EmitterCall); 17] = [
        ("event=tick", |io| io.emit("tick", &())),
        ("action=message&data=%7B%22text%22%3A%22hi%22%7D", |io| io.emit("message", &json!({"text": "hi"}))),
        ("event=e&data=hello+w%C3%B6rld", |io| io.emit("e", &"hello wörld")),
        ("event=e&data={broken", |io| io.emit("e", &"{broken")),
        ("event=e&data=42", |io| io.emit("e", &42)),
        ("event=e&data=%2242%22", |io| io.emit("e", &"42")),
        ("event=e&data=[1,2]", |io| io.emit("e", &vec![1, 2])),
        ("event=e&data=null", |io| io.emit("e", &(None::<u8>,))),
        ("event=e&data=", |io| io.emit("e", &"")),
        ("event=e&data=%7B%22%24binary%22%3A%22AP8%3D%22%7D", |io| io.emit("e", &Binary([0, 255]))),
        ("event=e&room=a", |io| io.to("a").emit("e", &())),
        ("room=a&event=e&room=b+c&room=a", |io| io.to(["a", "b c"]).emit("e", &())),
        ("event=e&except=a&except=b", |io| io.except(["a", "b"]).emit("e", &())),
        ("event=e&namespace=admin", |io| io.of("/admin").emit("e", &())),
        ("event=e&volatile=true&compress=false", |io| io.volatile().compress(false).emit("e", &())),
        ("event=a%26b%3Dc", |io| io.emit("a&b=c", &())),
        ("event=e&data=%EF%BF%BD", |io| io.emit("e", &"\u{fffd}")),
    ];
    for (fields, call) in cases {
        bridge.assert_sends(form(fields), call).await;
    }
    let response = bridge.send(curl("/v1/emit?dry_run=true", "event=e&room=a")).await;
    assert_eq!((response.status, &response.json["command"][1]), (StatusCode::OK, &json!("socket.io#/#a#")));
}

#[tokio::test]
async fn invalid_form_sends_nothing_and_names_the_field() {
    let bridge = TestBridge::new();
    for (fields, status, code, parameter) in [
        ("", 400, "form", Some("event")),
        ("data=1", 400, "form", Some("event")),
        ("event=a&action=a", 400, "form", Some("action")),
        ("event=a&event=a", 400, "form", Some("event")),
        ("action=a&action=b", 400, "form", Some("action")),
        ("event=e&data=1&data=2", 400, "form", Some("data")),
        ("event=e&rooms=a", 400, "form", Some("rooms")),
        ("event=e&room[]=a", 400, "form", Some("room[]")),
        ("event=e&Room=a", 400, "form", Some("Room")),
        ("event=e&dry_run=true", 400, "form", Some("dry_run")),
        ("event=e&args=1", 400, "form", Some("args")),
        ("event=e&do=join", 400, "form", Some("do")),
        ("event=e&volatile=1", 400, "form", Some("volatile")),
        ("event=e&volatile=", 400, "form", Some("volatile")),
        ("event=e&compress=", 400, "form", Some("compress")),
        ("event=e&namespace=a&namespace=b", 400, "form", Some("namespace")),
        ("event=e&data=%ff", 400, "form", None),
        ("event=e&room=%e4", 400, "form", None),
        ("{\"event\": \"e\"}", 400, "form", None),
        ("event=", 422, "empty-event", Some("event")),
        ("action=", 422, "empty-event", Some("action")),
        ("action=disconnect", 422, "reserved-event", Some("action")),
        ("event=e&room=", 422, "empty-room", Some("room")),
        ("event=e&room=a&room=", 422, "empty-room", Some("room")),
        ("event=e&except=", 422, "empty-room", Some("except")),
        ("event=e&namespace=", 422, "empty-namespace", Some("namespace")),
        ("event=e&namespace=[a]", 422, "unreachable-name", Some("namespace")),
        ("event=e&data=9007199254740993", 422, "unsafe-integer", Some("data")),
        ("event=e&data={\"__proto__\":1}", 422, "proto-key", Some("data")),
    ] {
        let response = bridge.assert_refuses(form(fields), status, code).await;
        assert_eq!(response.json["parameter"].as_str(), parameter, "{fields}: {response:?}");
    }
    let response = bridge.assert_refuses(form(" {\"event\": \"a=b\"}"), 400, "form").await;
    assert!(response.detail().contains("curl --json"), "{response:?}");
    let response = bridge.assert_refuses(form("event=e&data={\"a\":[{\"$binary\":1}]}"), 422, "binary").await;
    assert_eq!((&response.json["parameter"], &response.json["pointer"]), (&json!("data"), &json!("/a/0")));
}
