//! What Redis can be asked without changing anything, and how it answers.

use std::{slice, sync::Arc};

use redis::{Cmd, RedisError, Value, cmd};

use super::{redis_node::RedisNode, topology::Topology};
use crate::adapter::{SubscriberCount, escape_pattern};

/// A question to Redis itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RedisQuery {
    /// How many subscribers there are.
    Count(SubscriberCount),
    /// The channels with subscribers whose names begin so.
    Channels { start: String, sharded: bool },
    /// The channels with subscribers whose names match.
    Matching { pattern: String, sharded: bool },
    /// How many patterns are subscribed to.
    Patterns,
    /// The type of a key.
    Type(String),
    /// What each server calls itself, from its start to its end.
    RunIds,
    /// What a server tells about itself.
    Text(TextQuery),
}

/// What a server can tell about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextQuery {
    /// Its version, part, databases and counters.
    Info,
    /// The connections that subscribe to something.
    Subscribers,
    /// How much may wait for a connection that does not read.
    Limits,
    /// The user of this connection.
    User,
    /// This connection.
    Connection,
}

/// The answer to a [`RedisQuery`] of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QueryResult {
    Count(u64),
    Channels(Vec<String>),
    /// `none` where the key does not exist.
    Type(String),
    RunIds(Vec<String>),
    /// Of several servers, one after the other.
    Text(String),
}

impl QueryResult {
    pub(crate) fn count(&self) -> u64 {
        match self {
            Self::Count(count) => *count,
            Self::Channels(_) | Self::Type(_) | Self::RunIds(_) | Self::Text(_) => 0,
        }
    }

    pub(crate) fn is_stream(&self) -> bool {
        matches!(self, Self::Type(kind) if kind == "stream")
    }

    pub(crate) fn channels(self) -> Vec<String> {
        match self {
            Self::Channels(names) => names,
            Self::Count(_) | Self::Type(_) | Self::RunIds(_) | Self::Text(_) => Vec::new(),
        }
    }

    pub(crate) fn text(self) -> String {
        match self {
            Self::Text(text) => text,
            Self::Count(_) | Self::Channels(_) | Self::Type(_) | Self::RunIds(_) => String::new(),
        }
    }
}

impl RedisQuery {
    pub(super) fn to_redis(&self) -> Cmd {
        match self {
            Self::Count(SubscriberCount::Channel(name)) => cmd("PUBSUB").arg("NUMSUB").arg(name).take(),
            Self::Count(SubscriberCount::ShardChannel(name)) => cmd("PUBSUB").arg("SHARDNUMSUB").arg(name).take(),
            Self::Channels { start, sharded } => {
                cmd("PUBSUB").arg(channels(*sharded)).arg(format!("{}*", escape_pattern(start))).take()
            }
            Self::Matching { pattern, sharded } => cmd("PUBSUB").arg(channels(*sharded)).arg(pattern).take(),
            Self::Patterns => cmd("PUBSUB").arg("NUMPAT").take(),
            Self::Type(key) => cmd("TYPE").arg(key).take(),
            Self::RunIds => cmd("INFO").arg("server").take(),
            Self::Text(TextQuery::Info) => cmd("INFO"),
            Self::Text(TextQuery::Subscribers) => cmd("CLIENT").arg("LIST").arg("TYPE").arg("pubsub").take(),
            Self::Text(TextQuery::Limits) => cmd("CONFIG").arg("GET").arg("client-output-buffer-limit").take(),
            Self::Text(TextQuery::User) => cmd("ACL").arg("WHOAMI").take(),
            Self::Text(TextQuery::Connection) => cmd("CLIENT").arg("INFO").take(),
        }
    }

    /// Those who know a part of the answer. A replica can have subscribers too.
    pub(super) fn known_to<'a>(&self, topology: &'a Topology) -> &'a [Arc<RedisNode>] {
        match self {
            Self::Type(key) => slice::from_ref(topology.owner(Some(key))),
            Self::Count(SubscriberCount::Channel(_))
            | Self::Channels { .. }
            | Self::Matching { .. }
            | Self::Patterns
            | Self::RunIds
            | Self::Text(TextQuery::Subscribers) => &topology.nodes,
            Self::Text(_) => slice::from_ref(topology.owner(None)),
            Self::Count(SubscriberCount::ShardChannel(name)) => topology.shard(name),
        }
    }

    /// True if the others can answer where one does not run.
    pub(super) fn can_spare_one(&self, topology: &Topology) -> bool {
        self.known_to(topology).len() > 1
    }

    /// Puts together what each server that was asked said.
    pub(super) fn answer(&self, parts: Vec<Value>) -> Result<QueryResult, RedisError> {
        Ok(match self {
            Self::Count(_) => QueryResult::Count(parts.iter().map(count).sum()),
            Self::Patterns => {
                let parts: Vec<u64> = parts.into_iter().map(redis::from_redis_value).collect::<Result<_, _>>()?;
                QueryResult::Count(parts.into_iter().sum())
            }
            Self::Text(TextQuery::Limits) => {
                let words: Option<Vec<String>> = parts.into_iter().next().map(pairs).transpose()?;
                QueryResult::Text(words.unwrap_or_default().join(" "))
            }
            Self::Text(_) => {
                let parts: Vec<String> = parts.into_iter().map(redis::from_redis_value).collect::<Result<_, _>>()?;
                QueryResult::Text(parts.join("\n"))
            }
            Self::Channels { .. } | Self::Matching { .. } => {
                let parts: Vec<Vec<String>> =
                    parts.into_iter().map(redis::from_redis_value).collect::<Result<_, _>>()?;
                let mut names = parts.concat();
                names.sort_unstable();
                names.dedup();
                QueryResult::Channels(names)
            }
            Self::Type(_) => {
                let kind = parts.into_iter().next().map(redis::from_redis_value).transpose()?;
                QueryResult::Type(kind.unwrap_or_else(|| "none".to_owned()))
            }
            Self::RunIds => {
                let infos: Vec<String> = parts.into_iter().map(redis::from_redis_value).collect::<Result<_, _>>()?;
                let id = |info: &String| {
                    info.lines().find_map(|line| line.strip_prefix("run_id:")).map(|id| id.trim().to_owned())
                };
                QueryResult::RunIds(infos.iter().filter_map(id).collect())
            }
        })
    }
}

fn channels(sharded: bool) -> &'static str {
    if sharded { "SHARDCHANNELS" } else { "CHANNELS" }
}

/// Names and values in turn, however they are sent.
fn pairs(value: Value) -> Result<Vec<String>, RedisError> {
    let items = match value {
        Value::Map(pairs) => pairs.into_iter().flat_map(|(name, value)| [name, value]).collect(),
        Value::Array(items) => items,
        value => vec![value],
    };
    Ok(items.into_iter().map(redis::from_redis_value).collect::<Result<_, _>>()?)
}

/// The count in the answer to NUMSUB: channel and count in turn, or a map of them.
fn count(value: &Value) -> u64 {
    let count = match value {
        Value::Array(items) => items.get(1),
        Value::Map(pairs) => pairs.first().map(|(_, count)| count),
        _ => None,
    };
    match count {
        Some(Value::Int(count)) => u64::try_from(*count).unwrap_or(0),
        _ => 0,
    }
}
