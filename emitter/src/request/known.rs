use std::collections::HashSet;

/// Rooms that were named before, since the same one may be on every server; and which rooms are not wanted at all.
#[derive(Debug, Default)]
pub(crate) struct Known {
    named: HashSet<String>,
    /// How long the ids of sockets are, where rooms that look like one are not wanted.
    ids: Option<usize>,
    hidden: u64,
}

impl Known {
    /// Leaves out rooms that look like a socket's id of so many characters.
    pub(super) fn without_ids(length: usize) -> Self {
        Self { ids: Some(length), ..Self::default() }
    }

    /// True if this room is wanted and was not named before.
    pub(super) fn is_news(&mut self, room: &str) -> bool {
        if self.ids.is_some_and(|length| looks_like_id(room, length)) {
            self.hidden += 1;
            return false;
        }
        self.named.insert(room.to_owned())
    }

    /// How many rooms were left out; `None` if none was to be.
    pub(super) fn hidden(&self) -> Option<u64> {
        self.ids.map(|_| self.hidden)
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
        let mut known = Known::without_ids(20);
        for name in ["lobby", "conference-room-five", "01234567890123456789", "Conference Room five"] {
            assert!(known.is_news(name), "{name}");
        }
        assert!(!known.is_news("n5GZVCtUmLyVpYyWAAAB") && !known.is_news("-_sZ7Jq7D3GkOQAeAAAD"));
        assert_eq!(known.hidden(), Some(2));
    }
}
