//! What an emitter finds out about the servers: their adapter, versions and number, and the clusters on one Redis.
//!
//! Every function takes a connection and options, never a session.

mod cache;
mod clusters;
mod count;
mod count_by_ping;
mod detect;
mod elsewhere;
mod signs;
mod stream_readers;
mod versions;

pub(crate) use self::{
    cache::DiscoveryCache,
    clusters::{FoundCluster, cluster_queries, clusters},
    count::count_servers,
    stream_readers::stream_readers,
};
