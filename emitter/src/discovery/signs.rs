//! What Redis itself shows of the servers: read-only, and all of it in one round trip.

use redis::RedisError;

use crate::{
    adapter::{Adapter, Classic, Python, Sharded, SocketIoxide, Streams},
    base::{Deadline, Error},
    connection::{Connection, Options, QueryResult, RedisQuery},
};

/// How many numbered streams are looked for: more than anybody spreads namespaces over.
const STREAMS: u32 = 32;

/// A thing that can be seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sign {
    /// Subscribers of the channel for requests, which classic and socketioxide have in common.
    Requests,
    /// Channels for requests to one server, which only socketioxide has.
    OxideServers,
    /// Subscribers of the shard channel for requests.
    OxideShards,
    /// Subscribers of the shard channel that sharded and streams have in common.
    Shards,
    /// Subscribers of the channel of streams.
    Channel,
    /// Subscribers of python's channel.
    Python,
    /// A stream: the plain one, or one of several.
    Stream(Option<u32>),
}

/// What was seen, and how often.
#[derive(Debug)]
pub(super) struct Signs {
    seen: Vec<(Sign, u64)>,
    /// Redis did not permit a question.
    pub(super) forbidden: Option<RedisError>,
}

impl Signs {
    /// Looks for them; `None` without Redis.
    pub(super) async fn look(
        connection: &Connection,
        options: &Options,
        namespaces: &[&str],
        deadline: Deadline,
    ) -> Result<Option<Self>, Error> {
        Self::ask(connection, questions(options, namespaces), deadline).await
    }

    async fn ask(
        connection: &Connection,
        questions: Vec<(Sign, RedisQuery)>,
        deadline: Deadline,
    ) -> Result<Option<Self>, Error> {
        let queries: Vec<_> = questions.iter().map(|(_, query)| query.clone()).collect();
        let Some(answers) = connection.query(&queries, deadline).await? else {
            return Ok(None);
        };
        let mut signs = Self { seen: Vec::new(), forbidden: None };
        for ((sign, _), answer) in questions.into_iter().zip(answers) {
            match answer {
                Ok(QueryResult::Count(count)) => signs.seen.push((sign, count)),
                // The first is the channel itself.
                Ok(QueryResult::Channels(names)) => signs.seen.push((sign, names.len().saturating_sub(1) as u64)),
                Ok(QueryResult::Type(kind)) => signs.seen.push((sign, u64::from(kind == "stream"))),
                Err(error) if error.code() == Some("NOPERM") => signs.forbidden = Some(error),
                // A Redis before 7 has no shard channels, and then nobody is on one.
                Ok(QueryResult::RunIds(_) | QueryResult::Text(_)) | Err(_) => {}
            }
        }
        Ok(Some(signs))
    }

    pub(super) fn count(&self, sign: Sign) -> u64 {
        self.seen.iter().filter(|(seen, _)| *seen == sign).map(|(_, count)| count).sum()
    }

    /// True if there are classic servers, which have a channel in common with socketioxide's.
    pub(super) fn has_classic(&self) -> bool {
        self.count(Sign::Requests) > self.count(Sign::OxideServers)
    }

    /// The streams that exist.
    pub(super) fn streams(&self) -> Vec<Option<u32>> {
        let stream = |(sign, count): &(Sign, u64)| match sign {
            Sign::Stream(number) if *count > 0 => Some(*number),
            _ => None,
        };
        self.seen.iter().filter_map(stream).collect()
    }
}

/// True if servers of the classic adapter have this prefix. Where Redis does not permit the question, nobody knows.
pub(crate) async fn classic_servers(connection: &Connection, prefix: &str, deadline: Deadline) -> Result<bool, Error> {
    let options = Options::new().prefix(prefix);
    let mut questions = questions(&options, &["/"]);
    questions.retain(|(sign, _)| matches!(sign, Sign::Requests | Sign::OxideServers));
    let signs = Signs::ask(connection, questions, deadline).await?;
    Ok(signs.is_some_and(|signs| signs.has_classic()))
}

fn questions(options: &Options, namespaces: &[&str]) -> Vec<(Sign, RedisQuery)> {
    let named = |adapter| options.apply_to(adapter);
    let classic = named(Adapter::Classic(Classic::default()));
    let sharded = named(Adapter::Sharded(Sharded::default()));
    let streams = named(Adapter::Streams(Streams::default()));
    let oxide_shards = named(Adapter::SocketIoxide(SocketIoxide { sharded: true, ..SocketIoxide::default() }));
    let python = named(Adapter::Python(Python::default()));
    let mut questions = Vec::new();
    let mut count = |sign, adapter: &Adapter, namespace: &str| {
        questions.extend(adapter.subscriber_count(namespace).map(|census| (sign, RedisQuery::Count(census))));
    };
    count(Sign::Python, &python, "/");
    for namespace in namespaces {
        count(Sign::Requests, &classic, namespace);
        count(Sign::OxideShards, &oxide_shards, namespace);
        count(Sign::Shards, &sharded, namespace);
        count(Sign::Channel, &streams, namespace);
    }
    for namespace in namespaces {
        let start = classic.subscriber_count(namespace).map(|census| census.channel().to_owned());
        let query = start.map(|start| RedisQuery::Channels { start, sharded: false });
        questions.extend(query.map(|query| (Sign::OxideServers, query)));
    }
    if let Adapter::Streams(streams) = &streams {
        let numbers = [None].into_iter().chain((0..STREAMS).map(Some));
        questions.extend(numbers.map(|number| (Sign::Stream(number), RedisQuery::Type(streams.key(number)))));
    }
    questions
}
