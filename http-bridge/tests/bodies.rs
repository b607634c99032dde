//! What a body is said to be, route by route, and what becomes of it.

#![allow(clippy::unwrap_used)]

mod common;

use axum::{body::Body, http::Request};
use common::{Bridge, post};
use serde::Serialize;
use serde_bytes::ByteBuf;
use serde_json::json;
use socketio_emitter::{Binary, Close, Date, Emitter, Numbers, Outgoing, Spread};

const MSGPACK: [&str; 3] = ["application/msgpack", "application/x-msgpack", "application/vnd.msgpack"];

fn pack(value: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(value).unwrap()
}

fn msgpack(path: &str, body: impl Into<Vec<u8>>) -> Request<Body> {
    post(path, Some(MSGPACK[0]), body.into())
}

#[tokio::test]
async fn every_route_takes_its_types_and_names_them() {
    let (json_type, form) = ("application/json", "application/x-www-form-urlencoded");
    let bridge = Bridge::new();
    // JSON, MessagePack, a form, text, octets.
    let types = [json_type, MSGPACK[0], form, "text/plain", "application/octet-stream"];
    for (path, taken) in [
        ("/v1/emit", [true, true, true, false, false]),
        ("/v1/emit/e", [true, true, true, true, true]),
        ("/v1/server-emit", [true, true, false, false, false]),
        ("/v1/sockets/join", [true, true, false, false, false]),
        ("/v1/sockets/leave", [true, true, false, false, false]),
        ("/v1/sockets/disconnect", [true, true, false, false, false]),
    ] {
        for (kind, taken) in types.into_iter().zip(taken) {
            let answer = bridge.ask(post(path, Some(kind), "\u{1}")).await;
            assert_eq!(answer.status != 415, taken, "{path} {kind}: {answer:?}");
            bridge.sent.take();
        }
        for kind in ["multipart/form-data; boundary=x", "application/cbor", "application/msgpack+x", "text/html"] {
            let answer = bridge.refuses(post(path, Some(kind), "\u{1}"), 415, "content-type").await;
            for (kind, taken) in types.into_iter().zip(taken) {
                assert_eq!(answer.detail().contains(kind), taken, "{path} {kind}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn messagepack_is_the_same_message() {
    #[derive(Serialize)]
    struct Message {
        event: &'static str,
        args: (u8, ByteBuf, f64, Option<()>),
        rooms: [&'static str; 2],
        flags: serde_json::Value,
    }
    let bridge = Bridge::new();
    let message = Message {
        event: "e",
        args: (1, ByteBuf::from([0, 255]), 1.5, None),
        rooms: ["a", "b"],
        flags: json!({"volatile": true}),
    };
    for kind in MSGPACK {
        let same = |io: &Emitter| io.to(["a", "b"]).volatile().emit("e", &(1, Binary([0, 255]), 1.5, None::<u8>));
        bridge.sends(post("/v1/emit", Some(kind), pack(&message)), same).await;
    }
    type Same = fn(&Emitter) -> Outgoing;
    let cases: [(&str, serde_json::Value, Same); 5] = [
        ("/v1/emit", json!({"do": "emit", "event": "e"}), |io| io.emit("e", &())),
        ("/v1/server-emit", json!({"event": "e", "data": [1]}), |io| io.server_side_emit("e", &vec![1])),
        ("/v1/sockets/join", json!({"join": ["a"], "rooms": ["b"]}), |io| io.to("b").join("a")),
        ("/v1/sockets/leave", json!({"leave": ["a"], "all": true}), |io| io.all().leave("a")),
        ("/v1/sockets/disconnect", json!({"do": "disconnect", "close": true, "all": true}), |io| {
            io.all().disconnect(Close::Yes)
        }),
    ];
    for (path, message, same) in cases {
        bridge.sends(msgpack(path, pack(&message)), same).await;
    }
    bridge
        .refuses(msgpack("/v1/emit", pack(&json!({"do": "join", "join": ["a"], "all": true}))), 422, "not-emit")
        .await;
}

#[tokio::test]
async fn messagepack_is_the_one_argument() {
    let bridge = Bridge::new();
    for value in [json!({"id": 7}), json!([1, 2]), json!(null), json!("x"), json!(-1), json!([[]])] {
        bridge.sends(msgpack("/v1/emit/e", pack(&value)), |io| io.emit("e", &Spread([&value]))).await;
    }
    bridge.sends(msgpack("/v1/emit/e", *b"\xc4\x02\x00\xff"), |io| io.emit("e", &Binary([0, 255]))).await;
    let date = |io: &Emitter| io.emit("e", &Date::from_unix_ms(1000));
    bridge.sends(msgpack("/v1/emit/e", *b"\xd6\xff\0\0\0\x01"), date).await;
    bridge.sends(msgpack("/v1/emit/e", *b"\x81\x01\xa1x"), |io| io.emit("e", &json!({"1": "x"}))).await;
    bridge.sends(msgpack("/v1/emit/e", ""), |io| io.emit("e", &())).await;

    let lossy = Bridge::with(|config| config.numbers = Numbers::Lossy);
    lossy.sends(msgpack("/v1/emit/e", pack(&u64::MAX)), |io| io.emit("e", &(u64::MAX as f64))).await;
}

#[tokio::test]
async fn messagepack_that_hurts_is_refused() {
    let bridge = Bridge::new();
    let (map, deep) = (b"\x82\xa5event\xa1e\xa4data".as_slice(), [0x91; 4000]);
    let ignored = [&[0x81, 0xa4][..], b"seen", &deep].concat();
    for (path, body, status, code, pointer) in [
        ("/v1/emit", b"".to_vec(), 400, "msgpack", None),
        ("/v1/emit", b"\xc1".to_vec(), 400, "msgpack", None),
        ("/v1/emit", b"\x81\xa5event\xa1ex".to_vec(), 400, "msgpack", None),
        ("/v1/emit", b"\x81\xa5event".to_vec(), 400, "msgpack", Some("/event")),
        ("/v1/emit", b"\x81\xa5event\xa2e".to_vec(), 400, "msgpack", Some("/event")),
        ("/v1/emit", b"\x81\xa5event\xa1\xff".to_vec(), 400, "msgpack", Some("/event")),
        ("/v1/emit", b"{\"event\": \"e\"}".to_vec(), 422, "message", None),
        ("/v1/emit", b"\xdf\xff\xff\xff\xff".to_vec(), 400, "msgpack", None),
        ("/v1/emit", b"\x81\xa5rooms\xdd\xff\xff\xff\xff".to_vec(), 400, "msgpack", Some("/rooms/0")),
        ("/v1/emit", [map, b"\xdd\xff\xff\xff\xff"].concat(), 400, "msgpack", Some("/data/0")),
        ("/v1/emit", [map, b"\xdb\xff\xff\xff\xff"].concat(), 400, "msgpack", Some("/data")),
        ("/v1/emit", [map, &deep].concat(), 422, "too-deep", None),
        ("/v1/emit", ignored, 400, "msgpack", None),
        ("/v1/emit", [map, b"\xc7\x03\x63abc"].concat(), 422, "message", Some("/data")),
        ("/v1/emit", b"\x82\xa5event\xa1e\xa5event\xa1e".to_vec(), 422, "duplicate-key", Some("/event")),
        ("/v1/emit", b"\x82\xa5event\xa1e\xa4room\xa1a".to_vec(), 422, "unknown-key", Some("/room")),
        ("/v1/emit", b"\x81\xa5event\x05".to_vec(), 422, "message", Some("/event")),
        ("/v1/emit", b"\x81\xa5event\xaadisconnect".to_vec(), 422, "reserved-event", Some("/event")),
        ("/v1/emit", b"\x82\xa5event\xa1e\xa5rooms\x90".to_vec(), 422, "empty-rooms", Some("/rooms")),
        ("/v1/emit", [map, b"\x81\xa9__proto__\x01"].concat(), 422, "proto-key", Some("/data/__proto__")),
        ("/v1/emit", [map, b"\x82\xa1b\xc4\x00\xac_placeholder\xc3"].concat(), 422, "placeholder", None),
        ("/v1/emit", [map, b"\xcf\xff\xff\xff\xff\xff\xff\xff\xff"].concat(), 422, "unsafe-integer", Some("/data")),
        ("/v1/server-emit", [map, b"\xc4\x01\x00"].concat(), 422, "unsupported", None),
        ("/v1/server-emit", [map, b"\xcb\x7f\xf8\0\0\0\0\0\0"].concat(), 422, "not-finite", Some("/args")),
        ("/v1/sockets/disconnect", b"\x80".to_vec(), 422, "needs-all", Some("/rooms")),
        ("/v1/sockets/disconnect", b"\x81\xa3all\x01".to_vec(), 422, "message", Some("/all")),
        ("/v1/emit/e", b"\xc1".to_vec(), 400, "msgpack", None),
        ("/v1/emit/e", b"\x01\x01".to_vec(), 400, "msgpack", None),
        ("/v1/emit/e", deep.to_vec(), 422, "too-deep", None),
        ("/v1/emit/e", b"\x92\xc4\x00\x81\xac_placeholder\xc3".to_vec(), 422, "placeholder", None),
    ] {
        let answer = bridge.refuses(msgpack(path, body.clone()), status, code).await;
        if pointer.is_some() {
            assert_eq!(answer.json["pointer"].as_str(), pointer, "{}: {answer:?}", body.escape_ascii());
        }
    }
}

#[tokio::test]
async fn every_cut_of_a_message_is_refused() {
    let bridge = Bridge::new();
    let whole =
        pack(&json!({"event": "e", "args": [1, "x", {"a": [null, 1.5]}], "rooms": ["a"], "seen": {"by": "tap"}}));
    for cut in 0..whole.len() {
        bridge.refuses(msgpack("/v1/emit", &whole[..cut]), 400, "msgpack").await;
    }
    assert_eq!(bridge.ask(msgpack("/v1/emit", whole)).await.status, 200);
}

#[tokio::test]
async fn json_has_escapes_for_what_it_cannot_say() {
    let bridge = Bridge::new();
    for (value, bytes) in [(json!({"$binary": "AP8="}), [0, 255].as_slice()), (json!({"$binary": ""}), &[])] {
        let message = json!({"event": "e", "data": value});
        bridge.sends(post("/v1/emit", None, message.to_string()), |io| io.emit("e", &Binary(bytes))).await;
        bridge.sends(post("/v1/emit/e", None, value.to_string()), |io| io.emit("e", &Binary(bytes))).await;
        bridge.sends(msgpack("/v1/emit/e", pack(&value)), |io| io.emit("e", &Binary(bytes))).await;
    }
    let escaped = r#"{"event": "e", "args": [{"$escape": {"$binary": "x"}}, {"a": {"$escape": {"$escape": 1}}}]}"#;
    bridge
        .sends(post("/v1/emit", None, escaped), |io| {
            io.emit("e", &(json!({"$binary": "x"}), json!({"a": {"$escape": 1}})))
        })
        .await;
}
