//! What the command line and the HTTP bridge have in common: one way to say which cluster, and one way to write a
//! duration.

mod cluster;
mod duration;

pub use self::{
    cluster::{Cluster, ENVIRONMENT},
    duration::duration,
};
