//! `/who` and `/ask`, which query all nodes.

use serde_json::{Value, json};

use crate::{demo_process::DemoProcess, engine_io_client::EngineIoClient};

/// Sends a slash command, and returns its result. Every `cluster` event comes before the acknowledgement.
async fn run(client: &mut EngineIoClient, command: &str) -> Value {
    client.send(format!("425{}", json!(["chat", command]))).await;
    client.event("cluster").await[0].clone()
}

#[tokio::test]
async fn ask_with_word_counts_the_clients_that_acknowledge_it() {
    let demo = DemoProcess::start();
    let mut ada = EngineIoClient::connect(&demo.nodes[0], json!({"name": "Ada"})).await;
    let mut bob = EngineIoClient::connect(&demo.nodes[1], json!({"name": "Bob"})).await;
    // Acknowledges nothing.
    let _silent = EngineIoClient::connect(&demo.nodes[1], json!({})).await;

    for (command, question) in [("/ask lunch", "lunch"), ("/ask", "?"), (" /ask  Are you ready? ", "Are you ready?")] {
        let (yes, no) = (json!("yes"), json!("no"));
        let asking = async {
            ada.send(format!("425{}", json!(["chat", command]))).await;
            assert_eq!(ada.acknowledge("ask", &yes).await, json!([question]));
            ada.event("cluster").await[0].clone()
        };
        let (mut result, args) = tokio::join!(asking, bob.acknowledge("ask", &no));
        assert_eq!(args, json!([question]));
        result["answers"].as_array_mut().unwrap().sort_by_key(Value::to_string);
        // Each answer has the first argument of the acknowledgement only.
        let answers = json!([{"args": ["no"]}, {"args": ["yes"]}]);
        assert_eq!(
            result,
            json!({"question": question, "servers": 2, "clients": 3, "answers": answers, "partial": true}),
            "{command}"
        );
    }
}

#[tokio::test]
async fn who_lists_sockets_and_rooms() {
    let demo = DemoProcess::start();
    let mut ada = EngineIoClient::connect(&demo.nodes[0], json!({"name": "Ada"})).await;
    let bob = EngineIoClient::connect(&demo.nodes[1], json!({"rooms": ["red"]})).await;
    let mut ids = [ada.id.clone(), bob.id.clone()];
    ids.sort_unstable();
    let mut result = run(&mut ada, "/who").await;
    result["sockets"].as_array_mut().unwrap().sort_by_key(Value::to_string);
    let mut rooms = [ids.to_vec(), vec!["lobby".to_owned(), "red".to_owned()]].concat();
    rooms.sort_unstable();
    assert_eq!(result, json!({"servers": 2, "sockets": ids, "rooms": rooms, "partial": false}));
}

#[tokio::test]
async fn unknown_slash_command_is_refused() {
    let demo = DemoProcess::start();
    let mut ada = EngineIoClient::connect(&demo.nodes[0], json!({"name": "Ada"})).await;
    for command in ["/asking lunch", "/who now", "/"] {
        let error = ada.chat(command).await[0]["error"].clone();
        assert!(error.as_str().is_some_and(|error| error.contains("/who")), "{command}: {error}");
    }
}
