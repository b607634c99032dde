//! The chat room as its clients see it.

use serde_json::json;
use socketio_emitter::Emitter;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use crate::{demo_process::DemoProcess, engine_io_client::EngineIoClient};

#[tokio::test]
async fn messages_and_external_events_reach_participants_on_all_nodes() {
    let demo = DemoProcess::start();
    let mut ada = EngineIoClient::connect(&demo.nodes[0], json!({"name": " Ada\n"})).await;
    let welcome = ada.event("welcome").await;
    assert_eq!(welcome[0]["people"][0]["name"], "Ada");
    let mut bob = EngineIoClient::connect(&demo.nodes[1], json!({"name": "Bob"})).await;
    while ada.event("people").await[0].as_array().unwrap().len() < 2 {}

    assert_eq!(ada.chat("<b>hello</b>").await, json!([{"error": null}]));
    let message = json!([{"from": "Ada", "id": ada.id, "text": "<b>hello</b>"}]);
    assert_eq!(bob.event("chat").await, message);

    assert_eq!(ada.event("time").await[0].as_str().unwrap().len(), "2026-01-01T00:00:00.000Z".len());
    let io = Emitter::connect(&demo.redis).await.unwrap();
    assert_eq!(io.emit("message", "Deploy done").await.unwrap().servers, Some(2));
    assert_eq!(ada.event("message").await, json!(["Deploy done"]));
    assert_eq!(bob.event("message").await, json!(["Deploy done"]));
    let posted = reqwest::Client::new().post(format!("{}/v1/emit/message", demo.bridge)).body("Hello from curl");
    assert_eq!(posted.send().await.unwrap().status(), 200);
    assert_eq!(bob.event("message").await, json!(["Hello from curl"]));

    // Events from outside cannot pass for a participant's message or for a node's event.
    for event in ["chat", "people", "welcome", "cluster"] {
        io.emit(event, &message[0]).await.unwrap();
        assert_eq!(bob.event("message").await, message, "{event}");
    }
    io.server_side_emit("people", &json!({"people": [{"name": "Eve", "id": "1", "node": "2"}], "ask": false}))
        .await
        .unwrap();

    drop(bob);
    let left = ada.event("people").await;
    assert_eq!(left[0].as_array().unwrap().len(), 1, "{left}");
    assert_eq!(left[0][0]["name"], "Ada");
}

#[tokio::test]
async fn lobby_contains_exactly_the_participants() {
    let demo = DemoProcess::start();
    let mut ada = EngineIoClient::connect(&demo.nodes[0], json!({"name": "Ada"})).await;
    let mut bob = EngineIoClient::connect(&demo.nodes[1], json!({"name": "Bob"})).await;
    let mut listener = EngineIoClient::connect(&demo.nodes[1], json!({"rooms": ["lobby"]})).await;
    let mut outsider = EngineIoClient::connect(&demo.nodes[0], json!({})).await;
    let io = Emitter::connect(&demo.redis).await.unwrap();

    assert_eq!(ada.chat("hello").await, json!([{"error": null}]));
    assert_eq!(io.to("lobby").emit("message", "to the room").await.unwrap().servers, Some(2));
    let posted = reqwest::Client::new().post(format!("{}/v1/emit/message?room=lobby", demo.bridge)).body("by curl");
    assert_eq!(posted.send().await.unwrap().status(), 200);
    io.emit("end", "to all clients").await.unwrap();
    let names_until_end = async |client: &mut EngineIoClient| {
        let mut names = client.events_until("end").await;
        names.retain(|name| ["chat", "message"].contains(&name.as_str()));
        names
    };
    // Ada received her own message before its acknowledgement or after it.
    assert!(names_until_end(&mut ada).await.ends_with(&["message".to_owned(), "message".to_owned()]));
    for client in [&mut bob, &mut listener] {
        assert_eq!(names_until_end(client).await, ["chat", "message", "message"]);
    }
    assert_eq!(names_until_end(&mut outsider).await, Vec::<String>::new());

    // A participant that is removed from the room is no participant until it is joined again.
    io.to(bob.id.as_str()).leave("lobby").await.unwrap();
    while ada.event("people").await[0].as_array().unwrap().len() != 1 {}
    assert!(bob.chat("hello").await[0]["error"].as_str().unwrap().contains("lobby"));
    io.to(bob.id.as_str()).join("lobby").await.unwrap();
    while ada.event("people").await[0].as_array().unwrap().len() != 2 {}
    assert_eq!(bob.chat("hello").await, json!([{"error": null}]));
}

#[tokio::test]
async fn page_is_complete_and_loads_nothing_from_other_sites() {
    let demo = DemoProcess::start();
    let get = async |path: &str| reqwest::get(format!("{}{path}", demo.nodes[1])).await.unwrap();
    let page = get("/").await.text().await.unwrap();
    assert!(!page.contains("://"), "{page}");
    let mut pending = vec!["/".to_owned()];
    let mut seen = Vec::new();
    while let Some(path) = pending.pop() {
        let file = get(&path).await;
        assert_eq!(file.status(), 200, "{path}");
        let policy = file.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.starts_with("default-src 'self';") && !policy.contains("unsafe"), "{policy}");
        let text = file.text().await.unwrap();
        seen.push(path);
        for name in text.split('"').filter(|word| [".js", ".css", ".svg"].iter().any(|end| word.ends_with(end))) {
            let path = format!("/{}", name.trim_start_matches("./").trim_start_matches('/'));
            if !seen.contains(&path) && !pending.contains(&path) {
                pending.push(path);
            }
        }
    }
    seen.sort_unstable();
    assert_eq!(seen, ["/", "/chat.css", "/chat.js", "/icon.svg", "/socket.js", "/view.js"]);
}

#[tokio::test]
async fn invalid_messages_and_handshakes_are_refused() {
    let demo = DemoProcess::start();
    let mut ada = EngineIoClient::connect(&demo.nodes[0], json!({"name": "Ada"})).await;
    for (text, expected) in
        [("5", "string"), (r#""  ""#, "1 to 2000"), (&format!("\"{}\"", "x".repeat(2001)), "1 to 2000")]
    {
        ada.send(format!("421[\"chat\",{text}]")).await;
        let answer = ada.next_json("431").await;
        assert!(answer[0]["error"].as_str().unwrap().contains(expected), "{answer}");
    }
    let mut unnamed = EngineIoClient::connect(&demo.nodes[0], json!({})).await;
    unnamed.send(r#"421["chat","hi"]"#.to_owned()).await;
    assert!(unnamed.next_json("431").await[0]["error"].as_str().unwrap().contains("nickname"));

    let url = format!("{}/socket.io/?EIO=4&transport=websocket", demo.nodes[0].replace("http", "ws"));
    for auth in [json!({"name": " "}), json!({"name": 5}), json!("Ada"), json!({"rooms": vec!["r"; 17]})] {
        let (socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        let mut refused = EngineIoClient { socket, id: String::new() };
        refused.send(format!("40{auth}")).await;
        assert!(refused.next_json("44").await["message"].is_string(), "{auth}");
    }

    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    let (socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let mut foreign = EngineIoClient { socket, id: String::new() };
    foreign.send(r#"40{"name":"Eve"}"#.to_owned()).await;
    assert!(foreign.next_json("44").await["message"].as_str().unwrap().contains("another site"));
}
