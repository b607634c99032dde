//! The sockets that a request selects: the array `[flags, rooms, except, socket, server]`.

use serde::{Deserialize, de::IgnoredAny};

use super::unsupported;
use crate::{
    adapter::broadcast_options::write_names,
    base::Error,
    message::{Flags, Target, msgpack},
};

/// Flag: all sockets except `socket`. Servers select no socket if a request without rooms lacks it.
const BROADCAST: u8 = 2;
/// Flag: drop the event for clients whose connection is not ready.
const VOLATILE: u8 = 4;

/// The length of a socket's id: 96 bits in base64.
const SOCKET_ID_LENGTH: usize = 16;

/// A selection to encode.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct OxideSelection<'a> {
    flags: u8,
    rooms: &'a [String],
    except: &'a [String],
    /// With [`BROADCAST`], the socket to exclude. Without it and without rooms, the only socket to select.
    socket: Option<&'a str>,
}

impl<'a> OxideSelection<'a> {
    /// Selects no socket.
    pub(super) const EMPTY: Self = Self { flags: 0, rooms: &[], except: &[], socket: None };

    /// A name that has the form of a socket's id is treated as one, unless `only_rooms` is set. A selection can contain
    /// one socket's id only, and no rooms beside an id to select.
    pub(super) fn new(target: &'a Target, only_rooms: bool) -> Result<Self, Error> {
        let is_socket = |name: &&'a String| !only_rooms && is_socket_id(name);
        let rooms = target.rooms.as_deref().unwrap_or_default();
        match (rooms.iter().find(is_socket), rooms.len(), target.except.len()) {
            (Some(socket), 1, 0) => return Ok(Self { socket: Some(socket), ..Self::default() }),
            (Some(socket), 1, _) => {
                return Err(unsupported(format!("except together with the socket id {socket:?}"), "omit one of them"));
            }
            (Some(socket), ..) => {
                let instead = "send to the socket separately, or set only-rooms if this is a room";
                return Err(unsupported(format!("the socket id {socket:?} together with other rooms"), instead));
            }
            (None, ..) => {}
        }
        let mut sockets = target.except.iter().filter(is_socket);
        let socket = sockets.next().map(String::as_str);
        if sockets.next().is_some() {
            let instead = "exclude a room that the sockets are in, or set only-rooms if these are rooms";
            return Err(unsupported("except with several socket ids", instead));
        }
        Ok(Self { flags: BROADCAST, rooms, except: &target.except, socket })
    }

    pub(super) fn with_flags(self, flags: Flags) -> Self {
        Self { flags: self.flags | if flags.volatile { VOLATILE } else { 0 }, ..self }
    }

    pub(super) fn is_single_socket(&self) -> bool {
        self.flags & BROADCAST == 0
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        msgpack::array(out, 5);
        msgpack::uint(out, self.flags.into());
        write_names(out, self.rooms);
        write_names(out, self.except);
        match self.socket {
            Some(socket) => msgpack::str(out, socket),
            None => msgpack::nil(out),
        }
        msgpack::nil(out);
    }
}

/// True for base64 with the URL alphabet.
fn is_socket_id(name: &str) -> bool {
    name.len() == SOCKET_ID_LENGTH
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
}

/// A received selection.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a selection of sockets")]
pub(super) struct ReceivedOxideSelection {
    flags: u8,
    rooms: Vec<String>,
    except: Vec<String>,
    socket: Option<String>,
    /// Only the sender uses it, to choose the channel.
    _server: IgnoredAny,
}

impl ReceivedOxideSelection {
    pub(super) fn flags(&self) -> Flags {
        Flags { volatile: self.flags & VOLATILE != 0, ..Flags::default() }
    }

    /// The selected sockets. An empty list of rooms means that no socket is selected.
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
