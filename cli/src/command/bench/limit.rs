//! When a measurement ends.

use std::time::Duration;

/// The time that is enough.
const TIME: Duration = Duration::from_secs(3);

/// Redis repeats what is published to its replicas and, in a cluster, to all nodes, and cuts off a replica that is 64 MB
/// behind for a minute: two measurements of so much harm none, however slow it is.
const BYTES: u64 = 30_000_000;

/// How long a measurement lasts: until the first of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Limit {
    pub(super) time: Duration,
    pub(super) events: u64,
}

impl Limit {
    /// As it is wished. Where nothing is, for a while, and not for too many events of so many bytes.
    pub(super) fn new(time: Option<Duration>, events: Option<u64>, bytes: usize) -> Self {
        match (time, events) {
            (None, None) => Self { time: TIME, events: (BYTES / (bytes as u64).max(1)).max(1) },
            (time, events) => Self { time: time.unwrap_or(Duration::MAX), events: events.unwrap_or(u64::MAX) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_lasts_for_ever_unless_it_was_wished() {
        let limit = |time, events| Limit::new(time, events, 200);
        let hour = Duration::from_secs(3600);
        assert_eq!(limit(None, None), Limit { time: TIME, events: 150_000 });
        assert_eq!(limit(Some(hour), None), Limit { time: hour, events: u64::MAX });
        assert_eq!(limit(None, Some(7)), Limit { time: Duration::MAX, events: 7 });
        assert_eq!(limit(Some(hour), Some(7)), Limit { time: hour, events: 7 });
        assert_eq!(Limit::new(None, None, usize::MAX).events, 1);
        assert_eq!(Limit::new(None, None, 0).events, BYTES);
    }
}
