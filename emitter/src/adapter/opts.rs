//! The sockets that a message on the bus is about, as Node servers and emitters describe them.

use serde::Deserialize;

use crate::{
    adapter::wire_room::{WireRoom, names},
    message::{Flags, Target, msgpack},
};

/// A message's member `opts`.
#[derive(Deserialize, Default)]
#[serde(expecting = "options")]
pub(super) struct Opts {
    rooms: Option<Vec<WireRoom>>,
    except: Option<Vec<WireRoom>>,
    flags: Option<WireFlags>,
}

#[derive(Deserialize, Default)]
#[serde(expecting = "flags")]
struct WireFlags {
    volatile: Option<bool>,
    compress: Option<bool>,
}

impl Opts {
    /// These rooms and nothing else.
    pub(super) fn of(rooms: Option<Vec<WireRoom>>) -> Self {
        Self { rooms, ..Self::default() }
    }

    pub(super) fn flags(&self) -> Flags {
        let flags = self.flags.as_ref();
        Flags {
            volatile: flags.and_then(|flags| flags.volatile).unwrap_or(false),
            compress: flags.and_then(|flags| flags.compress),
        }
    }

    pub(super) fn target(self, namespace: &str) -> Target {
        let rooms = self.rooms.map(names).filter(|rooms| !rooms.is_empty());
        let mut target = Target { rooms, except: self.except.map(names).unwrap_or_default(), ..Target::default() };
        target.of(namespace);
        target
    }
}

/// Appends them as MessagePack, in the official emitter's order.
pub(super) fn write(out: &mut Vec<u8>, rooms: &[String], except: &[String], flags: Flags) {
    msgpack::map(out, 3);
    msgpack::str(out, "rooms");
    write_names(out, rooms);
    msgpack::str(out, "flags");
    let set = [flags.volatile.then_some(("volatile", true)), flags.compress.map(|on| ("compress", on))];
    msgpack::map(out, set.iter().flatten().count());
    for (name, value) in set.into_iter().flatten() {
        msgpack::str(out, name);
        msgpack::bool(out, value);
    }
    msgpack::str(out, "except");
    write_names(out, except);
}

/// Appends a list of rooms.
pub(super) fn write_names(out: &mut Vec<u8>, names: &[String]) {
    msgpack::array(out, names.len());
    names.iter().for_each(|name| msgpack::str(out, name));
}
