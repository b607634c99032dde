//! What an emitter finds out about the servers: their adapter, versions and number, and the clusters on one Redis.
//!
//! Every function takes a connection and options, never a session.

mod cache;
mod clusters;
mod count;
mod count_by_ping;
mod detect;
mod detection_queries;
mod other_clusters;
mod stream_readers;
mod versions;

pub(crate) use self::{
    cache::DiscoveryCache,
    clusters::{FoundCluster, cluster_queries, find_clusters},
    count::count_servers,
    stream_readers::streams_with_readers,
};
