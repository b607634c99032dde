use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use socketio_emitter::{Error, Receipt};

use super::{Pace, event::Fate};

/// How long all must have been well.
const WELL: Duration = Duration::from_secs(1);

/// What became of each event, written while it happens.
#[derive(Debug, Default)]
pub(super) struct Ledger(Mutex<Vec<Entry>>);

/// One event: its number is its place.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) sent: Instant,
    pub(super) fate: Option<(Instant, Fate)>,
    /// When it arrived first, at each server.
    pub(super) arrived: [Option<Instant>; 2],
    /// How often it arrived where it was already.
    pub(super) again: u64,
}

impl Ledger {
    /// Opens an entry, and gives its number.
    pub(super) fn sent(&self) -> usize {
        let mut entries = self.lock();
        entries.push(Entry { sent: Instant::now(), fate: None, arrived: [None; 2], again: 0 });
        entries.len() - 1
    }

    /// Notes what the emitter said.
    pub(super) fn settled(&self, number: usize, result: Result<Receipt, Error>) {
        self.lock()[number].fate = Some((Instant::now(), result.into()));
    }

    /// Notes that it arrived.
    pub(super) fn arrived(&self, number: usize, server: usize) {
        let entry = &mut self.lock()[number];
        match &mut entry.arrived[server] {
            Some(_) => entry.again += 1,
            first => *first = Some(Instant::now()),
        }
    }

    /// The moment from which on all was well for a second, once there was another primary.
    pub(super) fn well(&self, successor: Instant, pace: &Pace) -> Option<Instant> {
        let run = usize::try_from(WELL.as_millis() / pace.every.as_millis()).unwrap_or(usize::MAX);
        let entries = self.lock();
        let later = &entries[entries.partition_point(|entry| entry.sent <= successor)..];
        let is_well = |entry: &Entry| entry.is_well(pace.timeout);
        later.chunk_by(|a, b| is_well(a) && is_well(b)).find(|chunk| chunk.len() >= run).map(|chunk| chunk[0].sent)
    }

    /// True if the last one arrived everywhere. What was sent before it has arrived by then or never will.
    pub(super) fn is_quiet(&self) -> bool {
        self.lock().last().is_none_or(|entry| entry.arrived.iter().all(Option::is_some))
    }

    pub(super) fn entries(&self) -> Vec<Entry> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Entry>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Entry {
    /// True if the receipt said both servers, and both got it within this time.
    fn is_well(&self, time: Duration) -> bool {
        let promised = self.fate.as_ref().is_some_and(|(_, fate)| fate.servers() == Some(2));
        let in_time = |arrived: &Option<Instant>| arrived.is_some_and(|at| at.duration_since(self.sent) < time);
        promised && self.arrived.iter().all(in_time)
    }
}
