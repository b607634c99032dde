//! Reads replies to a request of this requester.

use std::marker::PhantomData;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer},
};

use super::{message_type, received_message::ReceivedMessage};
use crate::{
    adapter::{
        Ack, RemoteSocket, ReplyBody, RequestIds, ServerReply, SocketDetail,
        node_socket::{NodeSocketHandshake, NodeSocketId, NodeSocketPlain, NodeSocketRooms},
    },
    base::{Error, malformed},
    message::{Args, WireValue},
};

impl ReceivedMessage<'_> {
    /// Reads a reply to the request with these ids; `None` for any other message. The reply to a ping has no sockets.
    pub(in crate::adapter) fn read_reply(
        self,
        ids: &RequestIds,
        detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        if self.request.as_ref() != Some(&ids.request) {
            return Ok(None);
        }
        let body = match self.message_type {
            message_type::FETCH_SOCKETS_RESPONSE => ReplyBody::Sockets(self.sockets(detail)?),
            message_type::BROADCAST_CLIENT_COUNT => ReplyBody::Clients(self.client_count()?),
            message_type::BROADCAST_ACK => {
                ReplyBody::Ack(Ack { args: self.packet()?, socket: None, server: self.uid.clone() })
            }
            message_type::SERVER_SIDE_EMIT_RESPONSE => ReplyBody::ServerAck(self.packet()?),
            _ => return Ok(None),
        };
        Ok(Some(ServerReply { server: self.uid, body }))
    }

    fn sockets(&self, detail: SocketDetail) -> Result<Vec<RemoteSocket>, Error> {
        let sockets = self.member("sockets", NodeSocketsSeed(detail))?;
        let mut sockets = sockets.ok_or_else(|| malformed("missing field `sockets`"))?;
        sockets.iter_mut().for_each(|socket| socket.server.clone_from(&self.uid));
        Ok(sockets)
    }

    fn client_count(&self) -> Result<u64, Error> {
        self.member("clientCount", PhantomData)?.ok_or_else(|| malformed("missing field `clientCount`"))
    }

    /// The arguments of an acknowledgement. Servers carry the first one only, if there is one.
    fn packet(&self) -> Result<Args, Error> {
        let packet = self.member("packet", PhantomData::<WireValue>)?;
        Ok(packet.map_or_else(Args::default, |WireValue(value)| value))
    }
}

/// Reads as much of each socket as requested.
#[derive(Clone, Copy)]
struct NodeSocketsSeed(SocketDetail);

impl<'de> DeserializeSeed<'de> for NodeSocketsSeed {
    type Value = Vec<RemoteSocket>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Vec<RemoteSocket>, D::Error> {
        match self.0 {
            SocketDetail::Id => read_sockets::<NodeSocketId, _>(deserializer),
            SocketDetail::Rooms => read_sockets::<NodeSocketRooms, _>(deserializer),
            SocketDetail::Plain => read_sockets::<NodeSocketPlain, _>(deserializer),
            SocketDetail::Handshake => read_sockets::<NodeSocketHandshake, _>(deserializer),
        }
    }
}

fn read_sockets<'de, S, D>(deserializer: D) -> Result<Vec<RemoteSocket>, D::Error>
where
    S: Deserialize<'de> + Into<RemoteSocket>,
    D: Deserializer<'de>,
{
    Ok(Vec::<S>::deserialize(deserializer)?.into_iter().map(Into::into).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Binary, msgpack};

    const CHANNEL: &str = "socket.io#/#0011223344556677#";

    fn reply(payload: &[u8], detail: SocketDetail) -> Result<Option<ServerReply>, Error> {
        let ids = RequestIds { requester: "0011223344556677".to_owned(), request: "b809b54e14c8879d".to_owned() };
        ReceivedMessage::from_published("socket.io", CHANNEL, payload)?.read_reply(&ids, detail)
    }

    fn json_reply(message_type: u8, data: &str) -> Result<Option<ServerReply>, Error> {
        let json = format!(r#"{{"type":{message_type},"data":{data},"uid":"85735f0b3d7c37da","nsp":"/"}}"#);
        reply(json.as_bytes(), SocketDetail::Handshake)
    }

    fn body(message_type: u8, data: &str) -> ReplyBody {
        let reply = json_reply(message_type, data).unwrap().unwrap();
        assert_eq!(reply.server.as_deref(), Some("85735f0b3d7c37da"));
        reply.body
    }

    #[test]
    fn acks_have_one_argument_or_none() {
        let echo = Args::new(&serde_json::json!({"from": 1, "echo": "x"})).unwrap();
        let captured = r#"{"requestId":"b809b54e14c8879d","packet":{"from":1,"echo":"x"}}"#;
        assert_eq!(body(10, captured), ReplyBody::ServerAck(echo.clone()));
        match body(12, captured) {
            ReplyBody::Ack(Ack { args, socket: None, server }) => {
                assert_eq!((args, server.as_deref()), (echo, Some("85735f0b3d7c37da")));
            }
            other => panic!("{other:?}"),
        }
        assert_eq!(body(10, r#"{"requestId":"b809b54e14c8879d"}"#), ReplyBody::ServerAck(Args::default()));
        let null = Args::new(&(None::<u8>,)).unwrap();
        assert_eq!(body(10, r#"{"packet":null,"requestId":"b809b54e14c8879d"}"#), ReplyBody::ServerAck(null));
        assert_eq!(body(11, r#"{"requestId":"b809b54e14c8879d","clientCount":3}"#), ReplyBody::Clients(3));
    }

    #[test]
    fn binary_ack_is_read_from_messagepack() {
        let mut bytes = Vec::new();
        msgpack::map(&mut bytes, 4);
        msgpack::str(&mut bytes, "type");
        msgpack::uint(&mut bytes, 12);
        msgpack::str(&mut bytes, "data");
        msgpack::map(&mut bytes, 2);
        msgpack::str(&mut bytes, "requestId");
        msgpack::str(&mut bytes, "b809b54e14c8879d");
        msgpack::str(&mut bytes, "packet");
        msgpack::bin(&mut bytes, &[1, 2, 255]);
        msgpack::str(&mut bytes, "uid");
        msgpack::str(&mut bytes, "85735f0b3d7c37da");
        msgpack::str(&mut bytes, "nsp");
        msgpack::str(&mut bytes, "/");
        match reply(&bytes, SocketDetail::Plain).unwrap().unwrap().body {
            ReplyBody::Ack(ack) => assert_eq!(ack.args, Args::new(&Binary([1, 2, 255])).unwrap()),
            other => panic!("{other:?}"),
        }
        for cut in 0..bytes.len() {
            assert_eq!(reply(&bytes[..cut], SocketDetail::Plain).unwrap_err().code(), "malformed");
        }
    }

    #[test]
    fn sockets_are_read_in_the_requested_detail() {
        let json = br#"{"type":8,"data":{"requestId":"b809b54e14c8879d","sockets":[{"id":"s1","handshake":
            {"headers":{"cookie":"secret"}},"rooms":["s1","r1"],"data":{"user":"A"}}]},"uid":"a","nsp":"/"}"#;
        for detail in [SocketDetail::Id, SocketDetail::Rooms, SocketDetail::Plain, SocketDetail::Handshake] {
            let sockets = match reply(json, detail).unwrap().unwrap().body {
                ReplyBody::Sockets(sockets) => sockets,
                other => panic!("{other:?}"),
            };
            let [RemoteSocket { id, server, rooms, data, handshake }] = sockets.as_slice() else {
                panic!("{sockets:?}")
            };
            assert_eq!((id.as_str(), server.as_deref()), ("s1", Some("a")));
            assert_eq!(
                (rooms.is_some(), data.is_some()),
                (detail >= SocketDetail::Rooms, detail >= SocketDetail::Plain)
            );
            assert_eq!(handshake.is_some(), detail == SocketDetail::Handshake);
        }
    }

    #[test]
    fn messages_that_are_not_replies_are_ignored() {
        for (message_type, data) in [
            (12, r#"{"requestId":"another","packet":1}"#),
            (12, r#"{"packet":1}"#),
            (7, r#"{"requestId":"b809b54e14c8879d","opts":{}}"#),
            (99, r#"{"requestId":"b809b54e14c8879d"}"#),
        ] {
            assert_eq!(json_reply(message_type, data).unwrap(), None, "{data}");
        }
    }

    #[test]
    fn invalid_replies_are_malformed() {
        for (message_type, data) in [
            (8, r#"{"requestId":"b809b54e14c8879d"}"#),
            (8, r#"{"requestId":"b809b54e14c8879d","sockets":{}}"#),
            (8, r#"{"requestId":"b809b54e14c8879d","sockets":[{"rooms":[]}]}"#),
            (11, r#"{"requestId":"b809b54e14c8879d"}"#),
            (11, r#"{"requestId":"b809b54e14c8879d","clientCount":-1}"#),
            (11, r#"["b809b54e14c8879d",1]"#),
        ] {
            assert_eq!(json_reply(message_type, data).unwrap_err().code(), "malformed", "{data}");
        }
    }
}
