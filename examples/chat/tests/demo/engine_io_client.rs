use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};

/// Time limit for everything that a test waits for.
pub(crate) const TEST_TIMEOUT: Duration = Duration::from_secs(20);

/// A Socket.IO client over one WebSocket. Tests read and write the protocol's frames.
pub(crate) struct EngineIoClient {
    pub(crate) socket: WebSocketStream<MaybeTlsStream<TcpStream>>,
    pub(crate) id: String,
}

impl EngineIoClient {
    pub(crate) async fn connect(node: &str, auth: Value) -> Self {
        let url = format!("{}/socket.io/?EIO=4&transport=websocket", node.replace("http", "ws"));
        let (socket, _) = tokio_tungstenite::connect_async(url).await.unwrap();
        let mut client = Self { socket, id: String::new() };
        assert!(client.next_frame().await.starts_with("0{"));
        client.send(format!("40{auth}")).await;
        let connected = client.next_frame().await;
        let connected: Value =
            serde_json::from_str(connected.strip_prefix("40").unwrap_or_else(|| panic!("{connected}"))).unwrap();
        client.id = connected["sid"].as_str().unwrap().to_owned();
        client
    }

    pub(crate) async fn send(&mut self, frame: String) {
        self.socket.send(Message::text(frame)).await.unwrap();
    }

    /// Sends a chat message, and returns the node's acknowledgement.
    pub(crate) async fn chat(&mut self, text: &str) -> Value {
        self.send(format!("427{}", json!(["chat", text]))).await;
        self.next_json("437").await
    }

    /// Acknowledges the next event of this name with this value, and returns the event's arguments.
    pub(crate) async fn acknowledge(&mut self, name: &str, value: &Value) -> Value {
        loop {
            let frame = self.next_frame().await;
            let Some((id, args)) = frame.strip_prefix("42").and_then(|event| event.split_once('[')) else { continue };
            let Some(args) = args.strip_prefix(&format!("{},", json!(name))) else { continue };
            assert!(!id.is_empty(), "{name} needs no acknowledgement: {frame}");
            let args = serde_json::from_str(&format!("[{args}")).unwrap();
            self.send(format!("43{id}[{value},\"ignored\"]")).await;
            return args;
        }
    }

    /// The next message except for pings, which are answered.
    pub(crate) async fn next_message(&mut self) -> Message {
        loop {
            let frame = timeout(TEST_TIMEOUT, self.socket.next()).await.expect("a frame in time").unwrap().unwrap();
            if frame != Message::text("2") {
                return frame;
            }
            self.send("3".to_owned()).await;
        }
    }

    pub(crate) async fn next_frame(&mut self) -> String {
        self.next_message().await.into_text().unwrap().to_string()
    }

    /// The JSON of the next frame that begins with this prefix. The prefix may contain the beginning of the JSON.
    pub(crate) async fn next_json(&mut self, prefix: &str) -> Value {
        loop {
            let frame = self.next_frame().await;
            if frame.starts_with(prefix) {
                let json = frame.trim_start_matches(|c: char| c.is_ascii_digit() || c == '-');
                return serde_json::from_str(json).unwrap();
            }
        }
    }

    /// The arguments of the next event of this name.
    pub(crate) async fn event(&mut self, name: &str) -> Value {
        let mut event = self.next_json(&format!("42[{}", json!(name))).await;
        event.as_array_mut().unwrap().remove(0);
        event
    }

    /// The names of the events up to the next one of this name.
    pub(crate) async fn events_until(&mut self, last: &str) -> Vec<String> {
        let mut names = Vec::new();
        loop {
            let event = self.next_json("42[").await;
            let name = event[0].as_str().unwrap().to_owned();
            if name == last {
                return names;
            }
            names.push(name);
        }
    }
}
