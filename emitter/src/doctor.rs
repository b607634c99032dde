//! "I emit, nothing arrives": what is on this Redis, what is wrong, and what to do.
//!
//! | step | file |
//! |---|---|
//! | what Redis shows and the servers answer is gathered | `survey` |
//! | channels' names, and what Redis says about itself, are read | `places`, `info`, `subscriber` |
//! | facts become findings; no I/O | `facts`, `judge` |
//! | what is told | `diagnosing`, `diagnosis`, `finding` |
//!
//! `elsewhere` is the short answer, for an emit that found nobody.

mod builder;
mod diagnosis;
mod facts;
mod finding;
mod info;
mod judge;
mod near;
mod subscriber;
mod survey;

pub use self::{
    builder::DiagnosisBuilder,
    diagnosis::{ClusterSeen, Diagnosis, NamespaceSeen, RedisSeen, RoomSeen},
    finding::{Finding, Severity},
};
