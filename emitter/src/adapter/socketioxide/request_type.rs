//! The types of requests of socketioxide's adapter.

pub(super) const BROADCAST: u8 = 0;
pub(super) const BROADCAST_WITH_ACK: u8 = 1;
pub(super) const DISCONNECT_SOCKETS: u8 = 2;
pub(super) const ALL_ROOMS: u8 = 3;
pub(super) const ADD_SOCKETS: u8 = 4;
pub(super) const DEL_SOCKETS: u8 = 5;
pub(super) const FETCH_SOCKETS: u8 = 6;
pub(super) const HEARTBEAT: u8 = 20;
pub(super) const INIT_HEARTBEAT: u8 = 21;
