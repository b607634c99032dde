use super::clusters::{cluster_queries, find_clusters};
use crate::{
    base::Deadline,
    connection::{Connection, QueryResult},
};

/// The adapter and the prefix of every cluster on this Redis, in one round trip. Empty if Redis refuses or fails: the
/// result is only a hint in an error.
pub(super) async fn other_clusters(connection: &Connection, deadline: Deadline) -> Vec<(String, String)> {
    let results = connection.query(&cluster_queries(), deadline).await.ok().flatten().unwrap_or_default();
    let names: Vec<_> =
        results.into_iter().map(|result| result.map(QueryResult::channels).unwrap_or_default()).collect();
    let (channels, shard_channels) = names.split_at(names.len() / 2);
    let clusters = find_clusters(&channels.concat(), &shard_channels.concat());
    let mut found: Vec<(String, String)> =
        clusters.iter().map(|cluster| (cluster.adapter.to_string(), cluster.adapter.prefix().to_owned())).collect();
    // Classic and socketioxide share a request channel, and without counts socketioxide alone explains it.
    let socketioxide: Vec<_> = found.iter().filter(|(adapter, _)| adapter == "socketioxide").cloned().collect();
    found.retain(|(adapter, prefix)| adapter != "classic" || socketioxide.iter().all(|(_, other)| other != prefix));
    found
}
