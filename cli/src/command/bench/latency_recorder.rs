//! Counts the events of a measurement and records their latencies.

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

use crate::cli_error::CliError;

/// The largest latency that is recorded; larger ones are recorded as this.
const MAX_LATENCY: Duration = Duration::from_secs(3600);

/// The precision of recorded latencies, in significant digits.
const SIGNIFICANT_DIGITS: u8 = 3;

/// Records events by result, with their latencies. Its memory does not grow with the number of events.
pub(super) struct LatencyRecorder {
    start: Instant,
    submitted: AtomicU64,
    state: Mutex<RecorderState>,
}

/// The results so far.
struct RecorderState {
    counts: EventCounts,
    /// Latencies in nanoseconds.
    latency: Histogram<u64>,
    servers: Option<u64>,
    last_accepted: Duration,
}

/// The number of events by result. This is part of the JSON that is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct EventCounts {
    /// Accepted by Redis.
    pub(super) sent: u64,
    /// Maybe accepted by Redis.
    pub(super) unknown: u64,
    /// Certainly not accepted by Redis.
    pub(super) unsent: u64,
}

/// The result of a measurement.
pub(super) struct BenchResult {
    pub(super) counts: EventCounts,
    /// The time from the start until Redis accepted the last event.
    pub(super) time: Duration,
    /// Latencies in nanoseconds.
    pub(super) latency: Histogram<u64>,
    /// The fewest servers at any time, if known.
    pub(super) servers: Option<u64>,
}

impl LatencyRecorder {
    /// Starts a measurement now.
    pub(super) fn new() -> Result<Self, CliError> {
        let latency = Histogram::new_with_bounds(1, nanos(MAX_LATENCY), SIGNIFICANT_DIGITS)
            .map_err(|error| CliError::failed(format!("cannot create the latency histogram: {error}")))?;
        let counts = EventCounts::default();
        let state = RecorderState { counts, latency, servers: None, last_accepted: Duration::ZERO };
        Ok(Self { start: Instant::now(), submitted: AtomicU64::new(0), state: Mutex::new(state) })
    }

    /// The start of the measurement.
    pub(super) fn start(&self) -> Instant {
        self.start
    }

    /// The number of submitted events.
    pub(super) fn submitted(&self) -> u64 {
        self.submitted.load(Ordering::Relaxed)
    }

    /// Counts an event as submitted.
    pub(super) fn submit(&self) {
        self.submitted.fetch_add(1, Ordering::Relaxed);
    }

    /// Records the result of a submitted event. With `due`, its latency since then is recorded.
    pub(super) fn settle(&self, due: Option<Duration>, result: Result<(), &Error>) {
        let now = self.start.elapsed();
        let mut state = self.lock();
        match result {
            Ok(()) => {
                state.counts.sent += 1;
                state.last_accepted = now;
                if let Some(due) = due {
                    state.latency.saturating_record(nanos(now.saturating_sub(due)).max(1));
                }
            }
            Err(error) if error.may_have_been_taken() => state.counts.unknown += 1,
            Err(_) => state.counts.unsent += 1,
        }
    }

    /// Records the number of servers that were counted with an event.
    pub(super) fn record_servers(&self, servers: Option<u64>) {
        let mut state = self.lock();
        state.servers = state.servers.into_iter().chain(servers).min();
    }

    /// The results so far.
    pub(super) fn counts(&self) -> EventCounts {
        self.lock().counts
    }

    /// Ends the measurement. Events without a result count as unknown or as not sent.
    pub(super) fn finish(&self, unknown: bool) -> BenchResult {
        let state = self.lock();
        let mut counts = state.counts;
        let rest = self.submitted() - counts.total();
        match unknown {
            true => counts.unknown += rest,
            false => counts.unsent += rest,
        }
        BenchResult { counts, time: state.last_accepted, latency: state.latency.clone(), servers: state.servers }
    }

    fn lock(&self) -> MutexGuard<'_, RecorderState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl EventCounts {
    pub(super) fn total(self) -> u64 {
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
        let recorder = LatencyRecorder::new().unwrap();
        (0..6).for_each(|_| recorder.submit());
        recorder.settle(Some(Duration::ZERO), Ok(()));
        recorder.settle(None, Ok(()));
        recorder.settle(Some(Duration::ZERO), Err(&Error::Timeout(Duration::ZERO)));
        recorder.settle(Some(Duration::ZERO), Err(&Error::Config(String::new())));
        let BenchResult { counts, time, latency, .. } = recorder.finish(false);
        assert_eq!(counts, EventCounts { sent: 2, unknown: 1, unsent: 3 });
        assert_eq!(counts.total(), recorder.submitted());
        // Only the accepted event with a due time has a latency.
        assert_eq!(latency.len(), 1);
        assert!(latency.max() <= nanos(time) + nanos(time) / 500, "{latency:?} {time:?}");
        assert_eq!(recorder.finish(true).counts, EventCounts { sent: 2, unknown: 3, unsent: 1 });
    }

    #[test]
    fn latency_is_counted_from_the_due_time() {
        let recorder = LatencyRecorder::new().unwrap();
        recorder.submit();
        std::thread::sleep(Duration::from_millis(20));
        recorder.settle(Some(Duration::from_millis(5)), Ok(()));
        assert!(recorder.finish(false).latency.max() >= nanos(Duration::from_millis(15)));
        // A due time in the future does not cause a latency below 1.
        recorder.submit();
        recorder.settle(Some(Duration::from_secs(60)), Ok(()));
        assert_eq!(recorder.finish(false).latency.min(), 1);
    }

    #[test]
    fn result_has_the_fewest_servers() {
        let recorder = LatencyRecorder::new().unwrap();
        assert_eq!(recorder.finish(false).servers, None);
        [Some(3), None, Some(2), Some(5)].into_iter().for_each(|servers| recorder.record_servers(servers));
        assert_eq!(recorder.finish(false).servers, Some(2));
    }
}
