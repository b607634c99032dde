//! What receipts say beside what arrives, while Redis loses its primary.

mod emitting;
mod event;
mod ledger;
mod record;
mod scenario;
mod tally;

use std::time::Duration;

pub use self::{
    event::{Event, Fate, Phase},
    record::Record,
    scenario::{Cut, Scenario},
    tally::Tally,
};

/// How fast and how long events are emitted.
#[derive(Debug, Clone, Copy)]
pub struct Pace {
    /// From one event to the next.
    pub every: Duration,
    /// What each event has, which also bounds how many are on their way at once.
    pub timeout: Duration,
    /// The time before the cut.
    pub before: Duration,
    /// From the cut until the one that was killed is started again, which makes it a replica.
    pub away: Duration,
    /// From then to the end, at least; it goes on until all is well.
    pub after: Duration,
}
