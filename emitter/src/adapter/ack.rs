use serde::Serialize;

use crate::message::Args;

/// One client's acknowledgement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ack {
    /// The arguments of the acknowledgement. Most adapters carry the first one only.
    pub args: Args,
    /// The socket's id, if the adapter reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
    /// The id of the socket's server, if the adapter reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}

/// One server's acknowledgement of a server-side event.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ServerAck {
    /// The arguments of the acknowledgement. Adapters carry the first one only.
    pub args: Args,
    /// The server's id, if the adapter reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}
