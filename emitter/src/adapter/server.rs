use serde::Serialize;

use crate::message::Args;

/// A server that answered.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RemoteServer {
    /// Its id; `None` if the adapter's answers do not carry one.
    pub id: Option<String>,
}

/// One server's acknowledgement of a server-side event.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ServerAck {
    /// The arguments that the server answered with. Adapters carry the first one only.
    pub args: Args,
    /// The server that answered, where the adapter says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}
