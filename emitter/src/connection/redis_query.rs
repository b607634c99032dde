//! Read-only queries to Redis and their results.

use std::{slice, sync::Arc};

use redis::{Cmd, FromRedisValue, RedisResult, Value, cmd};

use super::{redis_node::RedisNode, topology::Topology};
use crate::adapter::{SubscriberCount, escape_pattern};

/// A query to Redis that changes nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum RedisQuery {
    /// The number of subscribers.
    Count(SubscriberCount),
    /// The channels with subscribers whose names start with `start`.
    Channels { start: String, sharded: bool },
    /// The channels with subscribers whose names match `pattern`.
    Matching { pattern: String, sharded: bool },
    /// The number of patterns that are subscribed to.
    Patterns,
    /// The type of a key.
    Type(String),
    /// The run id of each node, which changes when Redis is restarted.
    RunIds,
    /// A text about the server.
    Text(TextQuery),
}

/// A text that Redis returns about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TextQuery {
    /// `INFO`.
    Info,
    /// `CLIENT LIST TYPE pubsub`: the connections with subscriptions.
    Subscribers,
    /// `CONFIG GET client-output-buffer-limit`.
    Limits,
    /// `ACL WHOAMI`: the user of this connection.
    User,
    /// `CLIENT INFO`: this connection.
    Connection,
}

/// The result of the [`RedisQuery`] of the same name; of `Patterns`, a `Count`; of `Matching`, `Channels`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QueryResult {
    Count(u64),
    Channels(Vec<String>),
    /// `none` for a key that does not exist.
    Type(String),
    RunIds(Vec<String>),
    /// The texts of several nodes, one after the other.
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

    /// The nodes that know a part of the result. Replicas are among them if they can have subscribers.
    pub(super) fn nodes<'a>(&self, topology: &'a Topology) -> &'a [Arc<RedisNode>] {
        match self {
            Self::Type(key) => slice::from_ref(topology.primary(Some(key))),
            Self::Count(SubscriberCount::Channel(_))
            | Self::Channels { .. }
            | Self::Matching { .. }
            | Self::Patterns
            | Self::RunIds
            | Self::Text(TextQuery::Subscribers) => &topology.nodes,
            Self::Text(_) => slice::from_ref(topology.primary(None)),
            Self::Count(SubscriberCount::ShardChannel(name)) => topology.nodes_of(name),
        }
    }

    /// Combines the replies of the nodes.
    pub(super) fn result(&self, replies: Vec<Value>) -> RedisResult<QueryResult> {
        Ok(match self {
            Self::Count(_) => QueryResult::Count(replies.iter().map(subscribers).sum()),
            Self::Patterns => {
                let counts: Vec<u64> = read_all(replies)?;
                QueryResult::Count(counts.into_iter().sum())
            }
            Self::Text(TextQuery::Limits) => {
                let words: Option<Vec<String>> = replies.into_iter().next().map(names_and_values).transpose()?;
                QueryResult::Text(words.unwrap_or_default().join(" "))
            }
            Self::Text(_) => {
                let texts: Vec<String> = read_all(replies)?;
                QueryResult::Text(texts.join("\n"))
            }
            Self::Channels { .. } | Self::Matching { .. } => {
                let mut names = read_all::<Vec<String>>(replies)?.concat();
                names.sort_unstable();
                names.dedup();
                QueryResult::Channels(names)
            }
            Self::Type(_) => {
                let kind = replies.into_iter().next().map(redis::from_redis_value).transpose()?;
                QueryResult::Type(kind.unwrap_or_else(|| "none".to_owned()))
            }
            Self::RunIds => {
                let infos: Vec<String> = read_all(replies)?;
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

fn read_all<T: FromRedisValue>(replies: Vec<Value>) -> RedisResult<Vec<T>> {
    Ok(replies.into_iter().map(redis::from_redis_value).collect::<Result<_, _>>()?)
}

/// Names and values in turn, from a map (RESP3) or a list (RESP2).
fn names_and_values(reply: Value) -> RedisResult<Vec<String>> {
    let items = match reply {
        Value::Map(pairs) => pairs.into_iter().flat_map(|(name, value)| [name, value]).collect(),
        Value::Array(items) => items,
        value => vec![value],
    };
    read_all(items)
}

/// The count in the reply to NUMSUB or SHARDNUMSUB for one channel: a list (RESP2) or a map (RESP3) of the channel and
/// its count.
fn subscribers(reply: &Value) -> u64 {
    let count = match reply {
        Value::Array(items) => items.get(1),
        Value::Map(pairs) => pairs.first().map(|(_, count)| count),
        _ => None,
    };
    match count {
        Some(Value::Int(count)) => u64::try_from(*count).unwrap_or(0),
        _ => 0,
    }
}
