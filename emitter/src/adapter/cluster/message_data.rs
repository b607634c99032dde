//! The field `data` of a message, encoded in JSON or MessagePack.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;

use super::message_type::{BROADCAST, DISCONNECT_SOCKETS, SERVER_SIDE_EMIT, SOCKETS_JOIN, SOCKETS_LEAVE};
use crate::{
    adapter::{
        broadcast_options::{write_broadcast_options, write_names},
        packet_type::EVENT,
    },
    message::{Action, DisconnectMode, Flags, Message, PlainEvent, msgpack},
};

/// The field `data`. It includes empty lists and flags: servers fail on a message without them.
#[derive(Serialize)]
pub(super) struct ClusterData<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<ClusterPacket<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opts: Option<ClusterOptions<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rooms: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<bool>,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum ClusterPacket<'a> {
    /// For clients.
    Event {
        #[serde(rename = "type")]
        packet_type: u8,
        data: PlainEvent<'a>,
        nsp: &'a str,
    },
    /// For servers.
    ServerSideEvent(PlainEvent<'a>),
}

/// The sockets that a message selects. The official emitter writes the keys in another order for events than for socket
/// operations, and the variants do the same.
#[derive(Serialize)]
#[serde(untagged)]
enum ClusterOptions<'a> {
    Event { rooms: &'a [String], flags: Flags, except: &'a [String] },
    Sockets { rooms: &'a [String], except: &'a [String], flags: Flags },
}

impl<'a> ClusterData<'a> {
    /// The type of a message and its data.
    pub(super) fn new(message: &'a Message, request: Option<&'a str>) -> (u8, Self) {
        let Message { target, action } = message;
        let target_rooms = target.rooms.as_deref().unwrap_or_default();
        let except = target.except.as_slice();
        let for_sockets = || Self { opts: Some(ClusterOptions::sockets(target_rooms, except)), ..Self::empty(request) };
        match action {
            Action::Emit { event, args, flags } => {
                let data = PlainEvent { event, args };
                let packet = ClusterPacket::Event { packet_type: EVENT, data, nsp: &target.namespace };
                let opts = ClusterOptions::Event { rooms: target_rooms, flags: *flags, except };
                (BROADCAST, Self { packet: Some(packet), opts: Some(opts), ..Self::empty(request) })
            }
            Action::Join { rooms } => (SOCKETS_JOIN, Self { rooms: Some(rooms), ..for_sockets() }),
            Action::Leave { rooms } => (SOCKETS_LEAVE, Self { rooms: Some(rooms), ..for_sockets() }),
            Action::Disconnect { mode } => {
                let close = Some(*mode == DisconnectMode::CloseConnection);
                (DISCONNECT_SOCKETS, Self { close, ..for_sockets() })
            }
            Action::ServerEmit { event, args } => {
                let packet = ClusterPacket::ServerSideEvent(PlainEvent { event, args });
                (SERVER_SIDE_EMIT, Self { packet: Some(packet), ..Self::empty(request) })
            }
        }
    }

    /// The data of a request of type FETCH_SOCKETS.
    pub(super) fn fetch_sockets(rooms: &'a [String], except: &'a [String], request: &'a str) -> Self {
        Self { opts: Some(ClusterOptions::sockets(rooms, except)), ..Self::empty(Some(request)) }
    }

    fn empty(request: Option<&'a str>) -> Self {
        Self { packet: None, opts: None, rooms: None, close: None, request }
    }

    fn event(&self) -> Option<&PlainEvent<'a>> {
        match &self.packet {
            Some(ClusterPacket::Event { data: event, .. } | ClusterPacket::ServerSideEvent(event)) => Some(event),
            None => None,
        }
    }

    /// The approximate size in MessagePack, in bytes.
    pub(super) fn estimated_size(&self) -> usize {
        let event = self.event().map_or(0, |event| event.event.len() + event.args.as_msgpack().len());
        let (rooms, except, _) = self.opts.as_ref().map_or_else(Default::default, ClusterOptions::parts);
        let names = rooms.iter().chain(except).chain(self.rooms.unwrap_or_default());
        96 + event + names.map(|name| name.len() + 5).sum::<usize>()
    }

    /// The data as a field of a stream entry: JSON, or MessagePack in base64 if JSON cannot represent the arguments.
    /// That is the case for binary, NaN, infinity, and dates beyond the range of ISO 8601.
    pub(super) fn to_text(&self) -> Vec<u8> {
        let is_json = self.event().is_none_or(|event| !event.args.has_binary() && event.args.is_finite());
        let json = is_json.then(|| serde_json::to_vec(self).ok()).flatten();
        json.unwrap_or_else(|| {
            let mut out = Vec::with_capacity(self.estimated_size());
            self.write(&mut out);
            STANDARD.encode(out).into_bytes()
        })
    }

    /// Appends the data in MessagePack.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let Self { packet, opts, rooms, close, request } = self;
        let present = [packet.is_some(), opts.is_some(), rooms.is_some(), close.is_some(), request.is_some()];
        msgpack::map(out, present.into_iter().filter(|present| *present).count());
        if let Some(packet) = packet {
            msgpack::str(out, "packet");
            packet.write(out);
        }
        if let Some(opts) = opts {
            msgpack::str(out, "opts");
            let (rooms, except, flags) = opts.parts();
            write_broadcast_options(out, rooms, except, flags);
        }
        if let Some(rooms) = rooms {
            msgpack::str(out, "rooms");
            write_names(out, rooms);
        }
        if let Some(close) = close {
            msgpack::str(out, "close");
            msgpack::bool(out, *close);
        }
        if let Some(request) = request {
            msgpack::str(out, "requestId");
            msgpack::str(out, request);
        }
    }
}

impl ClusterPacket<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Event { packet_type, data, nsp } => {
                msgpack::map(out, 3);
                msgpack::str(out, "type");
                msgpack::uint(out, (*packet_type).into());
                msgpack::str(out, "data");
                write_event(out, data);
                msgpack::str(out, "nsp");
                msgpack::str(out, nsp);
            }
            Self::ServerSideEvent(event) => write_event(out, event),
        }
    }
}

impl<'a> ClusterOptions<'a> {
    fn sockets(rooms: &'a [String], except: &'a [String]) -> Self {
        Self::Sockets { rooms, except, flags: Flags::default() }
    }

    fn parts(&self) -> (&'a [String], &'a [String], Flags) {
        match *self {
            Self::Event { rooms, flags, except } | Self::Sockets { rooms, except, flags } => (rooms, except, flags),
        }
    }
}

fn write_event(out: &mut Vec<u8>, PlainEvent { event, args }: &PlainEvent<'_>) {
    msgpack::array(out, 1 + args.len());
    msgpack::str(out, event);
    out.extend_from_slice(args.as_msgpack());
}
