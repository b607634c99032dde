//! Answers to questions of our own.

use std::marker::PhantomData;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer},
};

use super::{
    kind,
    received::{Received, malformed},
};
use crate::{
    args::{Args, WireValue},
    error::Error,
    request::{Ack, Body, Detail, Ids, Reply, Socket, socket},
};

impl Received<'_> {
    /// The answer, if it is one to the question of these ids.
    ///
    /// A server that was asked for a sign of life says it with its sockets in a room that nobody is in: none.
    pub(in crate::adapter) fn reply(self, ids: &Ids, detail: Detail) -> Result<Option<Reply>, Error> {
        if self.request.as_ref() != Some(&ids.request) {
            return Ok(None);
        }
        let body = match self.kind {
            kind::SOCKETS => Body::Sockets(self.sockets(detail)?),
            kind::CLIENT_COUNT => Body::Clients(self.client_count()?),
            kind::ACK => Body::Ack(Ack { args: self.packet()?, socket: None, server: self.uid.clone() }),
            kind::SERVER_ACK => Body::ServerAck(self.packet()?),
            _ => return Ok(None),
        };
        Ok(Some(Reply { server: self.uid, body }))
    }

    fn sockets(&self, detail: Detail) -> Result<Vec<Socket>, Error> {
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
struct Fetched(Detail);

impl<'de> DeserializeSeed<'de> for Fetched {
    type Value = Vec<Socket>;

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<Vec<Socket>, D::Error> {
        match self.0 {
            Detail::Id => described::<socket::Named, _>(source),
            Detail::Plain => described::<socket::Plain, _>(source),
            Detail::Handshake => described::<socket::Whole, _>(source),
        }
    }
}

fn described<'de, S, D>(source: D) -> Result<Vec<Socket>, D::Error>
where
    S: Deserialize<'de> + Into<Socket>,
    D: Deserializer<'de>,
{
    Ok(Vec::<S>::deserialize(source)?.into_iter().map(Into::into).collect())
}
