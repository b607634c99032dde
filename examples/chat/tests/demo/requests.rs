//! Requests and messages on Redis, as other servers and hostile programs publish them.

use futures_util::StreamExt;
use redis::aio::MultiplexedConnection;
use serde_json::{Value, json};
use socketio_emitter::{Binary, Emitter};
use tokio::time::timeout;

use crate::{
    demo_process::DemoProcess,
    engine_io_client::{EngineIoClient, TEST_TIMEOUT},
};

/// Publishes a request, and returns this number of responses.
async fn request_responses(redis: &str, request: Value, number: usize) -> Vec<Value> {
    let client = redis::Client::open(redis).unwrap();
    let mut subscribed = client.get_async_pubsub().await.unwrap();
    subscribed.subscribe("socket.io-response#/#").await.unwrap();
    let mut publishing = client.get_multiplexed_async_connection().await.unwrap();
    publish(&mut publishing, "socket.io-request#/#", request.to_string().as_bytes()).await;
    let (_sink, mut messages) = subscribed.split();
    let mut responses = Vec::new();
    while responses.len() < number {
        let message = timeout(TEST_TIMEOUT, messages.next()).await.expect("a response in time").unwrap();
        let payload = message.get_payload_bytes();
        let response: Value = match payload[0] {
            b'{' => serde_json::from_slice(payload).unwrap(),
            _ => rmp_serde::from_slice(payload).unwrap(),
        };
        assert_eq!(response["requestId"], request["requestId"]);
        responses.push(response);
    }
    responses
}

async fn publish(redis: &mut MultiplexedConnection, channel: &str, payload: &[u8]) -> u64 {
    redis::cmd("PUBLISH").arg(channel).arg(payload).query_async(redis).await.unwrap()
}

/// The elements of this list in all responses, sorted.
fn merged(responses: &[Value], key: &str) -> Vec<Value> {
    let mut merged: Vec<_> = responses.iter().flat_map(|response| response[key].as_array().unwrap().clone()).collect();
    merged.sort_by_key(Value::to_string);
    merged
}

#[tokio::test]
async fn nodes_respond_to_requests_and_execute_orders() {
    let demo = DemoProcess::start();
    let mut ada = EngineIoClient::connect(&demo.nodes[0], json!({"name": "Ada", "rooms": ["red"]})).await;
    let mut bob = EngineIoClient::connect(&demo.nodes[1], json!({"rooms": ["red", "blue"]})).await;
    let redis = demo.redis.as_str();
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

    let responses = request_responses(redis, request(json!({"type": 0, "rooms": ["red"]})), 2).await;
    assert_eq!(merged(&responses, "sockets"), both);
    let responses = request_responses(redis, request(json!({"type": 0, "rooms": ["blue"]})), 2).await;
    assert_eq!(merged(&responses, "sockets"), [json!(bob.id)]);

    let responses = request_responses(redis, request(json!({"type": 1})), 2).await;
    let rooms = sorted(vec![json!(ada.id), json!(bob.id), json!("red"), json!("red"), json!("blue"), json!("lobby")]);
    assert_eq!(merged(&responses, "rooms"), rooms);

    let opts = json!({"rooms": ["red"], "except": ["blue"]});
    let responses = request_responses(redis, request(json!({"type": 5, "opts": opts})), 2).await;
    let fetched = merged(&responses, "sockets");
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
    let responses = request_responses(redis, request(json!({"type": 0, "rooms": ["red"]})), 2).await;
    assert_eq!(merged(&responses, "sockets"), [json!(ada.id)]);
    io.to("green").except("red").emit("pair", &(1, "two", [3])).await.unwrap();
    assert_eq!(bob.event("pair").await, json!([1, "two", [3]]));

    io.to(ada.id.as_str()).emit("picture", &("b", Binary([1, 2, 3]))).await.unwrap();
    assert_eq!(ada.next_json("451-").await, json!(["picture", "b", {"_placeholder": true, "num": 0}]));
    assert_eq!(ada.next_message().await.into_data().as_ref(), [1, 2, 3]);

    let responses = request_responses(redis, request(json!({"type": 6, "data": ["reload", 1]})), 2).await;
    assert!(responses.iter().all(|response| response["type"] == 6 && response["data"].is_string()), "{responses:?}");

    io.to("green").disconnect(socketio_emitter::message::DisconnectMode::CloseConnection).await.unwrap();
    while bob.next_frame().await != "41" {}
}

#[tokio::test]
async fn acknowledgements_are_counted_and_forwarded() {
    let demo = DemoProcess::start();
    let mut ada = EngineIoClient::connect(&demo.nodes[0], json!({})).await;
    let packet = json!({"type": 2, "data": ["question", "how?"], "nsp": "/"});
    let request = json!({"type": 7, "uid": "tester", "requestId": "q2", "packet": packet, "opts": {"rooms": []}});
    let value = json!({"so": [1, null]});
    let (mut responses, args) =
        tokio::join!(request_responses(&demo.redis, request, 3), ada.acknowledge("question", &value));
    assert_eq!(args, json!(["how?"]));
    responses.sort_by_key(|response| (response["type"].as_u64(), response["clientCount"].as_u64()));
    assert_eq!(responses[0], json!({"type": 8, "requestId": "q2", "clientCount": 0}));
    assert_eq!(responses[1], json!({"type": 8, "requestId": "q2", "clientCount": 1}));
    assert_eq!(responses[2], json!({"type": 9, "requestId": "q2", "packet": value}));
}

#[tokio::test]
async fn nodes_survive_malformed_messages() {
    let demo = DemoProcess::start();
    let mut ada = EngineIoClient::connect(&demo.nodes[0], json!({"name": "Ada"})).await;
    let mut redis = redis::Client::open(demo.redis.as_str()).unwrap().get_multiplexed_async_connection().await.unwrap();
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
            assert!(publish(&mut redis, channel, frame).await > 0, "no subscribers of {channel}");
        }
    }
    Emitter::connect(&demo.redis).await.unwrap().emit("still", "here").await.unwrap();
    assert_eq!(ada.event("still").await, json!(["here"]));
}
