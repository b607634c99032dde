use rmpv::Value as Packed;
use serde::Serialize;
use serde_json::Value;

/// A response to another server, in the format of the classic adapter: MessagePack for a client's acknowledgement, which
/// may contain binary, and JSON for everything else.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum NodeResponse {
    #[serde(rename_all = "camelCase")]
    SocketIds { request_id: String, sockets: Vec<String> },
    #[serde(rename_all = "camelCase")]
    Rooms { request_id: String, rooms: Vec<String> },
    #[serde(rename_all = "camelCase")]
    Sockets { request_id: String, sockets: Vec<Value> },
    #[serde(rename_all = "camelCase")]
    ServerSideEmit {
        #[serde(rename = "type")]
        kind: u8,
        request_id: String,
        data: Value,
    },
    #[serde(rename_all = "camelCase")]
    ClientCount {
        #[serde(rename = "type")]
        kind: u8,
        request_id: String,
        client_count: usize,
    },
    #[serde(rename_all = "camelCase")]
    ClientAck {
        #[serde(rename = "type")]
        kind: u8,
        request_id: String,
        /// The first argument of the acknowledgement.
        #[serde(skip_serializing_if = "Option::is_none")]
        packet: Option<Packed>,
    },
    /// The node has executed a join, leave or disconnect.
    #[serde(rename_all = "camelCase")]
    Done { request_id: String },
}

impl NodeResponse {
    pub(crate) fn server_side_emit(request_id: String, data: Value) -> Self {
        Self::ServerSideEmit { kind: 6, request_id, data }
    }

    pub(crate) fn client_count(request_id: String, client_count: usize) -> Self {
        Self::ClientCount { kind: 8, request_id, client_count }
    }

    pub(crate) fn client_ack(request_id: String, packet: Option<Packed>) -> Self {
        Self::ClientAck { kind: 9, request_id, packet }
    }

    /// The bytes to publish; `None` if the value cannot be serialized.
    pub(crate) fn encode(&self) -> Option<Vec<u8>> {
        match self {
            Self::ClientAck { .. } => rmp_serde::to_vec_named(self).ok(),
            _ => serde_json::to_vec(self).ok(),
        }
    }
}
