use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use socketio_emitter::{Error, Receipt};

use super::{LoadProfile, event::EmitOutcome};

/// How long every event must be complete until the cluster counts as recovered.
const STABLE_TIME: Duration = Duration::from_secs(1);

/// The events of a run, recorded while they are emitted and delivered.
#[derive(Debug, Default)]
pub(super) struct DeliveryLog(Mutex<Vec<DeliveryRecord>>);

/// One event. Its index in the log is its number.
#[derive(Debug, Clone)]
pub(super) struct DeliveryRecord {
    pub(super) sent: Instant,
    pub(super) outcome: Option<(Instant, EmitOutcome)>,
    /// When the client of each server received it first.
    pub(super) delivered: [Option<Instant>; 2],
    /// The number of repeated deliveries to the same client.
    pub(super) duplicates: u64,
}

impl DeliveryLog {
    /// Adds an event that is about to be sent and returns its number.
    pub(super) fn add_sent(&self) -> usize {
        let mut entries = self.lock();
        entries.push(DeliveryRecord { sent: Instant::now(), outcome: None, delivered: [None; 2], duplicates: 0 });
        entries.len() - 1
    }

    /// Records the result of an emit.
    pub(super) fn add_outcome(&self, number: usize, result: Result<Receipt, Error>) {
        self.lock()[number].outcome = Some((Instant::now(), result.into()));
    }

    /// Records that the client of a server, 0 or 1, received an event.
    pub(super) fn add_delivery(&self, number: usize, server: usize) {
        let entry = &mut self.lock()[number];
        match &mut entry.delivered[server] {
            Some(_) => entry.duplicates += 1,
            first => *first = Some(Instant::now()),
        }
    }

    /// The start of the first second after the promotion in which every event was complete.
    pub(super) fn recovered_at(&self, promoted: Instant, profile: &LoadProfile) -> Option<Instant> {
        let run = usize::try_from(STABLE_TIME.as_millis() / profile.every.as_millis()).unwrap_or(usize::MAX);
        let entries = self.lock();
        let later = &entries[entries.partition_point(|entry| entry.sent <= promoted)..];
        let is_complete = |entry: &DeliveryRecord| entry.is_complete(profile.timeout);
        later
            .chunk_by(|a, b| is_complete(a) && is_complete(b))
            .find(|chunk| chunk.len() >= run)
            .map(|chunk| chunk[0].sent)
    }

    /// True if both clients received the last event. Earlier events have been delivered by then or are lost.
    pub(super) fn is_last_delivered(&self) -> bool {
        self.lock().last().is_none_or(|entry| entry.delivered.iter().all(Option::is_some))
    }

    pub(super) fn entries(&self) -> Vec<DeliveryRecord> {
        self.lock().clone()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<DeliveryRecord>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DeliveryRecord {
    /// True if the receipt counts two servers and both clients received the event within `time`.
    fn is_complete(&self, time: Duration) -> bool {
        let counted = self.outcome.as_ref().is_some_and(|(_, outcome)| outcome.servers() == Some(2));
        let in_time = |delivered: &Option<Instant>| delivered.is_some_and(|at| at.duration_since(self.sent) < time);
        counted && self.delivered.iter().all(in_time)
    }
}
