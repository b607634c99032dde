//! The limit of a measurement.

use std::time::Duration;

/// The default time of a measurement.
const DEFAULT_TIME: Duration = Duration::from_secs(3);

/// The default number of bytes of a measurement. Redis copies published events to its replicas and, in a Redis Cluster,
/// to all nodes. It disconnects a replica that stays 64 MB behind for a minute, which two measurements do not reach.
const DEFAULT_BYTES: u64 = 30_000_000;

/// When a measurement ends: at the first of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BenchLimit {
    pub(super) time: Duration,
    pub(super) events: u64,
}

impl BenchLimit {
    /// The requested limits; the defaults for events of `bytes` bytes if neither is requested.
    pub(super) fn new(time: Option<Duration>, events: Option<u64>, bytes: usize) -> Self {
        match (time, events) {
            (None, None) => Self { time: DEFAULT_TIME, events: (DEFAULT_BYTES / (bytes as u64).max(1)).max(1) },
            (time, events) => Self { time: time.unwrap_or(Duration::MAX), events: events.unwrap_or(u64::MAX) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn defaults_apply_only_without_requested_limits() {
        let limit = |time, events| BenchLimit::new(time, events, 200);
        let hour = Duration::from_secs(3600);
        assert_eq!(limit(None, None), BenchLimit { time: DEFAULT_TIME, events: 150_000 });
        assert_eq!(limit(Some(hour), None), BenchLimit { time: hour, events: u64::MAX });
        assert_eq!(limit(None, Some(7)), BenchLimit { time: Duration::MAX, events: 7 });
        assert_eq!(limit(Some(hour), Some(7)), BenchLimit { time: hour, events: 7 });
        assert_eq!(BenchLimit::new(None, None, usize::MAX).events, 1);
        assert_eq!(BenchLimit::new(None, None, 0).events, DEFAULT_BYTES);
    }
}
