//! Options and parsers shared by the command line and the HTTP bridge: the cluster options, the adapter table for
//! help texts, durations, and tap filters.

mod adapter_table;
mod cluster_args;
mod duration;
mod tap_filter;

pub use self::{
    adapter_table::adapters,
    cluster_args::{ClusterArgs, ENVIRONMENT},
    duration::duration,
    tap_filter::{TapFilter, glob, namespace_glob},
};
