//! Diagnoses why nothing arrives: what is on this Redis, what is wrong, and what to do.
//!
//! | step | file |
//! |---|---|
//! | query Redis, ping the servers | `survey` |
//! | parse the replies of Redis | `redis_info`, `subscriber` |
//! | derive findings from the facts, without I/O | `facts`, `rules`, `similar_names` |
//! | the result | `diagnosis`, `finding` |

mod builder;
mod diagnosis;
mod facts;
mod finding;
mod redis_info;
mod rules;
mod similar_names;
mod subscriber;
mod survey;

pub use self::{
    builder::DiagnosisBuilder,
    diagnosis::{ClusterSeen, Diagnosis, NamespaceSeen, RedisSeen, RoomSeen},
    finding::{Finding, Severity},
};
