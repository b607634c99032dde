/// Where to send events and socket operations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StreamChoice {
    /// The stream that the servers use for the namespace, out of `stream_count` streams.
    ByNamespace,
    /// One of the streams with these numbers, which servers are known to read: the servers' own choice if it is among
    /// them. An empty list means [`ByNamespace`](Self::ByNamespace).
    Among(Vec<u32>),
    /// The channel instead of a stream. Every server reads it. Connection state recovery does not: a client that was
    /// disconnected misses the event, and if recovery is on, clients receive an extra argument, `null`.
    NoStream,
}

impl StreamChoice {
    /// The number of the stream for a namespace; `None` if there is a single stream, which has no number.
    pub(super) fn stream_number(&self, namespace: &str, stream_count: u32) -> Option<u32> {
        let readable = match self {
            Self::Among(numbers) => numbers.as_slice(),
            Self::ByNamespace | Self::NoStream => &[],
        };
        let Some(last) = readable.iter().max() else {
            return (stream_count > 1).then(|| number_by_hash(namespace, stream_count));
        };
        let preferred = number_by_hash(namespace, last.saturating_add(1));
        let fallback = || number_by_hash(namespace, u32::try_from(readable.len()).unwrap_or(u32::MAX)) as usize;
        Some(if readable.contains(&preferred) { preferred } else { readable[fallback()] })
    }
}

/// The stream number that the servers use. If the hash is negative, they write to a stream with a negative number,
/// which no server reads; the result is then a number of the usual range, because they read a namespace's messages in
/// any stream.
fn number_by_hash(namespace: &str, stream_count: u32) -> u32 {
    u32::try_from(i64::from(hash(namespace)).rem_euclid(i64::from(stream_count.max(1)))).unwrap_or_default()
}

/// The servers' hash function, over UTF-16 units.
fn hash(text: &str) -> i32 {
    text.encode_utf16().fold(0, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hash_equals_the_servers_hash() {
        for (namespace, expected) in [
            ("/", 47),
            ("/admin", 1_438_238_848),
            ("/orders-2024", -43_870_375),
            ("/very/long/namespace", -125_447_438),
            ("/é😀", 3_396_989),
        ] {
            assert_eq!(hash(namespace), expected, "{namespace}");
        }
    }

    #[test]
    fn number_by_namespace_is_the_servers_choice() {
        let number = |count| StreamChoice::ByNamespace.stream_number("/", count);
        assert_eq!([0, 1].map(number), [None, None]);
        assert_eq!([2, 3, 4, 47].map(number), [Some(1), Some(2), Some(3), Some(0)]);
    }

    #[test]
    fn negative_hashes_give_numbers_of_streams_that_servers_read() {
        for (namespace, numbers) in [("/orders-2024", [1, 2, 1, 0]), ("/very/long/namespace", [0, 1, 2, 2])] {
            let chosen = [2, 3, 4, 5].map(|count| StreamChoice::ByNamespace.stream_number(namespace, count));
            assert_eq!(chosen, numbers.map(Some), "{namespace}");
        }
    }

    #[test]
    fn number_among_streams_is_the_servers_choice_or_another_of_them() {
        assert_eq!(
            StreamChoice::Among(vec![0, 1, 2]).stream_number("/", 1),
            StreamChoice::ByNamespace.stream_number("/", 3)
        );
        assert_eq!(
            StreamChoice::Among(vec![2, 1, 0]).stream_number("/", 1),
            StreamChoice::ByNamespace.stream_number("/", 3)
        );
        assert_eq!(StreamChoice::Among(vec![3]).stream_number("/", 4), Some(3));
        assert_eq!(StreamChoice::Among(vec![0, 3]).stream_number("/admin", 1), Some(0));
        assert_eq!(StreamChoice::Among(vec![1, 3]).stream_number("/admin", 1), Some(1));
        assert_eq!(StreamChoice::Among(vec![u32::MAX]).stream_number("/", 1), Some(u32::MAX));
        assert_eq!(
            StreamChoice::Among(Vec::new()).stream_number("/", 4),
            StreamChoice::ByNamespace.stream_number("/", 4)
        );
    }
}
