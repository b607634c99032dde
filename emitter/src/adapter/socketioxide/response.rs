//! What servers answer: the array `[id, [server, [type, value]]]`.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, SeqAccess, Visitor},
};

use super::packet::Value;
use crate::{
    adapter::{Ack, DecodedMessage, RemoteSocket, ReplyBody, RequestKind, ServerReply},
    base::Error,
};

/// An answer: the request's id, and who says what.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a request, a server and what it says")]
pub(super) struct Response(String, (String, Said));

impl Response {
    pub(super) fn request(&self) -> &str {
        &self.0
    }

    pub(super) fn heard(self) -> DecodedMessage {
        let Self(request, (server, said)) = self;
        let kind = match said {
            Said::Ack(..) => RequestKind::Ack,
            Said::Clients(_) => RequestKind::ClientCount,
            Said::Rooms(_) => RequestKind::AllRooms,
            Said::Sockets(_) => RequestKind::SocketIds,
        };
        DecodedMessage::Response { kind, sender: Some(server), request: Some(request) }
    }

    pub(super) fn reply(self) -> Result<ServerReply, Error> {
        let Self(_, (server, said)) = self;
        let body = match said {
            Said::Ack(Acknowledged(socket, Outcome { value: Some(value) })) => {
                ReplyBody::Ack(Ack { args: value.args()?, socket: Some(socket), server: Some(server.clone()) })
            }
            Said::Ack(Acknowledged(_, Outcome { value: None })) => ReplyBody::NoAck,
            Said::Clients(count) => ReplyBody::Clients(count.into()),
            Said::Rooms(rooms) => ReplyBody::Rooms(rooms),
            Said::Sockets(sockets) => ReplyBody::Sockets(sockets.into_iter().map(RemoteSocket::from).collect()),
        };
        Ok(ServerReply { server: Some(server), body })
    }

    /// Whatever it says, its server is alive.
    pub(super) fn sign_of_life(self) -> ServerReply {
        let Self(_, (server, _)) = self;
        ServerReply { server: Some(server), body: ReplyBody::Alive }
    }
}

#[derive(Debug)]
enum Said {
    Ack(Acknowledged),
    Clients(u32),
    Rooms(Vec<String>),
    Sockets(Vec<Described>),
}

/// The socket, and what came of it.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a socket and its acknowledgement")]
struct Acknowledged(String, Outcome);

/// The arguments under `Ok`, or an error in their place: most often, that no answer came in time.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an acknowledgement")]
struct Outcome {
    #[serde(rename = "Ok")]
    value: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(expecting = "a socket")]
struct Described {
    id: String,
    server: String,
    _namespace: IgnoredAny,
}

impl From<Described> for RemoteSocket {
    fn from(Described { id, server, .. }: Described) -> Self {
        Self { server: Some(server), ..Self::new(id) }
    }
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Numbered;

        impl<'de> Visitor<'de> for Numbered {
            type Value = Said;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a type and its value")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Said, A::Error> {
                let said = match seq.next_element::<u8>()? {
                    Some(0) => seq.next_element()?.map(Said::Ack),
                    Some(1) => seq.next_element()?.map(Said::Clients),
                    Some(2) => seq.next_element()?.map(Said::Rooms),
                    Some(3) => seq.next_element()?.map(Said::Sockets),
                    Some(kind) => {
                        return Err(A::Error::custom(format_args!("an answer of type {kind}, which is not known")));
                    }
                    None => None,
                };
                said.ok_or_else(|| A::Error::custom("an answer without a value"))
            }
        }

        deserializer.deserialize_seq(Numbered)
    }
}
