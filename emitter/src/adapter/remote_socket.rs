use serde::Serialize;

use super::ServerValue;

/// A socket in the cluster.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RemoteSocket {
    /// The socket's id. On most adapters it is also the name of a room with only this socket.
    pub id: String,
    /// The id of the socket's server, if the adapter reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// The rooms that the socket is in; `None` if the adapter does not report them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rooms: Option<Vec<String>>,
    /// The value of `socket.data`, which the servers' code sets; `None` if the adapter does not report it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data: Option<ServerValue>,
    /// The handshake: headers, query and more. `None` unless it was requested and the adapter reports it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub handshake: Option<ServerValue>,
}

impl RemoteSocket {
    pub(crate) fn new(id: String) -> Self {
        Self { id, server: None, rooms: None, data: None, handshake: None }
    }
}
