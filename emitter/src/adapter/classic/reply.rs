//! Answers to one who asks.

use serde::Deserialize;

use super::Classic;
use crate::{
    adapter::{Ack, Frame, ReplyBody, RequestIds, ServerReply, SocketDetail, payload, socket, wire_room::WireRooms},
    base::{Error, malformed},
    message::{Args, WireValue},
};

const SERVER_ACK: u8 = 6;
const CLIENTS: u8 = 8;
const ACK: u8 = 9;

/// An answer, whatever it answers; sockets are read as `S`.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", bound = "S: Deserialize<'de>", expecting = "an answer")]
struct Answer<S> {
    #[serde(rename = "type")]
    kind: Option<u8>,
    sockets: Option<Vec<S>>,
    rooms: Option<WireRooms>,
    /// Servers in Go spell it all in lower case, and leave out a zero.
    #[serde(alias = "clientcount")]
    client_count: Option<u64>,
    packet: Option<WireValue>,
    data: Option<WireValue>,
}

/// Which question an answer is to, before all of it is read.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", expecting = "an answer")]
struct Heading {
    request_id: Option<String>,
    /// As Socket.IO 2 spells it.
    requestid: Option<String>,
}

impl Classic {
    pub(in crate::adapter) fn read_reply(
        &self,
        frame: &Frame<'_>,
        ids: &RequestIds,
        detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        let Frame::Published { payload, .. } = *frame else {
            return Ok(None);
        };
        // Answers to the servers' own questions come by here as well, and may be large.
        let Heading { request_id, requestid } = payload::either(payload)?;
        if request_id.or(requestid).as_deref() != Some(&ids.request) {
            return Ok(None);
        }
        let body = match detail {
            SocketDetail::Id => payload::either::<Answer<socket::Named>>(payload)?.body(),
            SocketDetail::Rooms => payload::either::<Answer<socket::Placed>>(payload)?.body(),
            SocketDetail::Plain => payload::either::<Answer<socket::Plain>>(payload)?.body(),
            SocketDetail::Handshake => payload::either::<Answer<socket::Whole>>(payload)?.body(),
        };
        Ok(Some(ServerReply { server: None, body: body? }))
    }
}

impl<S: Into<crate::adapter::RemoteSocket>> Answer<S> {
    fn body(self) -> Result<ReplyBody, Error> {
        let given = |value: Option<WireValue>| value.map_or_else(Args::default, |WireValue(value)| value);
        Ok(match (self.kind, self.sockets, self.rooms) {
            (Some(SERVER_ACK), ..) => ReplyBody::ServerAck(given(self.data)),
            (Some(CLIENTS), ..) => ReplyBody::Clients(self.client_count.unwrap_or(0)),
            (Some(ACK), ..) => ReplyBody::Ack(Ack { args: given(self.packet), socket: None, server: None }),
            (Some(kind), ..) => return Err(malformed(format!("an answer of type {kind}, which is not known"))),
            (None, Some(sockets), _) => ReplyBody::Sockets(sockets.into_iter().map(Into::into).collect()),
            (None, None, Some(WireRooms(rooms))) => ReplyBody::Rooms(rooms),
            (None, None, None) => ReplyBody::Alive,
        })
    }
}
