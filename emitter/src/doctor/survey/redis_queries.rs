//! Queries Redis about itself, its subscribers and the clusters on it.

use redis::RedisError;

use super::{Survey, SurveyedCluster};
use crate::{
    adapter::{Adapter, Python},
    base::Error,
    connection::{QueryResult, RedisQuery, TextQuery},
    discovery::{FoundCluster, cluster_queries, find_clusters},
    doctor::{
        NamespaceSeen,
        facts::{Facts, Refusal},
        redis_info::RedisInfo,
        subscriber::{OutputBufferLimit, Subscriber},
    },
};

/// Channels of other programs are listed only if at most this number of channels have subscribers.
const MAX_CHANNELS_TO_LIST: u64 = 500;

/// The number of numbered streams to look for.
const MAX_NUMBERED_STREAMS: u32 = 8;

impl Survey<'_> {
    /// Adds to the facts what Redis shows, in a few round trips, and returns the clusters.
    pub(super) async fn query_redis(&mut self) -> Result<Vec<SurveyedCluster>, Error> {
        let python = Adapter::Python(Python::default());
        let python = match &self.facts.settings.prefix {
            Some(prefix) => python.with_prefix(prefix.clone()),
            None => python,
        };
        let streams = self.streams_adapter();
        let numbers = [None].into_iter().chain((0..MAX_NUMBERED_STREAMS).map(Some));
        let keys: Vec<_> = numbers.map(|number| (number, streams.key(number))).collect();
        let mut queries = vec![
            RedisQuery::Text(TextQuery::Info),
            RedisQuery::Text(TextQuery::User),
            RedisQuery::Text(TextQuery::Connection),
            RedisQuery::Text(TextQuery::Subscribers),
            RedisQuery::Text(TextQuery::Limits),
            RedisQuery::Patterns,
        ];
        queries.extend(keys.iter().map(|(_, key)| RedisQuery::Type(key.clone())));
        queries.extend(python.subscriber_count("/").map(RedisQuery::Count));
        queries.extend(cluster_queries());
        let Some(results) = self.session.connection().query(&queries, self.deadline).await? else {
            return Err(Error::Config(
                "cannot diagnose a recorder, which has no Redis; use `Emitter::connect(url)`".to_owned(),
            ));
        };
        let mut results = results.into_iter();
        // In the order of the queries.
        let mut next = |operation: &str| {
            let result = results.next()?;
            self.facts.take_result(operation, result)
        };
        let info = next("INFO").map(QueryResult::text).unwrap_or_default();
        let user = next("ACL WHOAMI").map(QueryResult::text);
        let connection = next("CLIENT INFO").map(QueryResult::text).unwrap_or_default();
        let subscribers = next("CLIENT LIST").map(QueryResult::text).unwrap_or_default();
        let limits = next("CONFIG GET").map(QueryResult::text).unwrap_or_default();
        let patterns = next("PUBSUB NUMPAT").map(|result| result.count());
        let existing = keys.iter().filter(|_| next("TYPE").is_some_and(|result| result.is_stream()));
        let existing: Vec<_> = existing.map(|(number, _)| *number).collect();
        let python_servers = next("PUBSUB NUMSUB").map_or(0, |result| result.count());
        let mut channels = || next("PUBSUB CHANNELS").map(QueryResult::channels).unwrap_or_default();
        let channels = [channels(), channels()].concat();
        let mut shard_channels = || next("PUBSUB SHARDCHANNELS").map(QueryResult::channels).unwrap_or_default();
        let shard_channels = [shard_channels(), shard_channels()].concat();

        self.facts.info = RedisInfo::parse(&info);
        self.facts.info.redis.user = user;
        let database = connection.split(' ').find_map(|field| field.strip_prefix("db=")?.parse().ok());
        self.facts.settings.database = database;
        self.facts.subscribers = Subscriber::parse_list(&subscribers);
        self.facts.output_buffer_limit = OutputBufferLimit::parse(&limits);
        self.facts.patterns = patterns;
        let mut clusters = self.count_servers(find_clusters(&channels, &shard_channels)).await?;
        if python_servers > 0 {
            let namespaces = vec![NamespaceSeen::new("*", Some(python_servers))];
            clusters.push(SurveyedCluster { adapter: python, namespaces });
        }
        if clusters.is_empty() && self.facts.is_pubsub_refused() {
            clusters.extend(self.configured_cluster());
        }
        self.detect_streams(&existing, &mut clusters).await;
        if clusters.is_empty() && self.facts.info.channel_count.is_some_and(|count| count <= MAX_CHANNELS_TO_LIST) {
            let all = RedisQuery::Matching { pattern: "*".to_owned(), sharded: false };
            let results = self.session.connection().query(&[all], self.deadline).await?.into_iter().flatten();
            self.facts.other_channels = results.filter_map(Result::ok).flat_map(QueryResult::channels).collect();
        }
        Ok(clusters)
    }

    /// The cluster that the options name. Its servers can be pinged where Redis does not permit finding them.
    fn configured_cluster(&self) -> Option<SurveyedCluster> {
        let options = self.session.options();
        let adapter = options.apply_to(options.adapter.clone()?);
        let namespace = if matches!(adapter, Adapter::Python(_)) { "*" } else { &self.facts.settings.namespace };
        let namespaces = vec![NamespaceSeen::new(namespace, None)];
        Some(SurveyedCluster { adapter, namespaces })
    }

    /// Counts the servers of each namespace, and drops the namespaces and clusters without servers.
    async fn count_servers(&self, clusters: Vec<FoundCluster>) -> Result<Vec<SurveyedCluster>, Error> {
        let mut counts = Vec::new();
        for (index, FoundCluster { adapter, namespaces }) in clusters.iter().enumerate() {
            for (namespace, servers_with_channel) in namespaces {
                let query = adapter.subscriber_count(namespace).map(RedisQuery::Count);
                counts.extend(query.map(|query| (index, namespace, *servers_with_channel, query)));
            }
        }
        let queries: Vec<RedisQuery> = counts.iter().map(|(.., query)| query.clone()).collect();
        let results = self.session.connection().query(&queries, self.deadline).await?.unwrap_or_default();
        let mut namespaces: Vec<Vec<NamespaceSeen>> = clusters.iter().map(|_| Vec::new()).collect();
        for ((index, namespace, servers_with_channel, _), result) in counts.iter().zip(results) {
            let adapter = &clusters[*index].adapter;
            let servers = result.ok().map(|result| match adapter {
                Adapter::SocketIoxide(socketioxide) if !socketioxide.sharded => *servers_with_channel,
                // Servers of socketioxide subscribe to the same channel.
                Adapter::Classic(classic) => {
                    let socketioxide = clusters.iter().find_map(|cluster| match &cluster.adapter {
                        Adapter::SocketIoxide(socketioxide)
                            if !socketioxide.sharded && socketioxide.prefix == classic.prefix =>
                        {
                            cluster.namespaces.get(*namespace).copied()
                        }
                        _ => None,
                    });
                    result.count().saturating_sub(socketioxide.unwrap_or(0))
                }
                _ => result.count(),
            });
            if servers != Some(0) {
                namespaces[*index].push(NamespaceSeen::new(*namespace, servers));
            }
        }
        let surveyed = clusters.into_iter().zip(namespaces).filter(|(_, namespaces)| !namespaces.is_empty());
        Ok(surveyed.map(|(FoundCluster { adapter, .. }, namespaces)| SurveyedCluster { adapter, namespaces }).collect())
    }
}

impl Facts {
    /// The result of a query; `None` if it failed. If Redis does not permit the query, the facts say so.
    fn take_result(&mut self, operation: &str, result: Result<QueryResult, RedisError>) -> Option<QueryResult> {
        match result {
            Ok(result) => Some(result),
            Err(error) => {
                let refusal = Refusal::new(operation, "", &error);
                // Other errors mean that this version of Redis does not know the command.
                if error.code() == Some("NOPERM") && !self.refused_queries.contains(&refusal) {
                    self.refused_queries.push(refusal);
                }
                None
            }
        }
    }
}
