use serde::Serialize;

use crate::message::Args;

/// One client's acknowledgement.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Ack {
    /// The arguments that the client answered with. Most adapters carry the first one only.
    pub args: Args,
    /// The socket that answered, where the adapter says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub socket: Option<String>,
    /// The server it is connected to, where the adapter says so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
}
