use std::collections::BTreeMap;

use super::{
    event::{Event, Fate, Phase},
    record::Record,
};

/// How the events of a phase ended.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// All of them.
    pub emitted: u64,
    /// Those that failed, by the error's code.
    pub errors: BTreeMap<&'static str, u64>,
    /// Those that failed with "may have been taken", and arrived somewhere.
    pub unknown_and_arrived: u64,
    /// Those that Redis took.
    pub accepted: u64,
    /// Those that arrived at both servers, whatever was said of them.
    pub arrived_at_both: u64,
    /// Accepted: the receipt said more servers than it arrived at.
    pub fell_short: u64,
    /// Accepted: the receipt said fewer than two servers.
    pub said_fewer: u64,
    /// Accepted: the receipt did not say how many servers there are.
    pub said_nothing: u64,
}

impl Tally {
    /// Counts those of a phase.
    pub fn of(record: &Record, phase: Phase) -> Self {
        let mut tally = Self::default();
        record.events.iter().filter(|event| event.phase == phase).for_each(|event| tally.add(event));
        tally
    }

    fn add(&mut self, event: &Event) {
        self.emitted += 1;
        self.arrived_at_both += u64::from(event.arrivals() == 2);
        match &event.fate {
            Fate::Accepted(receipt) => {
                self.accepted += 1;
                self.fell_short += u64::from(event.fell_short());
                self.said_fewer += u64::from(receipt.servers.is_some_and(|servers| servers < 2));
                self.said_nothing += u64::from(receipt.servers.is_none());
            }
            Fate::Failed { code, unknown, .. } => {
                *self.errors.entry(code).or_default() += 1;
                self.unknown_and_arrived += u64::from(*unknown && event.arrivals() > 0);
            }
        }
    }
}
