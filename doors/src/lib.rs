//! What the command line and the HTTP bridge have in common: one way to say which cluster, what its adapters
//! carry, and one way to write a duration.

mod adapters;
mod cluster;
mod duration;

pub use self::{
    adapters::adapters,
    cluster::{Cluster, ENVIRONMENT},
    duration::duration,
};
