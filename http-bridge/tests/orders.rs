//! Events for servers, and orders about sockets: what is sent, what is refused, and which route it would be.

#![allow(clippy::unwrap_used)]

mod common;

use axum::http::StatusCode;
use common::{Bridge, post, post_json};
use serde_json::json;
use socketio_bridge::AllowedEvents;
use socketio_emitter::{Close, Emitter, Outgoing, SocketIo};

/// Every route of a message, the verb that it is for, and a message of which it need not be said.
const ROUTES: [(&str, &str, &str); 5] = [
    ("/v1/emit", "emit", r#"{"event": "e"}"#),
    ("/v1/server-emit", "server-emit", r#"{"event": "e"}"#),
    ("/v1/sockets/join", "join", r#"{"join": ["a"], "all": true}"#),
    ("/v1/sockets/leave", "leave", r#"{"leave": ["a"], "all": true}"#),
    ("/v1/sockets/disconnect", "disconnect", r#"{"all": true}"#),
];

fn saying(verb: &str, message: &str) -> String {
    message.replacen('{', &format!(r#"{{"do": "{verb}", "#), 1)
}

#[tokio::test]
async fn the_route_says_what_is_done() {
    type Same = fn(&Emitter) -> Outgoing;
    let bridge = Bridge::new();
    let cases: [(&str, &str, Same); 10] = [
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
        ("/v1/sockets/disconnect", r#"{"rooms": ["r"]}"#, |io| io.to("r").disconnect(Close::No)),
        ("/v1/sockets/disconnect", r#"{"close": true, "all": true}"#, |io| io.all().disconnect(Close::Yes)),
        ("/v1/sockets/disconnect", r#"{"close": false, "rooms": ["r"]}"#, |io| io.to("r").disconnect(Close::No)),
    ];
    for (path, message, same) in cases {
        let (_, verb, _) = ROUTES.iter().find(|route| route.0 == path).unwrap();
        bridge.sends(post_json(path, message), same).await;
        bridge.sends(post(path, None, saying(verb, message)), same).await;
    }
}

#[tokio::test]
async fn another_action_has_another_route() {
    let bridge = Bridge::new();
    for (path, verb, _) in ROUTES {
        for (right, other, message) in ROUTES.iter().filter(|route| route.0 != path) {
            let answer = bridge.refuses(post_json(path, saying(other, message)), 422, &format!("not-{verb}")).await;
            assert!(answer.detail().ends_with(&format!("POST {right}")), "{answer:?}");
            assert_eq!(answer.json["pointer"], "/do");
        }
        bridge.refuses(post_json(path, r#"{"do": "shout"}"#), 422, "message").await;
    }
}

#[tokio::test]
async fn what_an_order_does_not_take_is_refused() {
    let bridge = Bridge::new();
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
        let answer = bridge.refuses(post_json(path, message), 422, code).await;
        assert_eq!(answer.json["pointer"].as_str(), pointer, "{path} {message}: {answer:?}");
    }
    for (path, _, _) in ROUTES {
        bridge.refuses(post_json(path, ""), 400, "json").await;
        bridge.refuses(post_json(path, "{"), 400, "json").await;
    }
}

#[tokio::test]
async fn orders_are_sent_as_events_are() {
    let bridge = Bridge::new();
    for (path, _, message) in ROUTES {
        let answer = bridge.ask(post_json(&format!("{path}?dry_run=true"), message)).await;
        assert_eq!((answer.status, &answer.json["command"][0]), (StatusCode::OK, &json!("PUBLISH")), "{path}");
        assert!(bridge.sent.commands().is_empty());
        for query in ["require_servers=1", "timeout=1s", "require_servers=0&timeout=1h"] {
            let answer = bridge.ask(post_json(&format!("{path}?{query}"), message)).await;
            assert_eq!(answer.status, StatusCode::OK, "{path}?{query}: {answer:?}");
            assert_eq!(bridge.sent.take().len(), 1);
        }
        for query in ["room=a", "all=true", "dry_run=1", "timeout=0s", "dry_run=true&require_servers=1"] {
            bridge.refuses(post_json(&format!("{path}?{query}"), message), 400, "query").await;
        }
    }
}

#[tokio::test]
async fn servers_that_would_not_obey_get_nothing() {
    let old = Bridge::on(socketio_emitter::Options::new().socket_io(SocketIo::V2));
    for (path, verb, message) in &ROUTES[1..] {
        let answer = old.refuses(post_json(path, *message), 422, "unsupported").await;
        assert!(answer.detail().contains(verb), "{answer:?}");
    }
}

#[tokio::test]
async fn whoever_may_send_some_events_gives_no_orders() {
    let events = AllowedEvents::new(["re*".parse().unwrap()]).unwrap();
    let bridge = Bridge::with(|config| config.allowed_events = events);
    let reload = post_json("/v1/server-emit", r#"{"event": "reload"}"#);
    bridge.sends(reload, |io| io.server_side_emit("reload", &())).await;
    let stop = post_json("/v1/server-emit", r#"{"event": "stop"}"#);
    bridge.refuses(stop, 403, "event-not-allowed").await;
    for (path, verb, message) in &ROUTES[2..] {
        for path in [(*path).to_owned(), format!("{path}?dry_run=true")] {
            let answer = bridge.refuses(post_json(&path, *message), 403, "not-allowed").await;
            assert!(answer.detail().contains("--allow-event") && answer.detail().contains(verb), "{answer:?}");
        }
    }
}
