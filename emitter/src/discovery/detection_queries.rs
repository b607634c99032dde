//! What Redis shows of the servers: read-only queries, all in one round trip.

use redis::RedisError;

use crate::{
    adapter::{Adapter, Classic, Python, Sharded, SocketIoxide, Streams},
    base::{Deadline, Error},
    connection::{Connection, Options, QueryResult, RedisQuery},
};

/// The number of numbered streams to look for; more than any known deployment has.
const MAX_NUMBERED_STREAMS: u32 = 32;

/// What a query counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DetectionQuery {
    /// Subscribers of the request channel, which classic and socketioxide share.
    Requests,
    /// Request channels of single servers, which only socketioxide has.
    SocketIoxideServers,
    /// Subscribers of the request shard channel.
    SocketIoxideShards,
    /// Subscribers of the shard channel that sharded and streams share.
    Sharded,
    /// Subscribers of the channel of streams.
    Streams,
    /// Subscribers of python's channel.
    Python,
    /// 1 if this stream exists: the plain one, or a numbered one.
    Stream(Option<u32>),
}

/// The counts of the queries that Redis answered.
#[derive(Debug)]
pub(super) struct DetectionResults {
    counts: Vec<(DetectionQuery, u64)>,
    /// The last `NOPERM` reply.
    pub(super) refused: Option<RedisError>,
}

impl DetectionResults {
    /// Runs every query; `None` without Redis.
    pub(super) async fn query(
        connection: &Connection,
        options: &Options,
        namespaces: &[&str],
        deadline: Deadline,
    ) -> Result<Option<Self>, Error> {
        Self::run(connection, detection_queries(options, namespaces), deadline).await
    }

    async fn run(
        connection: &Connection,
        queries: Vec<(DetectionQuery, RedisQuery)>,
        deadline: Deadline,
    ) -> Result<Option<Self>, Error> {
        let redis_queries: Vec<_> = queries.iter().map(|(_, query)| query.clone()).collect();
        let Some(query_results) = connection.query(&redis_queries, deadline).await? else {
            return Ok(None);
        };
        let mut results = Self { counts: Vec::new(), refused: None };
        for ((query, _), result) in queries.into_iter().zip(query_results) {
            match result {
                Ok(QueryResult::Count(count)) => results.counts.push((query, count)),
                // One of them is the shared request channel, whose name the others begin with.
                Ok(QueryResult::Channels(names)) => {
                    results.counts.push((query, names.len().saturating_sub(1) as u64));
                }
                Ok(QueryResult::Type(kind)) => results.counts.push((query, u64::from(kind == "stream"))),
                Err(error) if error.code() == Some("NOPERM") => results.refused = Some(error),
                // Redis before 7 does not know shard channels, so no server uses one.
                Ok(QueryResult::RunIds(_) | QueryResult::Text(_)) | Err(_) => {}
            }
        }
        Ok(Some(results))
    }

    /// The sum of a query's counts over all namespaces.
    pub(super) fn count(&self, query: DetectionQuery) -> u64 {
        self.counts.iter().filter(|(counted, _)| *counted == query).map(|(_, count)| count).sum()
    }

    /// Whether there are classic servers. Those of socketioxide subscribe to the same request channel.
    pub(super) fn has_classic(&self) -> bool {
        self.count(DetectionQuery::Requests) > self.count(DetectionQuery::SocketIoxideServers)
    }

    /// The numbers of the streams that exist; `None` is the plain one.
    pub(super) fn existing_streams(&self) -> Vec<Option<u32>> {
        let stream = |(query, count): &(DetectionQuery, u64)| match query {
            DetectionQuery::Stream(number) if *count > 0 => Some(*number),
            _ => None,
        };
        self.counts.iter().filter_map(stream).collect()
    }
}

/// Whether classic servers with this prefix are on `/`; false if Redis does not permit finding out.
pub(super) async fn has_classic_servers(
    connection: &Connection,
    prefix: &str,
    deadline: Deadline,
) -> Result<bool, Error> {
    let options = Options::new().prefix(prefix);
    let mut queries = detection_queries(&options, &["/"]);
    queries.retain(|(query, _)| matches!(query, DetectionQuery::Requests | DetectionQuery::SocketIoxideServers));
    let results = DetectionResults::run(connection, queries, deadline).await?;
    Ok(results.is_some_and(|results| results.has_classic()))
}

fn detection_queries(options: &Options, namespaces: &[&str]) -> Vec<(DetectionQuery, RedisQuery)> {
    let configure = |adapter| options.apply_to(adapter);
    let classic = configure(Adapter::Classic(Classic::default()));
    let sharded = configure(Adapter::Sharded(Sharded::default()));
    let streams = configure(Adapter::Streams(Streams::default()));
    let socketioxide_shards =
        configure(Adapter::SocketIoxide(SocketIoxide { sharded: true, ..SocketIoxide::default() }));
    let python = configure(Adapter::Python(Python::default()));
    let mut queries = Vec::new();
    let mut count = |query, adapter: &Adapter, namespace: &str| {
        queries.extend(adapter.subscriber_count(namespace).map(|count| (query, RedisQuery::Count(count))));
    };
    count(DetectionQuery::Python, &python, "/");
    for namespace in namespaces {
        count(DetectionQuery::Requests, &classic, namespace);
        count(DetectionQuery::SocketIoxideShards, &socketioxide_shards, namespace);
        count(DetectionQuery::Sharded, &sharded, namespace);
        count(DetectionQuery::Streams, &streams, namespace);
    }
    for namespace in namespaces {
        let start = classic.subscriber_count(namespace).map(|count| count.channel().to_owned());
        let query = start.map(|start| RedisQuery::Channels { start, sharded: false });
        queries.extend(query.map(|query| (DetectionQuery::SocketIoxideServers, query)));
    }
    if let Adapter::Streams(streams) = &streams {
        let numbers = [None].into_iter().chain((0..MAX_NUMBERED_STREAMS).map(Some));
        queries.extend(numbers.map(|number| (DetectionQuery::Stream(number), RedisQuery::Type(streams.key(number)))));
    }
    queries
}
