//! Runs a cluster under load while Redis fails over, and compares receipts with what clients receive.

mod delivery_log;
mod event;
mod load_emitter;
mod phase_summary;
mod report;
mod scenario;

use std::time::Duration;

pub use self::{
    event::{EmitOutcome, FailoverEvent, FailoverPhase},
    phase_summary::PhaseSummary,
    report::FailoverReport,
    scenario::{FailoverScenario, FailoverTrigger},
};

/// How often and how long events are emitted.
#[derive(Debug, Clone, Copy)]
pub struct LoadProfile {
    /// The interval between events.
    pub every: Duration,
    /// The timeout of each emit, which also bounds how many are in flight.
    pub timeout: Duration,
    /// The time before the failure.
    pub before: Duration,
    /// The time from the failure until a killed server is started again, as a replica.
    pub outage: Duration,
    /// The minimum time after that. The run continues until the cluster has recovered.
    pub after: Duration,
}
