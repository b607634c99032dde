//! Body types and MessagePack.

use axum::{
    body::Body,
    http::{Request, header},
};
use serde::Serialize;
use serde_bytes::ByteBuf;
use serde_json::json;
use socketio_emitter::{
    Binary, Date, Emitter, Outgoing,
    message::{DisconnectMode, Numbers, Spread},
};

use crate::support::{TestBridge, post};

const MSGPACK: [&str; 3] = ["application/msgpack", "application/x-msgpack", "application/vnd.msgpack"];

fn pack(value: &impl Serialize) -> Vec<u8> {
    rmp_serde::to_vec_named(value).unwrap()
}

fn msgpack(path: &str, body: impl Into<Vec<u8>>) -> Request<Body> {
    post(path, Some(MSGPACK[0]), body.into())
}

#[tokio::test]
async fn each_route_accepts_its_body_types_and_lists_them_in_the_problem() {
    let bridge = TestBridge::new();
    let types =
        ["application/json", MSGPACK[0], "application/x-www-form-urlencoded", "text/plain", "application/octet-stream"];
    for (path, accepted) in [
        ("/v1/emit", [true, true, true, false, false]),
        ("/v1/emit/e", [true, true, true, true, true]),
        ("/v1/server-emit", [true, true, false, false, false]),
        ("/v1/sockets/join", [true, true, false, false, false]),
        ("/v1/sockets/leave", [true, true, false, false, false]),
        ("/v1/sockets/disconnect", [true, true, false, false, false]),
    ] {
        let assert_lists_accepted_types = |detail: &str| {
            for (content_type, accepted) in types.into_iter().zip(accepted) {
                assert_eq!(detail.contains(content_type), accepted, "{path} {content_type}: {detail}");
            }
        };
        for (content_type, accepted) in types.into_iter().zip(accepted) {
            let response = bridge.send(post(path, Some(content_type), "\u{1}")).await;
            assert_eq!(response.status != 415, accepted, "{path} {content_type}: {response:?}");
            // The byte is a valid argument of /v1/emit/e.
            bridge.sent.take();
            if !accepted {
                assert_lists_accepted_types(response.detail());
            }
        }
        let mut unsupported: Vec<_> = [
            "multipart/form-data; boundary=x",
            "application/cbor",
            "application/msgpack+x",
            "application/xml",
            "application/json; charset=latin1",
            "text/plain; charset=latin1",
            "text/html",
            "x",
        ]
        .map(|content_type| post(path, Some(content_type), "\u{1}"))
        .into();
        let mut compressed = post(path, Some("application/json"), "1");
        compressed.headers_mut().insert(header::CONTENT_ENCODING, "gzip".parse().unwrap());
        unsupported.push(compressed);
        let mut two_types = post(path, Some("application/msgpack"), "1");
        two_types.headers_mut().append(header::CONTENT_TYPE, "application/json".parse().unwrap());
        unsupported.push(two_types);
        for request in unsupported {
            assert_lists_accepted_types(bridge.assert_refuses(request, 415, "content-type").await.detail());
        }
    }
}

#[tokio::test]
async fn messagepack_body_sends_the_same_message_as_json() {
    #[derive(Serialize)]
    struct MessagePackMessage {
        event: &'static str,
        args: (u8, ByteBuf, f64, Option<()>),
        rooms: [&'static str; 2],
        flags: serde_json::Value,
    }
    let bridge = TestBridge::new();
    let message = MessagePackMessage {
        event: "e",
        args: (1, ByteBuf::from([0, 255]), 1.5, None),
        rooms: ["a", "b"],
        flags: json!({"volatile": true}),
    };
    for content_type in MSGPACK {
        let call = |io: &Emitter| io.to(["a", "b"]).volatile().emit("e", &(1, Binary([0, 255]), 1.5, None::<u8>));
        bridge.assert_sends(post("/v1/emit", Some(content_type), pack(&message)), call).await;
    }
    type EmitterCall = fn(&Emitter) -> Outgoing;
    let cases: [(&str, serde_json::Value, EmitterCall); 5] = [
        ("/v1/emit", json!({"do": "emit", "event": "e"}), |io| io.emit("e", &())),
        ("/v1/server-emit", json!({"event": "e", "data": [1]}), |io| io.server_side_emit("e", &vec![1])),
        ("/v1/sockets/join", json!({"join": ["a"], "rooms": ["b"]}), |io| io.to("b").join("a")),
        ("/v1/sockets/leave", json!({"leave": ["a"], "all": true}), |io| io.all().leave("a")),
        ("/v1/sockets/disconnect", json!({"do": "disconnect", "close": true, "all": true}), |io| {
            io.all().disconnect(DisconnectMode::CloseConnection)
        }),
    ];
    for (path, message, call) in cases {
        bridge.assert_sends(msgpack(path, pack(&message)), call).await;
    }
    bridge
        .assert_refuses(msgpack("/v1/emit", pack(&json!({"do": "join", "join": ["a"], "all": true}))), 422, "not-emit")
        .await;
}

#[tokio::test]
async fn emit_event_sends_a_messagepack_body_as_the_argument() {
    let bridge = TestBridge::new();
    for value in [json!({"id": 7}), json!([1, 2]), json!(null), json!("x"), json!(-1), json!([[]])] {
        bridge.assert_sends(msgpack("/v1/emit/e", pack(&value)), |io| io.emit("e", &Spread([&value]))).await;
    }
    bridge.assert_sends(msgpack("/v1/emit/e", *b"\xc4\x02\x00\xff"), |io| io.emit("e", &Binary([0, 255]))).await;
    let date = |io: &Emitter| io.emit("e", &Date::from_unix_ms(1000));
    bridge.assert_sends(msgpack("/v1/emit/e", *b"\xd6\xff\0\0\0\x01"), date).await;
    bridge.assert_sends(msgpack("/v1/emit/e", *b"\x81\x01\xa1x"), |io| io.emit("e", &json!({"1": "x"}))).await;
    bridge.assert_sends(msgpack("/v1/emit/e", ""), |io| io.emit("e", &())).await;

    let lossy = TestBridge::with_config(|config| config.numbers = Numbers::Lossy);
    lossy.assert_sends(msgpack("/v1/emit/e", pack(&u64::MAX)), |io| io.emit("e", &(u64::MAX as f64))).await;
}

#[tokio::test]
async fn invalid_messagepack_is_refused_with_pointer() {
    let bridge = TestBridge::new();
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
        let response = bridge.assert_refuses(msgpack(path, body.clone()), status, code).await;
        if pointer.is_some() {
            assert_eq!(response.json["pointer"].as_str(), pointer, "{}: {response:?}", body.escape_ascii());
        }
    }
}

#[tokio::test]
async fn truncated_messagepack_is_refused_at_every_length() {
    let bridge = TestBridge::new();
    let complete =
        pack(&json!({"event": "e", "args": [1, "x", {"a": [null, 1.5]}], "rooms": ["a"], "seen": {"by": "tap"}}));
    for cut in 0..complete.len() {
        bridge.assert_refuses(msgpack("/v1/emit", &complete[..cut]), 400, "msgpack").await;
    }
    assert_eq!(bridge.send(msgpack("/v1/emit", complete)).await.status, 200);
}

#[tokio::test]
async fn json_binary_and_escape_forms_are_decoded() {
    let bridge = TestBridge::new();
    for (value, bytes) in [(json!({"$binary": "AP8="}), [0, 255].as_slice()), (json!({"$binary": ""}), &[])] {
        let message = json!({"event": "e", "data": value});
        bridge.assert_sends(post("/v1/emit", None, message.to_string()), |io| io.emit("e", &Binary(bytes))).await;
        bridge.assert_sends(post("/v1/emit/e", None, value.to_string()), |io| io.emit("e", &Binary(bytes))).await;
        bridge.assert_sends(msgpack("/v1/emit/e", pack(&value)), |io| io.emit("e", &Binary(bytes))).await;
    }
    let escaped = r#"{"event": "e", "args": [{"$escape": {"$binary": "x"}}, {"a": {"$escape": {"$escape": 1}}}]}"#;
    bridge
        .assert_sends(post("/v1/emit", None, escaped), |io| {
            io.emit("e", &(json!({"$binary": "x"}), json!({"a": {"$escape": 1}})))
        })
        .await;
}
