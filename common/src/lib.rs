//! What the command line and the HTTP bridge have in common: one way to say which cluster, what its adapters
//! carry, one way to write a duration, and one way to choose among a tap's messages.

mod adapters;
mod cluster;
mod duration;
mod filter;

pub use self::{
    adapters::adapters,
    cluster::{ClusterArgs, ENVIRONMENT},
    duration::duration,
    filter::{TapFilter, glob, namespace_glob},
};
