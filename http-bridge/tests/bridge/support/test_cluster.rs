use broker::Broker;
use futures_util::StreamExt;
use serde_json::{Value, json};
use socketio_emitter::{
    Adapter, Emitter, Options,
    adapter::Classic,
    redis::{Client, aio::MultiplexedConnection, cmd},
};
use tokio::task::JoinHandle;

/// A broker with Socket.IO servers of the classic adapter, as far as they answer requests.
pub struct TestCluster {
    broker: Broker,
    servers: Vec<JoinHandle<()>>,
}

impl TestCluster {
    /// Starts servers that answer, and servers that only subscribe.
    pub async fn start(answering: usize, silent: usize) -> Self {
        let broker = Broker::start().unwrap();
        let mut servers = Vec::new();
        for index in 0..answering + silent {
            let client = Client::open(broker.url()).unwrap();
            let mut subscription = client.get_async_pubsub().await.unwrap();
            // The same channels as servers of Socket.IO 4.
            let own_channel = format!("socket.io-response#/#serve{index}#");
            subscription.subscribe(&["socket.io-request#/#", "socket.io-response#/#", &own_channel]).await.unwrap();
            subscription.psubscribe("socket.io#/#*").await.unwrap();
            let mut publisher = client.get_multiplexed_async_connection().await.unwrap();
            servers.push(tokio::spawn(async move {
                let mut messages = subscription.into_on_message();
                while let Some(message) = messages.next().await {
                    if message.get_channel_name() != "socket.io-request#/#" || index >= answering {
                        continue;
                    }
                    for response in responses(message.get_payload_bytes()) {
                        publish(&mut publisher, &response).await;
                    }
                }
            }));
        }
        Self { broker, servers }
    }

    pub fn emitter(&self) -> Emitter {
        Options::new().adapter(Adapter::Classic(Classic::default())).lazy(self.broker.url()).unwrap()
    }
}

impl Drop for TestCluster {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}

async fn publish(redis: &mut MultiplexedConnection, response: &Value) {
    let published = cmd("PUBLISH").arg("socket.io-response#/#").arg(response.to_string()).query_async(redis).await;
    let _: u64 = published.unwrap();
}

/// The responses of one server to a request. Its one socket is in the room `lobby` and acknowledges events with their
/// first argument.
fn responses(request: &[u8]) -> Vec<Value> {
    let request: Value = match request.first() {
        Some(b'{') => serde_json::from_slice(request).unwrap(),
        _ => rmp_serde::from_slice(request).unwrap(),
    };
    let Some(id) = request.get("requestId") else { return Vec::new() };
    let socket = "sHiUSnRp9kuvWbWDAAAB";
    match request["type"].as_u64() {
        // The emitter pings servers by asking for the sockets in an empty room.
        Some(0) => vec![json!({"requestId": id, "sockets": []})],
        Some(1) => vec![json!({"requestId": id, "rooms": [socket, "lobby"]})],
        Some(5) => {
            let handshake = json!({"headers": {"host": "chat.example.com"}, "query": {"EIO": "4"}});
            let details =
                json!({"id": socket, "rooms": [socket, "lobby"], "data": {"user": 42}, "handshake": handshake});
            vec![json!({"requestId": id, "sockets": [details]})]
        }
        Some(6) => vec![json!({"type": 6, "requestId": id, "data": request["data"][1]})],
        Some(7) => {
            let argument = &request["packet"]["data"][1];
            vec![
                json!({"type": 8, "requestId": id, "clientCount": 1}),
                json!({"type": 9, "requestId": id, "packet": argument}),
            ]
        }
        _ => Vec::new(),
    }
}
