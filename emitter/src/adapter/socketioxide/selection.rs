//! Which sockets a request is about: the array `[flags, rooms, except, socket, server]`.

use serde::{Deserialize, de::IgnoredAny};

use super::unsupported;
use crate::{
    base::Error,
    message::{Flags, Target, msgpack},
};

/// Everyone, less the socket. Servers want it where no room is named, or they deliver to nobody.
const BROADCAST: u8 = 2;
const VOLATILE: u8 = 4;

const SID_LEN: usize = 16;

/// The sockets that a request is about, as servers read it.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Selection<'a> {
    flags: u8,
    rooms: &'a [String],
    except: &'a [String],
    /// With [`BROADCAST`], a socket that is left out; without it and without rooms, the only one.
    socket: Option<&'a str>,
}

impl<'a> Selection<'a> {
    /// No socket at all.
    pub(super) const NOBODY: Self = Self { flags: 0, rooms: &[], except: &[], socket: None };

    /// A name that looks like a socket's id is one, unless names are rooms only. A selection has room for one socket,
    /// and for that one beside nothing else.
    pub(super) fn of(target: &'a Target, only_rooms: bool) -> Result<Self, Error> {
        let sid = |name: &&'a String| !only_rooms && is_sid(name);
        let rooms = target.rooms.as_deref().unwrap_or_default();
        match (rooms.iter().find(sid), rooms.len(), target.except.len()) {
            (Some(socket), 1, 0) => return Ok(Self { socket: Some(socket), ..Self::default() }),
            (Some(socket), 1, _) => {
                return Err(unsupported(format!("except beside the socket's id {socket:?}"), "leave one of them out"));
            }
            (Some(socket), ..) => {
                let instead = "send to the socket by itself, or set only-rooms if this is a room";
                return Err(unsupported(format!("the socket's id {socket:?} beside other rooms"), instead));
            }
            (None, ..) => {}
        }
        let mut sockets = target.except.iter().filter(sid);
        let socket = sockets.next().map(String::as_str);
        if sockets.next().is_some() {
            let instead = "leave out a room that the sockets are in, or set only-rooms if these are rooms";
            return Err(unsupported("except for several sockets' ids", instead));
        }
        Ok(Self { flags: BROADCAST, rooms, except: &target.except, socket })
    }

    pub(super) fn flagged(self, flags: Flags) -> Self {
        Self { flags: self.flags | if flags.volatile { VOLATILE } else { 0 }, ..self }
    }

    pub(super) fn is_one_socket(&self) -> bool {
        self.flags & BROADCAST == 0
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        msgpack::array(out, 5);
        msgpack::uint(out, self.flags.into());
        names(out, self.rooms);
        names(out, self.except);
        match self.socket {
            Some(socket) => msgpack::str(out, socket),
            None => msgpack::nil(out),
        }
        msgpack::nil(out);
    }
}

/// 96 random bits in the base64 of URLs.
fn is_sid(name: &str) -> bool {
    name.len() == SID_LEN && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

pub(super) fn names(out: &mut Vec<u8>, names: &[String]) {
    msgpack::array(out, names.len());
    names.iter().for_each(|name| msgpack::str(out, name));
}

/// A selection as others wrote it.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a selection of sockets")]
pub(super) struct Selected {
    flags: u8,
    rooms: Vec<String>,
    except: Vec<String>,
    socket: Option<String>,
    /// For the writer's own use: which channel to take.
    _server: IgnoredAny,
}

impl Selected {
    pub(super) fn flags(&self) -> Flags {
        let mut flags = Flags::default();
        flags.volatile = self.flags & VOLATILE != 0;
        flags
    }

    /// The same in rooms: the list of none is nobody.
    pub(super) fn target(self, namespace: &str) -> Target {
        let Self { flags, rooms, mut except, socket, .. } = self;
        let mut target = Target::default();
        target.of(namespace);
        let broadcast = flags & BROADCAST != 0;
        if broadcast {
            except.extend(socket.clone().filter(|socket| !except.contains(socket)));
        }
        if !rooms.is_empty() {
            target.rooms = Some(rooms);
        } else if !broadcast {
            target.rooms = Some(socket.into_iter().collect());
            return target;
        }
        target.except = except;
        target
    }
}
