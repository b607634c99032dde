use std::collections::BTreeMap;

use super::{
    event::{EmitOutcome, FailoverEvent, FailoverPhase},
    report::FailoverReport,
};

/// Counts of the events of a phase.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PhaseSummary {
    /// All events.
    pub emitted: u64,
    /// Failed emits, by error code.
    pub errors: BTreeMap<&'static str, u64>,
    /// Emits that failed with an unknown outcome although at least one client received the event.
    pub unknown_but_delivered: u64,
    /// Accepted by Redis.
    pub accepted: u64,
    /// Delivered by both servers, whatever the receipt.
    pub delivered_by_both: u64,
    /// Accepted, and fewer servers delivered the event than the receipt counts.
    pub underdelivered: u64,
    /// Accepted with a receipt that counts fewer than two servers.
    pub counted_fewer: u64,
    /// Accepted with a receipt without a number of servers.
    pub uncounted: u64,
}

impl PhaseSummary {
    /// Counts the events of a phase.
    pub fn of(report: &FailoverReport, phase: FailoverPhase) -> Self {
        let mut summary = Self::default();
        report.events.iter().filter(|event| event.phase == phase).for_each(|event| summary.add(event));
        summary
    }

    fn add(&mut self, event: &FailoverEvent) {
        self.emitted += 1;
        self.delivered_by_both += u64::from(event.deliveries() == 2);
        match &event.outcome {
            EmitOutcome::Accepted(receipt) => {
                self.accepted += 1;
                self.underdelivered += u64::from(event.is_underdelivered());
                self.counted_fewer += u64::from(receipt.servers.is_some_and(|servers| servers < 2));
                self.uncounted += u64::from(receipt.servers.is_none());
            }
            EmitOutcome::Failed { code, unknown, .. } => {
                *self.errors.entry(code).or_default() += 1;
                self.unknown_but_delivered += u64::from(*unknown && event.deliveries() > 0);
            }
        }
    }
}
