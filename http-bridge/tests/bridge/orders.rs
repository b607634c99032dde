//! The routes whose body is one message: emit, server-emit, join, leave and disconnect.

use axum::http::StatusCode;
use serde_json::json;
use socketio_bridge::AllowedEvents;
use socketio_emitter::{Emitter, Outgoing, adapter::SocketIo, message::DisconnectMode};

use crate::support::{TestBridge, post, post_json};

/// Each route, its verb, and a message without `do`.
const ROUTES: [(&str, &str, &str); 5] = [
    ("/v1/emit", "emit", r#"{"event": "e"}"#),
    ("/v1/server-emit", "server-emit", r#"{"event": "e"}"#),
    ("/v1/sockets/join", "join", r#"{"join": ["a"], "all": true}"#),
    ("/v1/sockets/leave", "leave", r#"{"leave": ["a"], "all": true}"#),
    ("/v1/sockets/disconnect", "disconnect", r#"{"all": true}"#),
];

fn with_verb(verb: &str, message: &str) -> String {
    message.replacen('{', &format!(r#"{{"do": "{verb}", "#), 1)
}

#[tokio::test]
async fn each_route_sends_messages_with_its_verb() {
    type EmitterCall = fn(&Emitter) -> Outgoing;
    let bridge = TestBridge::new();
    let cases: [(&str, &str, EmitterCall); 10] = [
        ("/v1/server-emit", r#"{"event": "reload"}"#, |io| io.server_side_emit("reload", &())),
        ("/v1/server-emit", r#"{"event": "e", "args": [1, "x"], "namespace": "admin"}"#, |io| {
            io.of("/admin").server_side_emit("e", &(1, "x"))
        }),
        ("/v1/server-emit", r#"{"event": "disconnect", "data": [1]}"#, |io| io.server_side_emit("disconnect", &[[1]])),
        ("/v1/sockets/join", r#"{"join": ["vip"], "rooms": ["user:42"]}"#, |io| io.to("user:42").join("vip")),
        ("/v1/sockets/join", r#"{"join": ["a", "b"], "all": true, "except": ["c"]}"#, |io| {
            io.all().except("c").join(["a", "b"])
        }),
        ("/v1/sockets/leave", r#"{"leave": ["vip"], "rooms": ["r"], "namespace": "/x"}"#, |io| {
            io.of("/x").to("r").leave("vip")
        }),
        ("/v1/sockets/leave", r#"{"leave": ["vip"], "all": true, "seen": {}}"#, |io| io.all().leave("vip")),
        ("/v1/sockets/disconnect", r#"{"rooms": ["r"]}"#, |io| io.to("r").disconnect(DisconnectMode::LeaveNamespace)),
        ("/v1/sockets/disconnect", r#"{"close": true, "all": true}"#, |io| {
            io.all().disconnect(DisconnectMode::CloseConnection)
        }),
        ("/v1/sockets/disconnect", r#"{"close": false, "rooms": ["r"]}"#, |io| {
            io.to("r").disconnect(DisconnectMode::LeaveNamespace)
        }),
    ];
    for (path, message, call) in cases {
        let (_, verb, _) = ROUTES.iter().find(|route| route.0 == path).unwrap();
        bridge.assert_sends(post_json(path, message), call).await;
        bridge.assert_sends(post(path, None, with_verb(verb, message)), call).await;
    }
}

#[tokio::test]
async fn message_with_another_verb_is_refused_and_names_its_route() {
    let bridge = TestBridge::new();
    for (path, verb, _) in ROUTES {
        for (right_path, other_verb, message) in ROUTES.iter().filter(|route| route.0 != path) {
            let response = bridge
                .assert_refuses(post_json(path, with_verb(other_verb, message)), 422, &format!("not-{verb}"))
                .await;
            assert!(response.detail().ends_with(&format!("POST {right_path}")), "{response:?}");
            assert_eq!(response.json["pointer"], "/do");
        }
        bridge.assert_refuses(post_json(path, r#"{"do": "shout"}"#), 422, "message").await;
    }
}

#[tokio::test]
async fn invalid_message_is_refused_with_code_and_pointer() {
    let bridge = TestBridge::new();
    for (path, message, code, pointer) in [
        ("/v1/server-emit", r#"{"data": 1}"#, "missing-key", None),
        ("/v1/server-emit", r#"{"event": ""}"#, "empty-event", Some("/event")),
        ("/v1/server-emit", r#"{"event": "connection"}"#, "reserved-event", Some("/event")),
        ("/v1/server-emit", r#"{"event": "e", "rooms": ["a"]}"#, "server-emit-rooms", Some("/rooms")),
        ("/v1/server-emit", r#"{"event": "e", "flags": {"volatile": true}}"#, "wrong-key", Some("/flags")),
        ("/v1/server-emit", r#"{"event": "e", "data": {"$binary": "AQ=="}}"#, "unsupported", None),
        ("/v1/sockets/join", r#"{"join": ["a"]}"#, "needs-all", Some("/rooms")),
        ("/v1/sockets/join", r#"{"join": ["a"], "all": false}"#, "needs-all", Some("/rooms")),
        ("/v1/sockets/join", r#"{"join": ["a"], "except": ["b"]}"#, "needs-all", Some("/rooms")),
        ("/v1/sockets/join", r#"{"join": ["a"], "rooms": ["b"], "all": true}"#, "all-and-rooms", Some("/all")),
        ("/v1/sockets/join", r#"{"join": ["a"], "rooms": []}"#, "empty-rooms", Some("/rooms")),
        ("/v1/sockets/join", r#"{"join": [], "all": true}"#, "empty-rooms", Some("/join")),
        ("/v1/sockets/join", r#"{"join": [""], "all": true}"#, "empty-room", Some("/join/0")),
        ("/v1/sockets/join", r#"{"join": "a", "all": true}"#, "message", Some("/join")),
        ("/v1/sockets/join", r#"{"leave": ["a"], "all": true}"#, "missing-key", None),
        ("/v1/sockets/join", r#"{"join": ["a"], "leave": ["b"], "all": true}"#, "wrong-key", Some("/leave")),
        ("/v1/sockets/leave", r#"{"leave": ["a"]}"#, "needs-all", Some("/rooms")),
        ("/v1/sockets/disconnect", "{}", "needs-all", Some("/rooms")),
        ("/v1/sockets/disconnect", r#"{"close": true}"#, "needs-all", Some("/rooms")),
        ("/v1/sockets/disconnect", r#"{"close": 1, "all": true}"#, "message", Some("/close")),
        ("/v1/sockets/disconnect", r#"{"event": "e", "all": true}"#, "wrong-key", Some("/event")),
        ("/v1/sockets/disconnect", r#"{"all": true, "namespace": ""}"#, "empty-namespace", Some("/namespace")),
        ("/v1/sockets/disconnect", r#"{"all": true, "nsp": "/x"}"#, "unknown-key", Some("/nsp")),
        ("/v1/sockets/disconnect", "[]", "message", None),
    ] {
        let response = bridge.assert_refuses(post_json(path, message), 422, code).await;
        assert_eq!(response.json["pointer"].as_str(), pointer, "{path} {message}: {response:?}");
    }
    for (path, _, _) in ROUTES {
        bridge.assert_refuses(post_json(path, ""), 400, "json").await;
        bridge.assert_refuses(post_json(path, "{"), 400, "json").await;
    }
}

#[tokio::test]
async fn every_message_route_takes_the_send_parameters() {
    let bridge = TestBridge::new();
    for (path, _, message) in ROUTES {
        let response = bridge.send(post_json(&format!("{path}?dry_run=true"), message)).await;
        assert_eq!((response.status, &response.json["command"][0]), (StatusCode::OK, &json!("PUBLISH")), "{path}");
        assert!(bridge.sent.commands().is_empty());
        for query in ["require_servers=1", "timeout=1s", "require_servers=0&timeout=1h"] {
            let response = bridge.send(post_json(&format!("{path}?{query}"), message)).await;
            assert_eq!(response.status, StatusCode::OK, "{path}?{query}: {response:?}");
            assert_eq!(bridge.sent.take().len(), 1);
        }
        for query in ["room=a", "all=true", "dry_run=1", "timeout=0s", "dry_run=true&require_servers=1"] {
            bridge.assert_refuses(post_json(&format!("{path}?{query}"), message), 400, "query").await;
        }
    }
}

#[tokio::test]
async fn message_that_socket_io_2_does_not_support_is_refused() {
    let socket_io_2 = TestBridge::with_options(socketio_emitter::Options::new().socket_io(SocketIo::V2));
    for (path, verb, message) in &ROUTES[1..] {
        let response = socket_io_2.assert_refuses(post_json(path, *message), 422, "unsupported").await;
        assert!(response.detail().contains(verb), "{response:?}");
    }
}

#[tokio::test]
async fn allow_event_refuses_join_leave_and_disconnect() {
    let events = AllowedEvents::new(["re*".parse().unwrap()]).unwrap();
    let bridge = TestBridge::with_config(|config| config.allowed_events = events);
    let reload = post_json("/v1/server-emit", r#"{"event": "reload"}"#);
    bridge.assert_sends(reload, |io| io.server_side_emit("reload", &())).await;
    let stop = post_json("/v1/server-emit", r#"{"event": "stop"}"#);
    bridge.assert_refuses(stop, 403, "event-not-allowed").await;
    for (path, verb, message) in &ROUTES[2..] {
        for path in [(*path).to_owned(), format!("{path}?dry_run=true")] {
            let response = bridge.assert_refuses(post_json(&path, *message), 403, "not-allowed").await;
            assert!(response.detail().contains("--allow-event") && response.detail().contains(verb), "{response:?}");
        }
    }
}
