use super::room_filter::{RoomFilter, SocketRooms};
use crate::adapter::{Adapter, SocketDetail};

/// Which responses the caller wants, and how much of each.
#[derive(Debug, Clone, Copy)]
pub(super) struct RequestOptions {
    pub(super) detail: SocketDetail,
    /// End after this many responses.
    pub(super) expect: Option<u64>,
    /// Return at most this many responses.
    pub(super) limit: Option<u64>,
    /// Leave out the rooms that are named by a socket's id.
    pub(super) omit_socket_ids: bool,
}

impl RequestOptions {
    pub(super) fn new(detail: SocketDetail) -> Self {
        Self { detail, expect: None, limit: None, omit_socket_ids: false }
    }

    pub(super) fn room_filter(self, adapter: &Adapter) -> RoomFilter {
        RoomFilter::new(match (self.omit_socket_ids, adapter) {
            (false, _) => SocketRooms::Keep,
            // Classic servers list rooms without their sockets.
            (true, Adapter::Classic(_)) => SocketRooms::OmitIfIdShaped,
            (true, _) => SocketRooms::OmitIfNamed,
        })
    }
}
