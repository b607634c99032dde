//! Responses of servers, in JSON or MessagePack: decoded for a tap, or read as replies to a request.

use serde::{Deserialize, de::IgnoredAny};

use super::request_type::{BROADCAST_ACK, BROADCAST_CLIENT_COUNT, SERVER_SIDE_EMIT};
use crate::{
    adapter::{
        Ack, DecodedMessage, RemoteSocket, ReplyBody, RequestIds, RequestKind, ServerReply, SocketDetail,
        node_socket::{NodeSocketHandshake, NodeSocketId, NodeSocketPlain, NodeSocketRooms},
        payload_reader::read_payload,
        wire_name::WireRooms,
    },
    base::{Error, malformed},
    message::{Args, WireValue},
};

/// Decodes a response, of which it reads only as much as shows the kind.
pub(super) fn decode_response(payload: &[u8]) -> Result<DecodedMessage, Error> {
    let response: ReceivedClassicResponse = read_payload(payload)?;
    let kind = match (response.response_type, &response.sockets) {
        (Some(SERVER_SIDE_EMIT), _) => RequestKind::ServerAck,
        (Some(BROADCAST_CLIENT_COUNT), _) => RequestKind::ClientCount,
        (Some(BROADCAST_ACK), _) => RequestKind::Ack,
        (Some(other), _) => return Err(unknown_type(other)),
        (None, Some(sockets)) => match sockets.first() {
            Some(ClassicResponseSocket::Object { .. }) => RequestKind::FetchSockets,
            Some(ClassicResponseSocket::Id(_)) | None => RequestKind::SocketIds,
        },
        (None, None) if response.clients.is_some() => RequestKind::SocketIds,
        (None, None) if response.rooms.is_some() => RequestKind::AllRooms,
        (None, None) => RequestKind::Done,
    };
    Ok(DecodedMessage::Response { kind, sender: None, request: response.request_id.or(response.requestid) })
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a response")]
struct ReceivedClassicResponse {
    #[serde(rename = "type")]
    response_type: Option<u8>,
    request_id: Option<String>,
    /// The key in Socket.IO 2.
    requestid: Option<String>,
    sockets: Option<Vec<ClassicResponseSocket>>,
    clients: Option<IgnoredAny>,
    rooms: Option<IgnoredAny>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum ClassicResponseSocket {
    Object {
        #[serde(rename = "id")]
        _id: IgnoredAny,
    },
    Id(IgnoredAny),
}

/// Reads a response to the request with these ids; `None` for a response to another request.
pub(super) fn read_response(
    payload: &[u8],
    ids: &RequestIds,
    detail: SocketDetail,
) -> Result<Option<ServerReply>, Error> {
    // Responses to the servers' own requests are on the same channel and may be large: the id is read first.
    let ClassicResponseId { request_id, requestid } = read_payload(payload)?;
    if request_id.or(requestid).as_deref() != Some(&ids.request) {
        return Ok(None);
    }
    let body = match detail {
        SocketDetail::Id => read_payload::<ClassicResponse<NodeSocketId>>(payload)?.into_body(),
        SocketDetail::Rooms => read_payload::<ClassicResponse<NodeSocketRooms>>(payload)?.into_body(),
        SocketDetail::Plain => read_payload::<ClassicResponse<NodeSocketPlain>>(payload)?.into_body(),
        SocketDetail::Handshake => read_payload::<ClassicResponse<NodeSocketHandshake>>(payload)?.into_body(),
    };
    Ok(Some(ServerReply { server: None, body: body? }))
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "a response")]
struct ClassicResponseId {
    request_id: Option<String>,
    /// The key in Socket.IO 2.
    requestid: Option<String>,
}

/// A response with sockets of type `S`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "S: Deserialize<'de>", expecting = "a response")]
struct ClassicResponse<S> {
    #[serde(rename = "type")]
    response_type: Option<u8>,
    sockets: Option<Vec<S>>,
    rooms: Option<WireRooms>,
    /// Servers in Go write the key in lower case, and omit it if the count is 0.
    #[serde(alias = "clientcount")]
    client_count: Option<u64>,
    packet: Option<WireValue>,
    data: Option<WireValue>,
}

impl<S: Into<RemoteSocket>> ClassicResponse<S> {
    fn into_body(self) -> Result<ReplyBody, Error> {
        let args = |value: Option<WireValue>| value.map_or_else(Args::default, |WireValue(args)| args);
        Ok(match (self.response_type, self.sockets, self.rooms) {
            (Some(SERVER_SIDE_EMIT), ..) => ReplyBody::ServerAck(args(self.data)),
            (Some(BROADCAST_CLIENT_COUNT), ..) => ReplyBody::Clients(self.client_count.unwrap_or(0)),
            (Some(BROADCAST_ACK), ..) => ReplyBody::Ack(Ack { args: args(self.packet), socket: None, server: None }),
            (Some(other), ..) => return Err(unknown_type(other)),
            (None, Some(sockets), _) => ReplyBody::Sockets(sockets.into_iter().map(Into::into).collect()),
            (None, None, Some(WireRooms(rooms))) => ReplyBody::Rooms(rooms),
            (None, None, None) => ReplyBody::Alive,
        })
    }
}

fn unknown_type(response_type: u8) -> Error {
    malformed(format!("unknown response type {response_type}"))
}
