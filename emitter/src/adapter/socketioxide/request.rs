//! Events, socket operations and requests: the array `[sender, id, type, packet, rooms, selection]`.

use serde::{Deserialize, de::IgnoredAny};

use super::{
    packet::{OxidePacket, ReceivedOxidePacket},
    request_type::{
        ADD_SOCKETS, ALL_ROOMS, BROADCAST, BROADCAST_WITH_ACK, DEL_SOCKETS, DISCONNECT_SOCKETS, FETCH_SOCKETS,
        HEARTBEAT, INIT_HEARTBEAT,
    },
    selection::{OxideSelection, ReceivedOxideSelection},
};
use crate::{
    adapter::{DecodedMessage, Presence, RequestKind, broadcast_options::write_names},
    base::{Error, malformed},
    message::{Action, DisconnectMode, Message, WireEvent, msgpack},
};

/// A request to encode.
pub(super) struct OxideRequest<'a> {
    request_type: u8,
    packet: Option<OxidePacket<'a>>,
    rooms: Option<&'a [String]>,
    selection: OxideSelection<'a>,
}

impl<'a> OxideRequest<'a> {
    pub(super) fn broadcast(packet: OxidePacket<'a>, selection: OxideSelection<'a>) -> Self {
        Self { packet: Some(packet), ..Self::new(BROADCAST, selection) }
    }

    /// The timeout of clients is left to the servers, because older servers reject a request with a timeout.
    pub(super) fn broadcast_with_ack(packet: OxidePacket<'a>, selection: OxideSelection<'a>) -> Self {
        Self { packet: Some(packet), ..Self::new(BROADCAST_WITH_ACK, selection) }
    }

    pub(super) fn disconnect(selection: OxideSelection<'a>) -> Self {
        Self::new(DISCONNECT_SOCKETS, selection)
    }

    pub(super) fn all_rooms(selection: OxideSelection<'a>) -> Self {
        Self::new(ALL_ROOMS, selection)
    }

    pub(super) fn join(rooms: &'a [String], selection: OxideSelection<'a>) -> Self {
        Self { rooms: Some(rooms), ..Self::new(ADD_SOCKETS, selection) }
    }

    pub(super) fn leave(rooms: &'a [String], selection: OxideSelection<'a>) -> Self {
        Self { rooms: Some(rooms), ..Self::new(DEL_SOCKETS, selection) }
    }

    pub(super) fn fetch_sockets(selection: OxideSelection<'a>) -> Self {
        Self::new(FETCH_SOCKETS, selection)
    }

    fn new(request_type: u8, selection: OxideSelection<'a>) -> Self {
        Self { request_type, packet: None, rooms: None, selection }
    }

    pub(super) fn to_msgpack(&self, sender: &str, id: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        msgpack::array(&mut out, 6);
        msgpack::str(&mut out, sender);
        msgpack::str(&mut out, id);
        msgpack::uint(&mut out, self.request_type.into());
        match &self.packet {
            Some(packet) => packet.write(&mut out),
            None => msgpack::nil(&mut out),
        }
        match self.rooms {
            Some(rooms) => write_names(&mut out, rooms),
            None => msgpack::nil(&mut out),
        }
        self.selection.write(&mut out);
        out
    }
}

/// A received request.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a request")]
pub(super) struct ReceivedOxideRequest {
    sender: String,
    id: String,
    request_type: u8,
    packet: Option<ReceivedOxidePacket>,
    rooms: Option<Vec<String>>,
    selection: Option<ReceivedOxideSelection>,
    /// Written by newer servers only.
    #[serde(default)]
    _ack_timeout: Option<IgnoredAny>,
}

impl ReceivedOxideRequest {
    pub(super) fn decode(self, namespace: &str) -> Result<DecodedMessage, Error> {
        let Self { sender, id, request_type, packet, rooms, selection, .. } = self;
        let sender = Some(sender);
        let decoded_presence =
            |presence| DecodedMessage::Presence { presence, namespace: namespace.to_owned(), sender: sender.clone() };
        let selection = match request_type {
            INIT_HEARTBEAT => return Ok(decoded_presence(Presence::InitialHeartbeat)),
            HEARTBEAT => return Ok(decoded_presence(Presence::Heartbeat)),
            _ => selection.ok_or_else(|| malformed("a request without a selection"))?,
        };
        let rooms = || rooms.ok_or_else(|| malformed("a join or leave without rooms"));
        let (action, request) = match request_type {
            ALL_ROOMS | FETCH_SOCKETS => {
                let kind = if request_type == FETCH_SOCKETS { RequestKind::SocketIds } else { RequestKind::AllRooms };
                let target = selection.target(namespace);
                return Ok(DecodedMessage::Request { kind, target, sender, request: Some(id) });
            }
            BROADCAST | BROADCAST_WITH_ACK => {
                let packet = packet.ok_or_else(|| malformed("an event without a packet"))?;
                let WireEvent { event, args } = packet.event()?;
                let request = (request_type == BROADCAST_WITH_ACK).then_some(id);
                (Action::Emit { event, args, flags: selection.flags() }, request)
            }
            DISCONNECT_SOCKETS => (Action::Disconnect { mode: DisconnectMode::LeaveNamespace }, None),
            ADD_SOCKETS => (Action::Join { rooms: rooms()? }, None),
            DEL_SOCKETS => (Action::Leave { rooms: rooms()? }, None),
            other => return Err(malformed(format!("unknown request type {other}"))),
        };
        let mut target = selection.target(namespace);
        target.all = target.rooms.is_none() && !matches!(action, Action::Emit { .. });
        Ok(DecodedMessage::Message { message: Message { target, action }, sender, request })
    }
}
