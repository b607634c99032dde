//! A Socket.IO server with the classic adapter, as far as it answers questions, on a broker.

use broker::Broker;
use futures_util::StreamExt;
use serde_json::{Value, json};
use socketio_emitter::{
    Adapter, Classic, Emitter, Options,
    redis::{self, Client, cmd},
};
use tokio::task::JoinHandle;

/// A broker with servers on it.
pub struct Cluster {
    pub broker: Broker,
    servers: Vec<JoinHandle<()>>,
}

impl Cluster {
    /// So many servers that answer, and so many that are silent.
    pub async fn start(answering: usize, silent: usize) -> Self {
        let broker = Broker::start().unwrap();
        let mut servers = Vec::new();
        for at in 0..answering + silent {
            let client = Client::open(broker.url()).unwrap();
            let mut heard = client.get_async_pubsub().await.unwrap();
            // As servers of Socket.IO 4 do.
            let own = format!("socket.io-response#/#serve{at}#");
            heard.subscribe(&["socket.io-request#/#", "socket.io-response#/#", &own]).await.unwrap();
            heard.psubscribe("socket.io#/#*").await.unwrap();
            let mut publisher = client.get_multiplexed_async_connection().await.unwrap();
            servers.push(tokio::spawn(async move {
                let mut messages = heard.into_on_message();
                while let Some(message) = messages.next().await {
                    if message.get_channel_name() != "socket.io-request#/#" || at >= answering {
                        continue;
                    }
                    for answer in answers(message.get_payload_bytes()) {
                        publish(&mut publisher, &answer).await;
                    }
                }
            }));
        }
        Self { broker, servers }
    }

    pub fn emitter(&self) -> Emitter {
        Options::new().adapter(Adapter::Classic(Classic::default())).lazy(&self.broker.url()).unwrap()
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.servers.iter().for_each(JoinHandle::abort);
    }
}

async fn publish(redis: &mut redis::aio::MultiplexedConnection, answer: &Value) {
    let published = cmd("PUBLISH").arg("socket.io-response#/#").arg(answer.to_string()).query_async(redis).await;
    let _: u64 = published.unwrap();
}

/// What a server says to a request: it has one socket, in one room, which acknowledges with what it was sent.
fn answers(request: &[u8]) -> Vec<Value> {
    let request: Value = match request.first() {
        Some(b'{') => serde_json::from_slice(request).unwrap(),
        _ => rmp_serde::from_slice(request).unwrap(),
    };
    let Some(id) = request.get("requestId") else { return Vec::new() };
    let socket = "sHiUSnRp9kuvWbWDAAAB";
    match request["type"].as_u64() {
        // Whoever asks for a sign of life asks for sockets in a room that nobody is in.
        Some(0) => vec![json!({"requestId": id, "sockets": []})],
        Some(1) => vec![json!({"requestId": id, "rooms": [socket, "lobby"]})],
        Some(5) => {
            let handshake = json!({"headers": {"host": "chat.example.com"}, "query": {"EIO": "4"}});
            let known = json!({"id": socket, "rooms": [socket, "lobby"], "data": {"user": 42}, "handshake": handshake});
            vec![json!({"requestId": id, "sockets": [known]})]
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
