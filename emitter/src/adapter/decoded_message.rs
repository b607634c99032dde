use serde::Serialize;

use crate::message::{Message, Target};

/// A decoded message on the bus, whichever emitter or server sent it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum DecodedMessage {
    /// A message to clients or servers: what an [`Emitter`](crate::Emitter) can send too.
    #[non_exhaustive]
    Message {
        /// The message. An integer that JavaScript would round is a float here.
        message: Message,
        /// The sender: a server's id, or `emitter`.
        sender: Option<String>,
        /// The request id that acknowledgements carry, if the sender asks for them.
        request: Option<String>,
    },
    /// A request to the servers.
    #[non_exhaustive]
    Request {
        /// What is requested.
        kind: RequestKind,
        /// The sockets that the request selects.
        target: Target,
        /// The requester: a server's id, or `emitter`.
        sender: Option<String>,
        /// The request id that responses carry.
        request: Option<String>,
    },
    /// A response to a request.
    #[non_exhaustive]
    Response {
        /// What was requested, as far as the response shows it.
        kind: RequestKind,
        /// The id of the server that responds, if the adapter reports it.
        sender: Option<String>,
        /// The id of the request.
        request: Option<String>,
    },
    /// A server that announces itself, on adapters whose servers do not count each other's subscriptions.
    #[non_exhaustive]
    Presence {
        /// What it announces.
        presence: Presence,
        /// The namespace.
        namespace: String,
        /// The server's id.
        sender: Option<String>,
    },
}

/// What a server announces about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub enum Presence {
    /// `INITIAL_HEARTBEAT`: the server has started, and asks the others for a heartbeat.
    #[serde(rename = "came")]
    InitialHeartbeat,
    /// `HEARTBEAT`: the server is alive.
    #[serde(rename = "alive")]
    Heartbeat,
    /// `ADAPTER_CLOSE`: the server stops.
    #[serde(rename = "goes")]
    AdapterClose,
}

/// What servers request from each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RequestKind {
    /// The ids of sockets.
    #[serde(rename = "sockets")]
    SocketIds,
    /// The names of all rooms.
    #[serde(rename = "rooms")]
    AllRooms,
    /// Sockets with their handshakes, rooms and data.
    #[serde(rename = "fetch")]
    FetchSockets,
    /// The number of clients that were asked for an acknowledgement.
    ClientCount,
    /// A client's acknowledgement.
    Ack,
    /// A server's acknowledgement of a server-side event.
    ServerAck,
    /// The confirmation of an older server that one socket joined, left or was disconnected.
    Done,
}
