use std::collections::HashSet;

/// The length of the ids of sockets.
const ID: usize = 20;

/// Rooms that were named before, since the same one may be on every server; and which rooms are not wanted at all.
#[derive(Debug, Default)]
pub(crate) struct Known {
    named: HashSet<String>,
    own: Own,
    hidden: u64,
}

/// The rooms that are one socket's own, named by its id.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Own {
    /// They are rooms like any other.
    #[default]
    Wanted,
    /// They are left out, where their socket is known.
    Told,
    /// They are left out by their looks.
    Guessed,
}

impl Known {
    pub(super) fn new(own: Own) -> Self {
        Self { own, ..Self::default() }
    }

    /// True if this room is wanted and was not named before.
    pub(super) fn is_news(&mut self, room: &str) -> bool {
        if self.own == Own::Guessed && looks_like_id(room, ID) {
            self.hidden += 1;
            return false;
        }
        self.named.insert(room.to_owned())
    }

    /// The same of a room that the socket of this id is in.
    pub(super) fn is_news_of(&mut self, room: &str, id: &str) -> bool {
        if self.own != Own::Wanted && room == id {
            self.hidden += 1;
            return false;
        }
        self.is_news(room)
    }

    /// How many rooms were left out; `None` if none was to be.
    pub(super) fn hidden(&self) -> Option<u64> {
        (self.own != Own::Wanted).then_some(self.hidden)
    }
}

/// Ids are random letters, digits, `-` and `_`, and hardly one is without a capital, which tells them from most names
/// that people give, such as `conference-room-five`.
pub(crate) fn looks_like_id(room: &str, length: usize) -> bool {
    room.len() == length
        && room.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && room.bytes().any(|byte| byte.is_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_is_news_once() {
        let mut known = Known::default();
        assert!(known.is_news("a") && known.is_news("n5GZVCtUmLyVpYyWAAAB") && !known.is_news("a"));
        assert_eq!(known.hidden(), None);
    }

    #[test]
    fn a_name_is_told_from_an_id() {
        let mut known = Known::new(Own::Guessed);
        for name in ["lobby", "conference-room-five", "01234567890123456789", "Conference Room five"] {
            assert!(known.is_news(name), "{name}");
        }
        assert!(!known.is_news("n5GZVCtUmLyVpYyWAAAB") && !known.is_news("-_sZ7Jq7D3GkOQAeAAAD"));
        assert_eq!(known.hidden(), Some(2));
    }

    #[test]
    fn a_socket_tells_which_room_is_its_own() {
        let mut known = Known::new(Own::Told);
        assert!(!known.is_news_of("n5GZVCtUmLyVpYyWAAAB", "n5GZVCtUmLyVpYyWAAAB"));
        assert!(known.is_news_of("Conference_Room_Five", "n5GZVCtUmLyVpYyWAAAB"));
        assert!(known.is_news("Auction_of_2024-1-01"));
        assert_eq!(known.hidden(), Some(1));
        assert!(Known::new(Own::Wanted).is_news_of("a", "a"));
    }
}
