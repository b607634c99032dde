//! The field `opts` of messages of Node servers and emitters: rooms, excluded rooms and flags.

use serde::Deserialize;

use super::wire_name::{WireName, into_strings};
use crate::message::{Flags, Target, msgpack};

/// Appends broadcast options in MessagePack, with keys in the order of the official emitter.
pub(super) fn write_broadcast_options(out: &mut Vec<u8>, rooms: &[String], except: &[String], flags: Flags) {
    msgpack::map(out, 3);
    msgpack::str(out, "rooms");
    write_names(out, rooms);
    msgpack::str(out, "flags");
    let flags = [flags.volatile.then_some(("volatile", true)), flags.compress.map(|on| ("compress", on))];
    msgpack::map(out, flags.iter().flatten().count());
    for (name, value) in flags.into_iter().flatten() {
        msgpack::str(out, name);
        msgpack::bool(out, value);
    }
    msgpack::str(out, "except");
    write_names(out, except);
}

/// Appends an array of room names in MessagePack.
pub(super) fn write_names(out: &mut Vec<u8>, names: &[String]) {
    msgpack::array(out, names.len());
    names.iter().for_each(|name| msgpack::str(out, name));
}

/// Decoded broadcast options.
#[derive(Deserialize, Default)]
#[serde(expecting = "broadcast options")]
pub(super) struct BroadcastOptions {
    rooms: Option<Vec<WireName>>,
    except: Option<Vec<WireName>>,
    flags: Option<BroadcastFlags>,
}

#[derive(Deserialize, Default)]
#[serde(expecting = "flags")]
struct BroadcastFlags {
    volatile: Option<bool>,
    compress: Option<bool>,
}

impl BroadcastOptions {
    /// Options with these rooms only.
    pub(super) fn with_rooms(rooms: Option<Vec<WireName>>) -> Self {
        Self { rooms, ..Self::default() }
    }

    pub(super) fn flags(&self) -> Flags {
        let flags = self.flags.as_ref();
        Flags {
            volatile: flags.and_then(|flags| flags.volatile).unwrap_or(false),
            compress: flags.and_then(|flags| flags.compress),
        }
    }

    /// The sockets that the options select on a namespace. An empty list of rooms selects all sockets.
    pub(super) fn target(self, namespace: &str) -> Target {
        let rooms = self.rooms.map(into_strings).filter(|rooms| !rooms.is_empty());
        let except = self.except.map(into_strings).unwrap_or_default();
        let mut target = Target { rooms, except, ..Target::default() };
        target.of(namespace);
        target
    }
}
