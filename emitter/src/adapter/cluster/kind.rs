//! The numbers that tell messages apart.

pub(super) const CAME: u8 = 1;
pub(super) const ALIVE: u8 = 2;
pub(super) const BROADCAST: u8 = 3;
pub(super) const JOIN: u8 = 4;
pub(super) const LEAVE: u8 = 5;
pub(super) const DISCONNECT: u8 = 6;
pub(super) const FETCH: u8 = 7;
pub(super) const SOCKETS: u8 = 8;
pub(super) const SERVER_SIDE_EMIT: u8 = 9;
pub(super) const SERVER_ACK: u8 = 10;
pub(super) const CLIENT_COUNT: u8 = 11;
pub(super) const ACK: u8 = 12;
pub(super) const GOES: u8 = 13;
