use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A client, in the words of the protocol.
pub(crate) struct Client {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) id: String,
}

impl Client {
    pub(crate) async fn connect(node: &str, auth: Value) -> Self {
        let url = format!("{}/socket.io/?EIO=4&transport=websocket", node.replace("http", "ws"));
        let (socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        let mut client = Self { socket, id: String::new() };
        assert!(client.frame().await.starts_with("0{"));
        client.send(format!("40{auth}")).await;
        let connected = client.frame().await;
        let connected: Value =
            serde_json::from_str(connected.strip_prefix("40").unwrap_or_else(|| panic!("{connected}"))).unwrap();
        client.id = connected["sid"].as_str().unwrap().to_owned();
        client
    }

    pub(crate) async fn send(&mut self, frame: String) {
        self.socket.send(Message::text(frame)).await.unwrap();
    }

    /// The next frame that is no ping; pings are answered.
    pub(crate) async fn message(&mut self) -> Message {
        loop {
            let frame = timeout(PATIENCE, self.socket.next()).await.expect("a frame in time").unwrap().unwrap();
            if frame != Message::text("2") {
                return frame;
            }
            self.send("3".to_owned()).await;
        }
    }

    pub(crate) async fn frame(&mut self) -> String {
        self.message().await.into_text().unwrap().to_string()
    }

    /// The first frame of this kind, without it. The kind may hold the start of what it says.
    pub(crate) async fn hear(&mut self, kind: &str) -> Value {
        loop {
            let frame = self.frame().await;
            if frame.starts_with(kind) {
                let json = frame.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
                return serde_json::from_str(json).unwrap();
            }
        }
    }

    /// The first event of this name, and its arguments.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        let mut event = self.hear(&format!("42[{}", json!(name))).await;
        event.as_array_mut().unwrap().remove(0);
        event
    }
}
