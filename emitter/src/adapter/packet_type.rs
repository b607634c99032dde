//! Values of `PacketType` in socket.io-parser.

use crate::base::{Error, malformed};

/// An event. Servers of Socket.IO 3 and 4 find binary in it themselves.
pub(super) const EVENT: u8 = 2;

/// An event with binary. Servers of Socket.IO 2 and socketioxide require this type for binary; with other servers,
/// clients disconnect on it.
pub(super) const BINARY_EVENT: u8 = 5;

/// Rejects the packets that are not events.
pub(super) fn ensure_event(packet_type: u8) -> Result<(), Error> {
    match packet_type {
        EVENT | BINARY_EVENT => Ok(()),
        other => Err(malformed(format!("packet type {other} is not an event"))),
    }
}
