//! Responses of servers: the array `[request, [server, [type, value]]]`.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, SeqAccess, Visitor},
};

use super::packet::OxideValue;
use crate::{
    adapter::{Ack, DecodedMessage, RemoteSocket, ReplyBody, RequestKind, ServerReply},
    base::Error,
};

/// A response: the request's id, the server's id, and the body.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an array of request, server and body")]
pub(super) struct OxideResponse(String, (String, OxideResponseBody));

impl OxideResponse {
    pub(super) fn request(&self) -> &str {
        &self.0
    }

    pub(super) fn decode(self) -> DecodedMessage {
        let Self(request, (server, body)) = self;
        let kind = match body {
            OxideResponseBody::Ack(..) => RequestKind::Ack,
            OxideResponseBody::ClientCount(_) => RequestKind::ClientCount,
            OxideResponseBody::Rooms(_) => RequestKind::AllRooms,
            OxideResponseBody::Sockets(_) => RequestKind::SocketIds,
        };
        DecodedMessage::Response { kind, sender: Some(server), request: Some(request) }
    }

    pub(super) fn into_reply(self) -> Result<ServerReply, Error> {
        let Self(_, (server, body)) = self;
        let body = match body {
            OxideResponseBody::Ack(OxideAck(socket, OxideAckResult { value: Some(value) })) => {
                ReplyBody::Ack(Ack { args: value.args()?, socket: Some(socket), server: Some(server.clone()) })
            }
            OxideResponseBody::Ack(OxideAck(_, OxideAckResult { value: None })) => ReplyBody::NoAck,
            OxideResponseBody::ClientCount(count) => ReplyBody::Clients(count.into()),
            OxideResponseBody::Rooms(rooms) => ReplyBody::Rooms(rooms),
            OxideResponseBody::Sockets(sockets) => {
                ReplyBody::Sockets(sockets.into_iter().map(RemoteSocket::from).collect())
            }
        };
        Ok(ServerReply { server: Some(server), body })
    }

    /// The reply to a ping, whatever the body is.
    pub(super) fn into_ping_reply(self) -> ServerReply {
        let Self(_, (server, _)) = self;
        ServerReply { server: Some(server), body: ReplyBody::Alive }
    }
}

#[derive(Debug)]
enum OxideResponseBody {
    Ack(OxideAck),
    ClientCount(u32),
    Rooms(Vec<String>),
    Sockets(Vec<OxideSocket>),
}

/// The socket's id and its acknowledgement.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an array of socket and acknowledgement")]
struct OxideAck(String, OxideAckResult);

/// `{"Ok": value}`, or `{"Err": reason}` if the client did not acknowledge, for example within the timeout.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an acknowledgement")]
struct OxideAckResult {
    #[serde(rename = "Ok")]
    value: Option<OxideValue>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a socket")]
struct OxideSocket {
    id: String,
    server: String,
    _namespace: IgnoredAny,
}

impl From<OxideSocket> for RemoteSocket {
    fn from(OxideSocket { id, server, .. }: OxideSocket) -> Self {
        Self { server: Some(server), ..Self::new(id) }
    }
}

impl<'de> Deserialize<'de> for OxideResponseBody {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OxideResponseBodyVisitor;

        impl<'de> Visitor<'de> for OxideResponseBodyVisitor {
            type Value = OxideResponseBody;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array of response type and value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OxideResponseBody, A::Error> {
                let body = match seq.next_element::<u8>()? {
                    Some(0) => seq.next_element()?.map(OxideResponseBody::Ack),
                    Some(1) => seq.next_element()?.map(OxideResponseBody::ClientCount),
                    Some(2) => seq.next_element()?.map(OxideResponseBody::Rooms),
                    Some(3) => seq.next_element()?.map(OxideResponseBody::Sockets),
                    Some(other) => return Err(A::Error::custom(format_args!("unknown response type {other}"))),
                    None => None,
                };
                body.ok_or_else(|| A::Error::custom("a response without a value"))
            }
        }

        deserializer.deserialize_seq(OxideResponseBodyVisitor)
    }
}
