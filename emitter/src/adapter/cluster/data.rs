//! What a message says, as servers read it: in JSON and in MessagePack.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Serialize;

use super::kind;
use crate::{
    adapter::opts,
    message::{Action, DisconnectMode, Flags, Message, PlainEvent, msgpack},
};

/// The packet type of an event, with or without binary: servers find the binary themselves.
const EVENT: u8 = 2;

/// The member `data`. Every part that servers reach into is there, whatever it holds: they are lost without it.
#[derive(Serialize)]
pub(super) struct Data<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    packet: Option<Packet<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    opts: Option<Opts<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rooms: Option<&'a [String]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    close: Option<bool>,
    #[serde(rename = "requestId", skip_serializing_if = "Option::is_none")]
    request: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Packet<'a> {
    /// For clients.
    Event {
        #[serde(rename = "type")]
        kind: u8,
        data: PlainEvent<'a>,
        nsp: &'a str,
    },
    /// For servers.
    Bare(PlainEvent<'a>),
}

/// The sockets that it is about. The keys stand in the official emitter's orders, of which it has two.
#[derive(Serialize)]
#[serde(untagged)]
enum Opts<'a> {
    Event { rooms: &'a [String], flags: Flags, except: &'a [String] },
    Sockets { rooms: &'a [String], except: &'a [String], flags: Flags },
}

impl<'a> Data<'a> {
    /// What an event or an order says, and its number.
    pub(super) fn of(message: &'a Message, request: Option<&'a str>) -> (u8, Self) {
        let Message { target, action } = message;
        let rooms = target.rooms.as_deref().unwrap_or_default();
        let except = target.except.as_slice();
        let sockets = || Self { opts: Some(Opts::sockets(rooms, except)), ..Self::new(request) };
        match action {
            Action::Emit { event, args, flags } => {
                let packet = Packet::Event { kind: EVENT, data: PlainEvent { event, args }, nsp: &target.namespace };
                let opts = Opts::Event { rooms, flags: *flags, except };
                (kind::BROADCAST, Self { packet: Some(packet), opts: Some(opts), ..Self::new(request) })
            }
            Action::Join { rooms } => (kind::JOIN, Self { rooms: Some(rooms), ..sockets() }),
            Action::Leave { rooms } => (kind::LEAVE, Self { rooms: Some(rooms), ..sockets() }),
            Action::Disconnect { mode } => {
                (kind::DISCONNECT, Self { close: Some(*mode == DisconnectMode::CloseConnection), ..sockets() })
            }
            Action::ServerEmit { event, args } => {
                let packet = Packet::Bare(PlainEvent { event, args });
                (kind::SERVER_SIDE_EMIT, Self { packet: Some(packet), ..Self::new(request) })
            }
        }
    }

    /// A question for sockets.
    pub(super) fn fetch(rooms: &'a [String], except: &'a [String], request: &'a str) -> Self {
        Self { opts: Some(Opts::sockets(rooms, except)), ..Self::new(Some(request)) }
    }

    fn new(request: Option<&'a str>) -> Self {
        Self { packet: None, opts: None, rooms: None, close: None, request }
    }

    fn event(&self) -> Option<&PlainEvent<'a>> {
        match &self.packet {
            Some(Packet::Event { data: event, .. } | Packet::Bare(event)) => Some(event),
            None => None,
        }
    }

    /// About so many bytes.
    pub(super) fn size(&self) -> usize {
        let event = self.event().map_or(0, |event| event.event.len() + event.args.as_msgpack().len());
        let (rooms, except, _) = self.opts.as_ref().map_or_else(Default::default, Opts::parts);
        let names = rooms.iter().chain(except).chain(self.rooms.unwrap_or_default());
        96 + event + names.map(|name| name.len() + 5).sum::<usize>()
    }

    /// JSON text where that carries it whole, else MessagePack in base64: binary, numbers that are not finite, and
    /// dates so far off that no ISO 8601 text says them.
    pub(super) fn to_text(&self) -> Vec<u8> {
        let plain = self.event().is_none_or(|event| !event.args.has_binary() && event.args.is_finite());
        let json = plain.then(|| serde_json::to_vec(self).ok()).flatten();
        json.unwrap_or_else(|| {
            let mut out = Vec::with_capacity(self.size());
            self.write(&mut out);
            STANDARD.encode(out).into_bytes()
        })
    }

    /// Appends it as MessagePack.
    pub(super) fn write(&self, out: &mut Vec<u8>) {
        let Self { packet, opts, rooms, close, request } = self;
        let there = [packet.is_some(), opts.is_some(), rooms.is_some(), close.is_some(), request.is_some()];
        msgpack::map(out, there.into_iter().filter(|there| *there).count());
        if let Some(packet) = packet {
            msgpack::str(out, "packet");
            packet.write(out);
        }
        if let Some(opts) = opts {
            msgpack::str(out, "opts");
            opts.write(out);
        }
        if let Some(rooms) = rooms {
            msgpack::str(out, "rooms");
            opts::write_names(out, rooms);
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

impl Packet<'_> {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Event { kind, data, nsp } => {
                msgpack::map(out, 3);
                msgpack::str(out, "type");
                msgpack::uint(out, (*kind).into());
                msgpack::str(out, "data");
                event(out, data);
                msgpack::str(out, "nsp");
                msgpack::str(out, nsp);
            }
            Self::Bare(data) => event(out, data),
        }
    }
}

impl<'a> Opts<'a> {
    fn sockets(rooms: &'a [String], except: &'a [String]) -> Self {
        Self::Sockets { rooms, except, flags: Flags::default() }
    }

    fn parts(&self) -> (&'a [String], &'a [String], Flags) {
        match *self {
            Self::Event { rooms, flags, except } | Self::Sockets { rooms, except, flags } => (rooms, except, flags),
        }
    }

    fn write(&self, out: &mut Vec<u8>) {
        let (rooms, except, flags) = self.parts();
        opts::write(out, rooms, except, flags);
    }
}

fn event(out: &mut Vec<u8>, PlainEvent { event, args }: &PlainEvent<'_>) {
    msgpack::array(out, 1 + args.len());
    msgpack::str(out, event);
    out.extend_from_slice(args.as_msgpack());
}
