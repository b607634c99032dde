//! What was measured so far.

use std::{
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use hdrhistogram::Histogram;
use serde::Serialize;
use socketio_emitter::Error;

use crate::failure::Failure;

/// Latencies are kept in nanoseconds, up to this one, and are right to so many digits.
const LONGEST: Duration = Duration::from_secs(3600);
const DIGITS: u8 = 3;

/// Counts, and how long each event took. Its memory does not grow with them.
pub(super) struct Gauge {
    start: Instant,
    /// Those that were handed over.
    handed: AtomicU64,
    told: Mutex<Told>,
}

/// What became of them.
struct Told {
    counts: Counts,
    latency: Histogram<u64>,
    servers: Option<u64>,
    last: Duration,
}

/// How many events met with which fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    /// Redis took them.
    pub(super) sent: u64,
    /// Redis may have taken them or not.
    pub(super) unknown: u64,
    /// They were made, and certainly not sent.
    pub(super) unsent: u64,
}

/// What it came to.
pub(super) struct Measured {
    pub(super) counts: Counts,
    /// From the beginning until Redis' last answer.
    pub(super) time: Duration,
    /// In nanoseconds.
    pub(super) latency: Histogram<u64>,
    /// The fewest at any time, where that is known.
    pub(super) servers: Option<u64>,
}

impl Gauge {
    /// It begins now.
    pub(super) fn start() -> Result<Self, Failure> {
        let latency = Histogram::new_with_bounds(1, nanos(LONGEST), DIGITS)
            .map_err(|error| Failure::failed(format!("cannot start to measure: {error}")))?;
        let told = Told { counts: Counts::default(), latency, servers: None, last: Duration::ZERO };
        Ok(Self { start: Instant::now(), handed: AtomicU64::new(0), told: Mutex::new(told) })
    }

    /// When it began.
    pub(super) fn began(&self) -> Instant {
        self.start
    }

    /// How many events were handed over.
    pub(super) fn handed(&self) -> u64 {
        self.handed.load(Ordering::Relaxed)
    }

    /// One more is handed over.
    pub(super) fn hand(&self) {
        self.handed.fetch_add(1, Ordering::Relaxed);
    }

    /// What became of one that was handed over; how long it took is counted from when it was due, if it was.
    pub(super) fn fate(&self, due: Option<Duration>, fate: Result<(), &Error>) {
        let now = self.start.elapsed();
        let mut told = self.lock();
        match fate {
            Ok(()) => {
                told.counts.sent += 1;
                told.last = now;
                if let Some(due) = due {
                    told.latency.saturating_record(nanos(now.saturating_sub(due)).max(1));
                }
            }
            Err(error) if error.is_unknown() => told.counts.unknown += 1,
            Err(_) => told.counts.unsent += 1,
        }
    }

    /// So many servers were there.
    pub(super) fn servers(&self, servers: Option<u64>) {
        let mut told = self.lock();
        told.servers = told.servers.into_iter().chain(servers).min();
    }

    /// What became of those that were handed over, so far.
    pub(super) fn counts(&self) -> Counts {
        self.lock().counts
    }

    /// The end. Nothing is on its way any more, or nobody could wait for it: then its fate is `unknown`.
    pub(super) fn close(&self, unknown: bool) -> Measured {
        let told = self.lock();
        let mut counts = told.counts;
        let rest = self.handed() - counts.all();
        match unknown {
            true => counts.unknown += rest,
            false => counts.unsent += rest,
        }
        Measured { counts, time: told.last, latency: told.latency.clone(), servers: told.servers }
    }

    fn lock(&self) -> MutexGuard<'_, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Counts {
    pub(super) fn all(self) -> u64 {
        self.sent + self.unknown + self.unsent
    }
}

fn nanos(time: Duration) -> u64 {
    u64::try_from(time.as_nanos()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_counted_once() {
        let gauge = Gauge::start().unwrap();
        (0..6).for_each(|_| gauge.hand());
        gauge.fate(Some(Duration::ZERO), Ok(()));
        gauge.fate(None, Ok(()));
        gauge.fate(Some(Duration::ZERO), Err(&Error::Timeout(Duration::ZERO)));
        gauge.fate(Some(Duration::ZERO), Err(&Error::Config(String::new())));
        let Measured { counts, time, latency, .. } = gauge.close(false);
        assert_eq!(counts, Counts { sent: 2, unknown: 1, unsent: 3 });
        assert_eq!(counts.all(), gauge.handed());
        // Only what was taken took a time.
        assert_eq!(latency.len(), 1);
        assert!(latency.max() <= nanos(time) + nanos(time) / 500, "{latency:?} {time:?}");
        assert_eq!(gauge.close(true).counts, Counts { sent: 2, unknown: 3, unsent: 1 });
    }

    #[test]
    fn what_was_due_long_ago_took_long() {
        let gauge = Gauge::start().unwrap();
        gauge.hand();
        std::thread::sleep(Duration::from_millis(20));
        gauge.fate(Some(Duration::from_millis(5)), Ok(()));
        assert!(gauge.close(false).latency.max() >= nanos(Duration::from_millis(15)));
        // A clock that is ahead makes nothing take less than no time.
        gauge.hand();
        gauge.fate(Some(Duration::from_secs(60)), Ok(()));
        assert_eq!(gauge.close(false).latency.min(), 1);
    }

    #[test]
    fn the_fewest_servers_count() {
        let gauge = Gauge::start().unwrap();
        assert_eq!(gauge.close(false).servers, None);
        [Some(3), None, Some(2), Some(5)].into_iter().for_each(|servers| gauge.servers(servers));
        assert_eq!(gauge.close(false).servers, Some(2));
    }
}
