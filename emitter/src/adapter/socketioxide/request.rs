//! What servers are told and asked: the array `[sender, id, type, packet, rooms, selection]`.

use serde::{Deserialize, de::IgnoredAny};

use super::{
    packet::{Packet, Written},
    selection::{Selected, Selection, names},
};
use crate::{
    adapter::{DecodedMessage, Presence, RequestKind},
    base::{Error, malformed},
    message::{Action, DisconnectMode, Message, WireEvent, msgpack},
};

const BROADCAST: u8 = 0;
const BROADCAST_WITH_ACK: u8 = 1;
const DISCONNECT: u8 = 2;
const ALL_ROOMS: u8 = 3;
const JOIN: u8 = 4;
const LEAVE: u8 = 5;
const SOCKETS: u8 = 6;
const HEARTBEAT: u8 = 20;
const FIRST_HEARTBEAT: u8 = 21;

/// A request, ready to be written.
pub(super) struct Request<'a> {
    kind: u8,
    packet: Option<Packet<'a>>,
    rooms: Option<&'a [String]>,
    selection: Selection<'a>,
}

impl<'a> Request<'a> {
    pub(super) fn broadcast(packet: Packet<'a>, selection: Selection<'a>) -> Self {
        Self { packet: Some(packet), ..Self::new(BROADCAST, selection) }
    }

    /// How long clients have is left to the servers: older ones refuse a request that says so.
    pub(super) fn broadcast_with_ack(packet: Packet<'a>, selection: Selection<'a>) -> Self {
        Self { packet: Some(packet), ..Self::new(BROADCAST_WITH_ACK, selection) }
    }

    pub(super) fn disconnect(selection: Selection<'a>) -> Self {
        Self::new(DISCONNECT, selection)
    }

    pub(super) fn rooms(selection: Selection<'a>) -> Self {
        Self::new(ALL_ROOMS, selection)
    }

    pub(super) fn join(rooms: &'a [String], selection: Selection<'a>) -> Self {
        Self { rooms: Some(rooms), ..Self::new(JOIN, selection) }
    }

    pub(super) fn leave(rooms: &'a [String], selection: Selection<'a>) -> Self {
        Self { rooms: Some(rooms), ..Self::new(LEAVE, selection) }
    }

    pub(super) fn sockets(selection: Selection<'a>) -> Self {
        Self::new(SOCKETS, selection)
    }

    fn new(kind: u8, selection: Selection<'a>) -> Self {
        Self { kind, packet: None, rooms: None, selection }
    }

    pub(super) fn to_msgpack(&self, sender: &str, id: &str) -> Vec<u8> {
        let mut out = Vec::with_capacity(256);
        msgpack::array(&mut out, 6);
        msgpack::str(&mut out, sender);
        msgpack::str(&mut out, id);
        msgpack::uint(&mut out, self.kind.into());
        match &self.packet {
            Some(packet) => packet.write(&mut out),
            None => msgpack::nil(&mut out),
        }
        match self.rooms {
            Some(rooms) => names(&mut out, rooms),
            None => msgpack::nil(&mut out),
        }
        self.selection.write(&mut out);
        out
    }
}

/// A request as others wrote it.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a request")]
pub(super) struct Asking {
    sender: String,
    id: String,
    kind: u8,
    packet: Option<Written>,
    rooms: Option<Vec<String>>,
    selection: Option<Selected>,
    /// How long clients have to acknowledge; newer servers say it.
    #[serde(default)]
    _ack_timeout: Option<IgnoredAny>,
}

impl Asking {
    /// What it says on this namespace.
    pub(super) fn heard(self, namespace: &str) -> Result<DecodedMessage, Error> {
        let Self { sender, id, kind, packet, rooms, selection, .. } = self;
        let sender = Some(sender);
        let presence =
            |presence| DecodedMessage::Presence { presence, namespace: namespace.to_owned(), sender: sender.clone() };
        let about = match kind {
            FIRST_HEARTBEAT => return Ok(presence(Presence::InitialHeartbeat)),
            HEARTBEAT => return Ok(presence(Presence::Heartbeat)),
            _ => selection.ok_or_else(|| malformed("no selection of sockets"))?,
        };
        let rooms = || rooms.ok_or_else(|| malformed("no rooms"));
        let (action, request) = match kind {
            ALL_ROOMS | SOCKETS => {
                let question = if kind == SOCKETS { RequestKind::SocketIds } else { RequestKind::AllRooms };
                let target = about.target(namespace);
                return Ok(DecodedMessage::Request { kind: question, target, sender, request: Some(id) });
            }
            BROADCAST | BROADCAST_WITH_ACK => {
                let packet = packet.ok_or_else(|| malformed("no packet"))?;
                let WireEvent { event, args } = packet.event()?;
                let request = (kind == BROADCAST_WITH_ACK).then_some(id);
                (Action::Emit { event, args, flags: about.flags() }, request)
            }
            DISCONNECT => (Action::Disconnect { mode: DisconnectMode::LeaveNamespace }, None),
            JOIN => (Action::Join { rooms: rooms()? }, None),
            LEAVE => (Action::Leave { rooms: rooms()? }, None),
            kind => return Err(malformed(format!("a request of type {kind}, which is not known"))),
        };
        let mut target = about.target(namespace);
        target.all = target.rooms.is_none() && !matches!(action, Action::Emit { .. });
        Ok(DecodedMessage::Message { message: Message { target, action }, sender, request })
    }
}
