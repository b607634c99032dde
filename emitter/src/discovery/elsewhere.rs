use super::clusters::{cluster_queries, clusters};
use crate::{
    base::Deadline,
    connection::{Connection, QueryResult},
};

/// The adapter and the prefix of every cluster that shows on this Redis, in one round trip; none if it cannot be looked
/// at, for this is a hint and no more.
pub(crate) async fn elsewhere(connection: &Connection, deadline: Deadline) -> Vec<(String, String)> {
    let answers = connection.query(&cluster_queries(), deadline).await.ok().flatten().unwrap_or_default();
    let names: Vec<_> =
        answers.into_iter().map(|answer| answer.map(QueryResult::channels).unwrap_or_default()).collect();
    let (channels, shard_channels) = names.split_at(names.len() / 2);
    let clusters = clusters(&channels.concat(), &shard_channels.concat());
    let mut found: Vec<(String, String)> =
        clusters.iter().map(|cluster| (cluster.adapter.to_string(), cluster.adapter.prefix().to_owned())).collect();
    // Both have that channel, and nobody was counted here.
    let oxide: Vec<_> = found.iter().filter(|(adapter, _)| adapter == "socketioxide").cloned().collect();
    found.retain(|(adapter, prefix)| adapter != "classic" || oxide.iter().all(|(_, other)| other != prefix));
    found
}
