use std::{
    collections::VecDeque,
    sync::{Mutex, PoisonError},
};

use prometheus_client::metrics::counter::Counter;
use socketio_emitter::{Error, Verb};

use crate::config::Bridge;

/// Counts what becomes of a batch's messages, each as soon as it is known: a batch may go on for hours.
#[derive(Debug)]
pub(crate) struct Fates<'b> {
    bridge: &'b Bridge,
    /// Whoever reads messages and whoever is told of them take turns.
    waiting: Mutex<Waiting>,
}

#[derive(Debug, Default)]
struct Waiting {
    /// What the messages do that were read and not told of.
    verbs: VecDeque<Verb>,
    /// How many were told of.
    told: u64,
    taken: Vec<(Verb, Counter)>,
}

impl<'b> Fates<'b> {
    pub(crate) fn new(bridge: &'b Bridge) -> Self {
        Self { bridge, waiting: Mutex::default() }
    }

    /// The next message does this.
    pub(crate) fn expect(&self, verb: Verb) {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner).verbs.push_back(verb);
    }

    /// This became of a message, counted from 0.
    pub(crate) fn tell(&self, index: u64, fate: Result<(), &Error>) {
        let mut waiting = self.waiting.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(verb) = waiting.verb_of(index) else { return };
        match (fate, self.bridge.emitter.known_adapter()) {
            (Err(error), _) => self.bridge.metrics.failed(error.code()),
            (Ok(()), Some(adapter)) => waiting.count(verb, || self.bridge.metrics.taken_by(verb, adapter)),
            // It was taken, so its adapter is known.
            (Ok(()), None) => {}
        }
    }
}

impl Waiting {
    /// What the message does. Fates are told in order; of some messages nothing is known.
    fn verb_of(&mut self, index: u64) -> Option<Verb> {
        let skipped = usize::try_from(index.checked_sub(self.told)?).ok()?;
        self.told = index + 1;
        self.verbs.drain(..=skipped.min(self.verbs.len().checked_sub(1)?)).next_back()
    }

    /// The adapter is one and the same for a whole batch, so a counter is looked up once.
    fn count(&mut self, verb: Verb, counter: impl FnOnce() -> Counter) {
        if let Some((_, counter)) = self.taken.iter().find(|(known, _)| *known == verb) {
            counter.inc();
            return;
        }
        let counter = counter();
        counter.inc();
        self.taken.push((verb, counter));
    }
}
