//! Values of `RequestType` in redis-adapter.

pub(super) const SOCKETS: u8 = 0;
pub(super) const ALL_ROOMS: u8 = 1;
pub(super) const REMOTE_JOIN: u8 = 2;
pub(super) const REMOTE_LEAVE: u8 = 3;
pub(super) const REMOTE_DISCONNECT: u8 = 4;
pub(super) const REMOTE_FETCH: u8 = 5;
pub(super) const SERVER_SIDE_EMIT: u8 = 6;
pub(super) const BROADCAST: u8 = 7;
pub(super) const BROADCAST_CLIENT_COUNT: u8 = 8;
pub(super) const BROADCAST_ACK: u8 = 9;
