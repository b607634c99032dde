use rmpv::Value as Packed;
use serde::Serialize;
use serde_json::Value;

/// Answers to the other servers, as the classic adapter reads them. All of it is JSON, except a client's
/// acknowledgement, which may hold binary.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub(crate) enum Reply {
    #[serde(rename_all = "camelCase")]
    Sockets { request_id: String, sockets: Vec<String> },
    #[serde(rename_all = "camelCase")]
    Rooms { request_id: String, rooms: Vec<String> },
    #[serde(rename_all = "camelCase")]
    Fetched { request_id: String, sockets: Vec<Value> },
    #[serde(rename_all = "camelCase")]
    ServerAck {
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
    Ack {
        #[serde(rename = "type")]
        kind: u8,
        request_id: String,
        /// The first argument, if there was one.
        #[serde(skip_serializing_if = "Option::is_none")]
        packet: Option<Packed>,
    },
    /// One socket did as it was told.
    #[serde(rename_all = "camelCase")]
    Done { request_id: String },
}

impl Reply {
    pub(crate) fn server_ack(request_id: String, data: Value) -> Self {
        Self::ServerAck { kind: 6, request_id, data }
    }

    pub(crate) fn client_count(request_id: String, client_count: usize) -> Self {
        Self::ClientCount { kind: 8, request_id, client_count }
    }

    pub(crate) fn ack(request_id: String, packet: Option<Packed>) -> Self {
        Self::Ack { kind: 9, request_id, packet }
    }

    /// The bytes to publish; `None` for what cannot be written, which would help nobody.
    pub(crate) fn encode(&self) -> Option<Vec<u8>> {
        match self {
            Self::Ack { .. } => rmp_serde::to_vec_named(self).ok(),
            _ => serde_json::to_vec(self).ok(),
        }
    }
}
