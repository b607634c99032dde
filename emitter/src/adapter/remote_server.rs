use serde::Serialize;

/// A server that responded.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RemoteServer {
    /// The server's id; `None` if the adapter does not report it.
    pub id: Option<String>,
}
