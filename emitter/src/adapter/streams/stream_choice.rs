//! Which of several streams an event goes to.

/// Where events and orders go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum StreamChoice {
    /// The stream that the servers choose for the namespace, of as many as there are.
    ByNamespace,
    /// One of the numbered streams of these numbers, which are known to be read; the servers' choice, if it is among
    /// them. None is as good as [`Chosen`](Self::ByNamespace).
    Among(Vec<u32>),
    /// No stream, but the channel. Every server reads it, but connection state recovery knows nothing of it: a client
    /// that was away misses the event, and where recovery is on, clients get one more argument, `null`.
    NoStream,
}

impl StreamChoice {
    /// The number of the stream for a namespace; `None` if the streams have none, since there is but one.
    pub(super) fn number(&self, namespace: &str, stream_count: u32) -> Option<u32> {
        let known = match self {
            Self::Among(numbers) => numbers.as_slice(),
            Self::ByNamespace | Self::NoStream => &[],
        };
        let Some(last) = known.iter().max() else {
            return (stream_count > 1).then(|| choice(namespace, stream_count));
        };
        let own = choice(namespace, last.saturating_add(1));
        let any = || choice(namespace, u32::try_from(known.len()).unwrap_or(u32::MAX)) as usize;
        Some(if known.contains(&own) { own } else { known[any()] })
    }
}

/// The servers' own choice among so many streams. For a namespace with a negative hash they write to a stream of a
/// negative number, which nobody reads, but they read the namespace's messages in any stream.
fn choice(namespace: &str, stream_count: u32) -> u32 {
    u32::try_from(i64::from(hash(namespace)).rem_euclid(i64::from(stream_count.max(1)))).unwrap_or_default()
}

/// JavaScript counts a text in UTF-16 units.
fn hash(text: &str) -> i32 {
    text.encode_utf16().fold(0, |hash, unit| hash.wrapping_mul(31).wrapping_add(i32::from(unit)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_hash_as_in_javascript() {
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
    fn the_servers_choice_is_taken_where_it_is_read() {
        let place = StreamChoice::ByNamespace;
        assert_eq!([0, 1].map(|count| place.number("/", count)), [None, None]);
        assert_eq!([2, 3, 4, 47].map(|count| place.number("/", count)), [Some(1), Some(2), Some(3), Some(0)]);
    }

    #[test]
    fn where_the_servers_write_to_a_stream_that_nobody_reads_we_do_not() {
        for (namespace, numbers) in [("/orders-2024", [1, 2, 1, 0]), ("/very/long/namespace", [0, 1, 2, 2])] {
            let ours = [2, 3, 4, 5].map(|count| StreamChoice::ByNamespace.number(namespace, count));
            assert_eq!(ours, numbers.map(Some), "{namespace}");
        }
    }

    #[test]
    fn of_known_streams_the_servers_choice_is_taken_or_else_another_that_is_read() {
        assert_eq!(StreamChoice::Among(vec![0, 1, 2]).number("/", 1), StreamChoice::ByNamespace.number("/", 3));
        assert_eq!(StreamChoice::Among(vec![2, 1, 0]).number("/", 1), StreamChoice::ByNamespace.number("/", 3));
        assert_eq!(StreamChoice::Among(vec![3]).number("/", 4), Some(3));
        assert_eq!(StreamChoice::Among(vec![0, 3]).number("/admin", 1), Some(0));
        assert_eq!(StreamChoice::Among(vec![1, 3]).number("/admin", 1), Some(1));
        assert_eq!(StreamChoice::Among(vec![u32::MAX]).number("/", 1), Some(u32::MAX));
        assert_eq!(StreamChoice::Among(Vec::new()).number("/", 4), StreamChoice::ByNamespace.number("/", 4));
    }
}
