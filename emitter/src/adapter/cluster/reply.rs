//! Answers to questions of our own.

use std::marker::PhantomData;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer},
};

use super::{kind, received::Received};
use crate::{
    adapter::{Ack, RemoteSocket, ReplyBody, RequestIds, ServerReply, SocketDetail, socket},
    base::{Error, malformed},
    message::{Args, WireValue},
};

impl Received<'_> {
    /// The answer, if it is one to the question of these ids.
    ///
    /// A server that was asked for a sign of life says it with its sockets in a room that nobody is in: none.
    pub(in crate::adapter) fn reply(
        self,
        ids: &RequestIds,
        detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        if self.request.as_ref() != Some(&ids.request) {
            return Ok(None);
        }
        let body = match self.kind {
            kind::SOCKETS => ReplyBody::Sockets(self.sockets(detail)?),
            kind::CLIENT_COUNT => ReplyBody::Clients(self.client_count()?),
            kind::ACK => ReplyBody::Ack(Ack { args: self.packet()?, socket: None, server: self.uid.clone() }),
            kind::SERVER_ACK => ReplyBody::ServerAck(self.packet()?),
            _ => return Ok(None),
        };
        Ok(Some(ServerReply { server: self.uid, body }))
    }

    fn sockets(&self, detail: SocketDetail) -> Result<Vec<RemoteSocket>, Error> {
        let Some(mut sockets) = self.member("sockets", Fetched(detail))? else {
            return Err(malformed("no sockets"));
        };
        sockets.iter_mut().for_each(|socket| socket.server.clone_from(&self.uid));
        Ok(sockets)
    }

    fn client_count(&self) -> Result<u64, Error> {
        self.member("clientCount", PhantomData)?.ok_or_else(|| malformed("no count of clients"))
    }

    /// The one argument that servers pass on, or none.
    fn packet(&self) -> Result<Args, Error> {
        let packet = self.member("packet", PhantomData::<WireValue>)?;
        Ok(packet.map_or_else(Args::default, |WireValue(value)| value))
    }
}

/// Reads sockets with no more of each than is wanted.
#[derive(Clone, Copy)]
struct Fetched(SocketDetail);

impl<'de> DeserializeSeed<'de> for Fetched {
    type Value = Vec<RemoteSocket>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Vec<RemoteSocket>, D::Error> {
        match self.0 {
            SocketDetail::Id => described::<socket::Named, _>(source),
            SocketDetail::Rooms => described::<socket::Placed, _>(source),
            SocketDetail::Plain => described::<socket::Plain, _>(source),
            SocketDetail::Handshake => described::<socket::Whole, _>(source),
        }
    }
}

fn described<'de, S, D>(source: D) -> Result<Vec<RemoteSocket>, D::Error>
where
    S: Deserialize<'de> + Into<RemoteSocket>,
    D: Deserializer<'de>,
{
    Ok(Vec::<S>::deserialize(source)?.into_iter().map(Into::into).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::msgpack;

    const CHANNEL: &str = "socket.io#/#0011223344556677#";

    fn reply(payload: &[u8], detail: SocketDetail) -> Result<Option<ServerReply>, Error> {
        let ids = RequestIds { asker: "0011223344556677".to_owned(), request: "b809b54e14c8879d".to_owned() };
        Received::published("socket.io", CHANNEL, payload)?.reply(&ids, detail)
    }

    fn answer(kind: u8, data: &str) -> Result<Option<ServerReply>, Error> {
        let json = format!(r#"{{"type":{kind},"data":{data},"uid":"85735f0b3d7c37da","nsp":"/"}}"#);
        reply(json.as_bytes(), SocketDetail::Handshake)
    }

    fn body(kind: u8, data: &str) -> ReplyBody {
        let reply = answer(kind, data).unwrap().unwrap();
        assert_eq!(reply.server.as_deref(), Some("85735f0b3d7c37da"));
        reply.body
    }

    #[test]
    fn servers_and_clients_acknowledge_with_one_argument_or_none() {
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
    fn a_binary_acknowledgement_comes_in_messagepack() {
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
            ReplyBody::Ack(ack) => assert_eq!(ack.args, Args::new(&crate::Binary([1, 2, 255])).unwrap()),
            other => panic!("{other:?}"),
        }
        for cut in 0..bytes.len() {
            assert_eq!(reply(&bytes[..cut], SocketDetail::Plain).unwrap_err().code(), "malformed");
        }
    }

    #[test]
    fn of_sockets_no_more_is_kept_than_is_wanted() {
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
    fn what_does_not_answer_the_question_is_none_of_it() {
        for (kind, data) in [
            (12, r#"{"requestId":"another","packet":1}"#),
            (12, r#"{"packet":1}"#),
            (7, r#"{"requestId":"b809b54e14c8879d","opts":{}}"#),
            (99, r#"{"requestId":"b809b54e14c8879d"}"#),
        ] {
            assert_eq!(answer(kind, data).unwrap(), None, "{data}");
        }
    }

    #[test]
    fn an_answer_that_cannot_be_read_is_malformed() {
        for (kind, data) in [
            (8, r#"{"requestId":"b809b54e14c8879d"}"#),
            (8, r#"{"requestId":"b809b54e14c8879d","sockets":{}}"#),
            (8, r#"{"requestId":"b809b54e14c8879d","sockets":[{"rooms":[]}]}"#),
            (11, r#"{"requestId":"b809b54e14c8879d"}"#),
            (11, r#"{"requestId":"b809b54e14c8879d","clientCount":-1}"#),
            (11, r#"["b809b54e14c8879d",1]"#),
        ] {
            assert_eq!(answer(kind, data).unwrap_err().code(), "malformed", "{data}");
        }
    }
}
