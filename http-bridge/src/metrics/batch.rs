use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use prometheus_client::metrics::counter::Counter;
use socketio_emitter::{Error, message::Verb};

use crate::state::BridgeState;

/// Counts each message of a batch as soon as its result is known, because a batch may run for hours.
#[derive(Debug)]
pub(crate) struct BatchMetrics<'b> {
    bridge: &'b BridgeState,
    /// Shared by the reader of messages and the callback for results.
    pending: Mutex<BatchProgress>,
}

#[derive(Debug, Default)]
struct BatchProgress {
    /// The verbs of the messages that have no result yet, in their order.
    verbs: VecDeque<Verb>,
    /// Index of the message that `verbs` begins with.
    first: u64,
    taken_counters: Vec<(Verb, Counter)>,
}

impl<'b> BatchMetrics<'b> {
    pub(crate) fn new(bridge: &'b BridgeState) -> Self {
        Self { bridge, pending: Mutex::default() }
    }

    /// Notes the verb of the next message.
    pub(crate) fn message_read(&self, verb: Verb) {
        self.pending.lock().unwrap_or_else(PoisonError::into_inner).verbs.push_back(verb);
    }

    /// Counts the result of a message. The index counts from 0.
    pub(crate) fn message_done(&self, index: u64, result: Result<(), &Error>) {
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(verb) = pending.take_verb(index) else { return };
        match (result, self.bridge.emitter.known_adapter()) {
            (Err(error), _) => self.bridge.metrics.record_failure(error.code()),
            (Ok(()), Some(adapter)) => {
                pending.count_taken(verb, || self.bridge.metrics.taken_counter(verb, adapter));
            }
            // Cannot happen: the message was sent, so the adapter is known.
            (Ok(()), None) => {}
        }
    }
}

impl BatchProgress {
    /// Removes the verb of this message, and those of earlier messages without a result. Results arrive in order.
    fn take_verb(&mut self, index: u64) -> Option<Verb> {
        let skipped = usize::try_from(index.checked_sub(self.first)?).ok()?;
        self.first = index + 1;
        self.verbs.drain(..=skipped.min(self.verbs.len().checked_sub(1)?)).next_back()
    }

    /// Increments the counter of the verb. All messages of a batch have one adapter, so each counter is looked up once.
    fn count_taken(&mut self, verb: Verb, look_up: impl FnOnce() -> Counter) {
        if let Some((_, counter)) = self.taken_counters.iter().find(|(known, _)| *known == verb) {
            counter.inc();
            return;
        }
        let counter = look_up();
        counter.inc();
        self.taken_counters.push((verb, counter));
    }
}
