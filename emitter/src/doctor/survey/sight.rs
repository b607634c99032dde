//! What Redis shows without anybody being asked.

use redis::RedisError;

use super::{Found, Survey};
use crate::{
    adapter::{Adapter, Python},
    base::Error,
    connection::{QueryResult, RedisQuery, TextQuery},
    discovery::{FoundCluster, cluster_queries, clusters},
    doctor::{
        NamespaceSeen,
        facts::{Facts, Refusal},
        info::Info,
        subscriber::{Limit, Subscriber},
    },
};

/// Where more channels than this have subscribers, those that are nobody's are not looked for.
const FEW_CHANNELS: u64 = 500;

/// How many numbered streams are looked for.
const STREAMS: u32 = 8;

impl Survey<'_> {
    /// Asks Redis, in a few round trips.
    pub(super) async fn look(&mut self) -> Result<Found, Error> {
        let python = Adapter::Python(Python::default());
        let python = match &self.facts.wanted.prefix {
            Some(prefix) => python.with_prefix(prefix.clone()),
            None => python,
        };
        let streams = self.streams();
        let numbers = [None].into_iter().chain((0..STREAMS).map(Some));
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
        let Some(answers) = self.session.connection().query(&queries, self.deadline).await? else {
            return Err(Error::Config("there is no Redis to look at".to_owned()));
        };
        let mut answers = answers.into_iter();
        let mut next = |what: &str| {
            let answer = answers.next()?;
            self.facts.seen(what, answer)
        };
        let info = next("INFO").map(QueryResult::text).unwrap_or_default();
        let user = next("ACL WHOAMI").map(QueryResult::text);
        let connection = next("CLIENT INFO").map(QueryResult::text).unwrap_or_default();
        let subscribers = next("CLIENT LIST").map(QueryResult::text).unwrap_or_default();
        let limits = next("CONFIG GET").map(QueryResult::text).unwrap_or_default();
        let patterns = next("PUBSUB NUMPAT").map(|answer| answer.count());
        let existing = keys.iter().filter(|_| next("TYPE").is_some_and(|answer| answer.is_stream()));
        let existing: Vec<_> = existing.map(|(number, _)| *number).collect();
        let pythons = next("PUBSUB NUMSUB").map_or(0, |answer| answer.count());
        let mut channels = || next("PUBSUB CHANNELS").map(QueryResult::channels).unwrap_or_default();
        let named = [channels(), channels()].concat();
        let mut shard_channels = || next("PUBSUB SHARDCHANNELS").map(QueryResult::channels).unwrap_or_default();
        let shard_named = [shard_channels(), shard_channels()].concat();

        self.facts.info = Info::read(&info);
        self.facts.info.redis.user = user;
        let database = connection.split(' ').find_map(|field| field.strip_prefix("db=")?.parse().ok());
        self.facts.wanted.database = database;
        self.facts.subscribers = Subscriber::read_all(&subscribers);
        self.facts.limit = Limit::read(&limits);
        self.facts.patterns = patterns;
        let mut found = self.count(clusters(&named, &shard_named)).await?;
        if pythons > 0 {
            found.push((python.clone(), vec![NamespaceSeen::new("*", Some(pythons))]));
        }
        if found.is_empty() && self.facts.is_blind() {
            found.extend(self.named());
        }
        self.tell_streams_apart(&existing, &mut found).await;
        if found.is_empty() && self.facts.info.channels.is_some_and(|count| count <= FEW_CHANNELS) {
            let all = RedisQuery::Matching { pattern: "*".to_owned(), sharded: false };
            let answers = self.session.connection().query(&[all], self.deadline).await?.into_iter().flatten();
            self.facts.strangers = answers.filter_map(Result::ok).flat_map(QueryResult::channels).collect();
        }
        Ok(found)
    }

    /// Who must be there by what the session was told, and can be asked without being seen.
    fn named(&self) -> Option<(Adapter, Vec<NamespaceSeen>)> {
        let options = self.session.options();
        let adapter = options.apply_to(options.adapter.clone()?);
        let namespace = if matches!(adapter, Adapter::Python(_)) { "*" } else { &self.facts.wanted.namespace };
        Some((adapter, vec![NamespaceSeen::new(namespace, None)]))
    }

    /// The servers of each namespace.
    async fn count(&self, clusters: Vec<FoundCluster>) -> Result<Found, Error> {
        let mut asked = Vec::new();
        for (index, FoundCluster { adapter, namespaces }) in clusters.iter().enumerate() {
            for (namespace, own) in namespaces {
                asked.extend(
                    adapter
                        .subscriber_count(namespace)
                        .map(|census| (index, namespace, *own, RedisQuery::Count(census))),
                );
            }
        }
        let queries: Vec<RedisQuery> = asked.iter().map(|(.., query)| query.clone()).collect();
        let answers = self.session.connection().query(&queries, self.deadline).await?.unwrap_or_default();
        let mut counted: Vec<Vec<NamespaceSeen>> = clusters.iter().map(|_| Vec::new()).collect();
        for ((index, namespace, own, _), answer) in asked.iter().zip(answers) {
            let FoundCluster { adapter, .. } = &clusters[*index];
            let others = match adapter {
                // The channel serves both.
                Adapter::Classic(classic) => clusters.iter().find_map(|cluster| match &cluster.adapter {
                    Adapter::SocketIoxide(oxide) if !oxide.sharded && oxide.prefix == classic.prefix => {
                        cluster.namespaces.get(*namespace).copied()
                    }
                    _ => None,
                }),
                _ => None,
            };
            let servers = answer.ok().map(|answer| match adapter {
                Adapter::SocketIoxide(oxide) if !oxide.sharded => *own,
                _ => answer.count().saturating_sub(others.unwrap_or(0)),
            });
            if servers != Some(0) {
                counted[*index].push(NamespaceSeen::new(*namespace, servers));
            }
        }
        let found = clusters.into_iter().map(|cluster| cluster.adapter).zip(counted);
        Ok(found.filter(|(_, namespaces)| !namespaces.is_empty()).collect())
    }
}

impl Facts {
    /// An answer, or a note that there is none.
    fn seen(&mut self, what: &str, answer: Result<QueryResult, RedisError>) -> Option<QueryResult> {
        match answer {
            Ok(answer) => Some(answer),
            Err(error) => {
                let refusal = Refusal::new(what, "", &error);
                // An old Redis does not know every question.
                if error.code() == Some("NOPERM") && !self.unseen.contains(&refusal) {
                    self.unseen.push(refusal);
                }
                None
            }
        }
    }
}
