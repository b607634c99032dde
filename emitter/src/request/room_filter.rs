use std::collections::HashSet;

use crate::adapter::looks_like_socket_id;

/// The length of a Node server's socket ids, in characters.
const SOCKET_ID_LENGTH: usize = 20;

/// Passes each room once, since several servers list it, and leaves out the rooms that belong to one socket.
#[derive(Debug, Default)]
pub(crate) struct RoomFilter {
    returned: HashSet<String>,
    socket_rooms: SocketRooms,
    hidden: u64,
}

/// What happens to the rooms that are named by a socket's id.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum SocketRooms {
    /// Returned like any other room.
    #[default]
    Keep,
    /// Left out where the reply names the socket.
    OmitIfNamed,
    /// Left out if the name looks like a socket id.
    OmitIfIdShaped,
}

impl RoomFilter {
    pub(super) fn new(socket_rooms: SocketRooms) -> Self {
        Self { socket_rooms, ..Self::default() }
    }

    /// Whether to return this room: it is wanted and was not returned before.
    pub(super) fn passes(&mut self, room: &str) -> bool {
        if self.socket_rooms == SocketRooms::OmitIfIdShaped && looks_like_socket_id(room, SOCKET_ID_LENGTH) {
            self.hidden += 1;
            return false;
        }
        self.returned.insert(room.to_owned())
    }

    /// Whether to return this room of the socket with this id.
    pub(super) fn passes_room_of(&mut self, room: &str, socket_id: &str) -> bool {
        if self.socket_rooms != SocketRooms::Keep && room == socket_id {
            self.hidden += 1;
            return false;
        }
        self.passes(room)
    }

    /// How many rooms were left out; `None` if none are to be.
    pub(super) fn hidden(&self) -> Option<u64> {
        (self.socket_rooms != SocketRooms::Keep).then_some(self.hidden)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn room_passes_once() {
        let mut filter = RoomFilter::default();
        assert!(filter.passes("a") && filter.passes("n5GZVCtUmLyVpYyWAAAB") && !filter.passes("a"));
        assert_eq!(filter.hidden(), None);
    }

    #[test]
    fn id_shaped_rooms_are_omitted_and_other_names_pass() {
        let mut filter = RoomFilter::new(SocketRooms::OmitIfIdShaped);
        for name in ["lobby", "conference-room-five", "01234567890123456789", "Conference Room five"] {
            assert!(filter.passes(name), "{name}");
        }
        assert!(!filter.passes("n5GZVCtUmLyVpYyWAAAB") && !filter.passes("-_sZ7Jq7D3GkOQAeAAAD"));
        assert_eq!(filter.hidden(), Some(2));
    }

    #[test]
    fn room_named_by_its_socket_is_omitted_and_id_shaped_rooms_pass() {
        let mut filter = RoomFilter::new(SocketRooms::OmitIfNamed);
        assert!(!filter.passes_room_of("n5GZVCtUmLyVpYyWAAAB", "n5GZVCtUmLyVpYyWAAAB"));
        assert!(filter.passes_room_of("Conference_Room_Five", "n5GZVCtUmLyVpYyWAAAB"));
        assert!(filter.passes("Auction_of_2024-1-01"));
        assert_eq!(filter.hidden(), Some(1));
        assert!(RoomFilter::new(SocketRooms::Keep).passes_room_of("a", "a"));
    }
}
