//! The whole demo as a program, on free ports, with its own broker: a client that speaks Engine.IO over a WebSocket,
//! and requests on the bus as the other servers send them.

#![allow(clippy::unwrap_used)]

mod client;
mod program;

use std::process::Command;

use futures_util::StreamExt;
use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};
use socketio_emitter::{Binary, Emitter};
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

use self::{
    client::{Client, PATIENCE},
    program::Chat,
};

#[tokio::test]
async fn people_on_two_nodes_hear_each_other_and_what_is_pushed() {
    let chat = Chat::start();
    let mut ada = Client::connect(&chat.nodes[0], json!({"name": " Ada\n"})).await;
    let welcome = ada.event("welcome").await;
    assert_eq!(welcome[0]["people"][0]["name"], "Ada");
    let mut bob = Client::connect(&chat.nodes[1], json!({"name": "Bob"})).await;
    while ada.event("people").await[0].as_array().unwrap().len() < 2 {}

    ada.send(r#"427["chat","<b>hello</b>"]"#.to_owned()).await;
    assert_eq!(ada.hear("437").await, json!([{"error": null}]));
    let said = json!([{"from": "Ada", "id": ada.id, "text": "<b>hello</b>"}]);
    assert_eq!(bob.event("chat").await, said);

    assert_eq!(ada.event("time").await[0].as_str().unwrap().len(), "2026-01-01T00:00:00.000Z".len());
    let io = Emitter::connect(&chat.redis).await.unwrap();
    assert_eq!(io.emit("message", "Deploy done").await.unwrap().servers, Some(2));
    assert_eq!(ada.event("message").await, json!(["Deploy done"]));
    assert_eq!(bob.event("message").await, json!(["Deploy done"]));
    let posted = reqwest::Client::new().post(format!("{}/v1/emit/message", chat.bridge)).body("Hello from curl");
    assert_eq!(posted.send().await.unwrap().status(), 200);
    assert_eq!(bob.event("message").await, json!(["Hello from curl"]));

    // What is pushed cannot pass for what a person says, or for what a node does.
    for event in ["chat", "people", "welcome"] {
        io.emit(event, &said[0]).await.unwrap();
        assert_eq!(bob.event("message").await, said, "{event}");
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
async fn the_page_comes_whole_and_asks_nothing_of_anyone_else() {
    let chat = Chat::start();
    let get = async |path: &str| reqwest::get(format!("{}{path}", chat.nodes[1])).await.unwrap();
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
async fn a_client_is_told_what_is_wrong() {
    let chat = Chat::start();
    let mut ada = Client::connect(&chat.nodes[0], json!({"name": "Ada"})).await;
    for (text, wrong) in [("5", "text"), (r#""  ""#, "1 to 2000"), (&format!("\"{}\"", "x".repeat(2001)), "1 to 2000")]
    {
        ada.send(format!("421[\"chat\",{text}]")).await;
        let answer = ada.hear("431").await;
        assert!(answer[0]["error"].as_str().unwrap().contains(wrong), "{answer}");
    }
    let mut watcher = Client::connect(&chat.nodes[0], json!({})).await;
    watcher.send(r#"421["chat","hi"]"#.to_owned()).await;
    assert!(watcher.hear("431").await[0]["error"].as_str().unwrap().contains("nickname"));

    let url = format!("{}/socket.io/?EIO=4&transport=websocket", chat.nodes[0].replace("http", "ws"));
    for auth in [json!({"name": " "}), json!({"name": 5}), json!("Ada"), json!({"rooms": vec!["r"; 17]})] {
        let (socket, _) = tokio_tungstenite::connect_async(&url).await.unwrap();
        let mut refused = Client { socket, id: String::new() };
        refused.send(format!("40{auth}")).await;
        assert!(refused.hear("44").await["message"].is_string(), "{auth}");
    }

    let mut request = url.into_client_request().unwrap();
    request.headers_mut().insert("origin", "https://evil.example".parse().unwrap());
    let (socket, _) = tokio_tungstenite::connect_async(request).await.unwrap();
    let mut foreign = Client { socket, id: String::new() };
    foreign.send(r#"40{"name":"Eve"}"#.to_owned()).await;
    assert!(foreign.hear("44").await["message"].as_str().unwrap().contains("another site"));
}

/// A question to the servers, and their answers.
async fn ask(redis: &str, request: Value, answers: usize) -> Vec<Value> {
    let client = redis::Client::open(redis).unwrap();
    let mut subscribed = client.get_async_pubsub().await.unwrap();
    subscribed.subscribe("socket.io-response#/#").await.unwrap();
    let mut publishing = client.get_multiplexed_async_connection().await.unwrap();
    publish(&mut publishing, "socket.io-request#/#", request.to_string().as_bytes()).await;
    let (_sink, mut messages) = subscribed.split();
    let mut heard = Vec::new();
    while heard.len() < answers {
        let message = timeout(PATIENCE, messages.next()).await.expect("an answer in time").unwrap();
        let payload = message.get_payload_bytes();
        let answer: Value = match payload[0] {
            b'{' => serde_json::from_slice(payload).unwrap(),
            _ => rmp_serde::from_slice(payload).unwrap(),
        };
        assert_eq!(answer["requestId"], request["requestId"]);
        heard.push(answer);
    }
    heard
}

async fn publish(redis: &mut MultiplexedConnection, channel: &str, payload: &[u8]) -> u64 {
    redis::cmd("PUBLISH").arg(channel).arg(payload).query_async(redis).await.unwrap()
}

/// All elements of a list in all answers, in order.
fn all(answers: &[Value], key: &str) -> Vec<Value> {
    let mut all: Vec<_> = answers.iter().flat_map(|answer| answer[key].as_array().unwrap().clone()).collect();
    all.sort_by_key(Value::to_string);
    all
}

#[tokio::test]
async fn nodes_answer_as_servers_do() {
    let chat = Chat::start();
    let mut ada = Client::connect(&chat.nodes[0], json!({"name": "Ada", "rooms": ["red"]})).await;
    let mut bob = Client::connect(&chat.nodes[1], json!({"rooms": ["red", "blue"]})).await;
    let redis = chat.redis.as_str();
    let request = |mut request: Value| {
        request["uid"] = "tester".into();
        request["requestId"] = "q1".into();
        request
    };
    let sorted = |mut ids: Vec<Value>| {
        ids.sort_by_key(Value::to_string);
        ids
    };
    let both = sorted(vec![json!(ada.id), json!(bob.id)]);

    let answers = ask(redis, request(json!({"type": 0, "rooms": ["red"]})), 2).await;
    assert_eq!(all(&answers, "sockets"), both);
    let answers = ask(redis, request(json!({"type": 0, "rooms": ["blue"]})), 2).await;
    assert_eq!(all(&answers, "sockets"), [json!(bob.id)]);

    let answers = ask(redis, request(json!({"type": 1})), 2).await;
    let rooms = sorted(vec![json!(ada.id), json!(bob.id), json!("red"), json!("red"), json!("blue")]);
    assert_eq!(all(&answers, "rooms"), rooms);

    let opts = json!({"rooms": ["red"], "except": ["blue"]});
    let answers = ask(redis, request(json!({"type": 5, "opts": opts})), 2).await;
    let fetched = all(&answers, "sockets");
    assert_eq!(fetched.len(), 1, "{fetched:?}");
    assert_eq!((&fetched[0]["id"], &fetched[0]["data"]["name"]), (&json!(ada.id), &json!("Ada")));
    let handshake = &fetched[0]["handshake"];
    assert_eq!(handshake["auth"], json!({"name": "Ada", "rooms": ["red"]}));
    assert_eq!(handshake["query"]["EIO"], "4");
    assert_eq!(handshake["address"], "127.0.0.1");
    assert!(handshake["headers"]["host"].is_string() && handshake["issued"].is_u64(), "{handshake}");

    let io = Emitter::connect(redis).await.unwrap();
    io.to("blue").join("green").await.unwrap();
    io.to("green").leave("red").await.unwrap();
    let answers = ask(redis, request(json!({"type": 0, "rooms": ["red"]})), 2).await;
    assert_eq!(all(&answers, "sockets"), [json!(ada.id)]);
    io.to("green").except("red").emit("pair", &(1, "two", [3])).await.unwrap();
    assert_eq!(bob.event("pair").await, json!([1, "two", [3]]));

    io.to(ada.id.as_str()).emit("blob", &("b", Binary([1, 2, 3]))).await.unwrap();
    assert_eq!(ada.hear("451-").await, json!(["blob", "b", {"_placeholder": true, "num": 0}]));
    assert_eq!(ada.message().await.into_data().as_ref(), [1, 2, 3]);

    let answers = ask(redis, request(json!({"type": 6, "data": ["reload", 1]})), 2).await;
    assert!(answers.iter().all(|answer| answer["type"] == 6 && answer["data"].is_string()), "{answers:?}");

    io.to("green").disconnect(socketio_emitter::Close::Yes).await.unwrap();
    while bob.frame().await != "41" {}
}

#[tokio::test]
async fn acknowledgements_are_counted_and_passed_on() {
    let chat = Chat::start();
    let mut ada = Client::connect(&chat.nodes[0], json!({})).await;
    let packet = json!({"type": 2, "data": ["question", "how?"], "nsp": "/"});
    let request = json!({"type": 7, "uid": "tester", "requestId": "q2", "packet": packet, "opts": {"rooms": []}});
    let answering = async {
        let frame = loop {
            let frame = ada.frame().await;
            if frame.contains("question") {
                break frame;
            }
        };
        let id = frame.strip_prefix("42").unwrap().split_once('[').unwrap().0.to_owned();
        ada.send(format!("43{id}[{{\"so\":[1,null]}},\"ignored\"]")).await;
    };
    let (mut answers, ()) = tokio::join!(ask(&chat.redis, request, 3), answering);
    answers.sort_by_key(|answer| (answer["type"].as_u64(), answer["clientCount"].as_u64()));
    assert_eq!(answers[0], json!({"type": 8, "requestId": "q2", "clientCount": 0}));
    assert_eq!(answers[1], json!({"type": 8, "requestId": "q2", "clientCount": 1}));
    assert_eq!(answers[2], json!({"type": 9, "requestId": "q2", "packet": {"so": [1, null]}}));
}

#[tokio::test]
async fn nothing_on_the_bus_harms_a_node() {
    let chat = Chat::start();
    let mut ada = Client::connect(&chat.nodes[0], json!({"name": "Ada"})).await;
    let mut redis = redis::Client::open(chat.redis.as_str()).unwrap().get_multiplexed_async_connection().await.unwrap();
    let deep = [vec![0x91; 5000], vec![0xc0]].concat();
    let long = vec![b'x'; 2 * 1024 * 1024];
    let reserved = rmp_serde::to_vec(&json!(["x", {"type": 2, "data": ["disconnect"], "nsp": "/"}, {}])).unwrap();
    let no_event = rmp_serde::to_vec(&json!(["x", {"type": 0, "data": [], "nsp": "/"}, {}])).unwrap();
    let frames: [&[u8]; 12] = [
        b"",
        b"\xc1",
        b"\x93\xa1x",
        b"{}",
        b"{\"type\":5,\"requestId\":\"q\"}",
        b"{\"type\":7,\"requestId\":\"q\"}",
        b"{\"type\":6,\"uid\":\"server\",\"data\":[\"people\",{\"people\":7}]}",
        b"{\"type\":99}",
        &deep,
        &long,
        &reserved,
        &no_event,
    ];
    for frame in frames {
        for channel in ["socket.io#/#", "socket.io#/#room#", "socket.io-request#/#", "socket.io-response#/#"] {
            assert!(publish(&mut redis, channel, frame).await > 0, "nobody hears {channel}");
        }
    }
    Emitter::connect(&chat.redis).await.unwrap().emit("still", "here").await.unwrap();
    assert_eq!(ada.event("still").await, json!(["here"]));
}

#[cfg(unix)]
#[tokio::test]
async fn it_ends_when_it_is_asked_to_and_says_so_to_its_clients() {
    let chat = Chat::start();
    let mut ada = Client::connect(&chat.nodes[0], json!({"name": "Ada"})).await;
    let ended = tokio::task::spawn_blocking(|| chat.terminate());
    while let Some(Ok(_)) = timeout(PATIENCE, ada.socket.next()).await.unwrap() {}
    assert_eq!(ended.await.unwrap(), Some(0));
}

#[test]
fn what_cannot_work_is_said() {
    let run = |args: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_chat")).args(args).output().unwrap();
        (output.status.code(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, words) = run(&["--redis", "redis://:secret@127.0.0.1:1", "--ports", "0", "--bridge-port", "0"]);
    assert_eq!(code, Some(1), "{words}");
    assert!(words.contains("cannot reach Redis") && !words.contains("secret"), "{words}");
    assert_eq!(run(&["--ports", "many"]).0, Some(2));

    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, words) = run(&["node", "--redis", "redis://127.0.0.1:1", "--listen", &address]);
    assert_eq!(code, Some(1));
    assert!(words.contains(&format!("cannot listen on {address}")), "{words}");
}
