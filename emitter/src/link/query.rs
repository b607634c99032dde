//! What Redis can be asked without changing anything, and how it answers.

use std::{slice, sync::Arc};

use redis::{Cmd, RedisError, Value, cmd};

use super::{node::Node, topology::Topology};

/// How the servers of a namespace are counted: by the subscribers of the channel that they subscribe to by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Census {
    /// The subscribers of a channel.
    Channel(String),
    /// The subscribers of a shard channel.
    ShardChannel(String),
}

impl Census {
    /// The channel's name.
    pub(crate) fn channel(&self) -> &str {
        match self {
            Self::Channel(name) | Self::ShardChannel(name) => name,
        }
    }
}

/// A question to Redis itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Query {
    /// How many subscribers there are.
    Count(Census),
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
    Text(Text),
}

/// What a server can tell about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Text {
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

/// The answer to a [`Query`] of the same name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Count(u64),
    Channels(Vec<String>),
    /// `none` where the key does not exist.
    Type(String),
    RunIds(Vec<String>),
    /// Of several servers, one after the other.
    Text(String),
}

impl Answer {
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

impl Query {
    pub(super) fn to_redis(&self) -> Cmd {
        match self {
            Self::Count(Census::Channel(name)) => cmd("PUBSUB").arg("NUMSUB").arg(name).take(),
            Self::Count(Census::ShardChannel(name)) => cmd("PUBSUB").arg("SHARDNUMSUB").arg(name).take(),
            Self::Channels { start, sharded } => {
                cmd("PUBSUB").arg(channels(*sharded)).arg(format!("{}*", literal(start))).take()
            }
            Self::Matching { pattern, sharded } => cmd("PUBSUB").arg(channels(*sharded)).arg(pattern).take(),
            Self::Patterns => cmd("PUBSUB").arg("NUMPAT").take(),
            Self::Type(key) => cmd("TYPE").arg(key).take(),
            Self::RunIds => cmd("INFO").arg("server").take(),
            Self::Text(Text::Info) => cmd("INFO"),
            Self::Text(Text::Subscribers) => cmd("CLIENT").arg("LIST").arg("TYPE").arg("pubsub").take(),
            Self::Text(Text::Limits) => cmd("CONFIG").arg("GET").arg("client-output-buffer-limit").take(),
            Self::Text(Text::User) => cmd("ACL").arg("WHOAMI").take(),
            Self::Text(Text::Connection) => cmd("CLIENT").arg("INFO").take(),
        }
    }

    /// Those who know a part of the answer. A replica can have subscribers too.
    pub(super) fn known_to<'a>(&self, topology: &'a Topology) -> &'a [Arc<Node>] {
        match self {
            Self::Type(key) => slice::from_ref(topology.owner(Some(key))),
            Self::Count(Census::Channel(_))
            | Self::Channels { .. }
            | Self::Matching { .. }
            | Self::Patterns
            | Self::RunIds
            | Self::Text(Text::Subscribers) => &topology.nodes,
            Self::Text(_) => slice::from_ref(topology.owner(None)),
            Self::Count(Census::ShardChannel(name)) => topology.shard(name),
        }
    }

    /// True if the others can answer where one does not run.
    pub(super) fn can_spare_one(&self, topology: &Topology) -> bool {
        self.known_to(topology).len() > 1
    }

    /// Puts together what each server that was asked said.
    pub(super) fn answer(&self, parts: Vec<Value>) -> Result<Answer, RedisError> {
        Ok(match self {
            Self::Count(_) => Answer::Count(parts.iter().map(count).sum()),
            Self::Patterns => {
                let parts: Vec<u64> = parts.into_iter().map(redis::from_redis_value).collect::<Result<_, _>>()?;
                Answer::Count(parts.into_iter().sum())
            }
            Self::Text(Text::Limits) => {
                let words: Option<Vec<String>> = parts.into_iter().next().map(pairs).transpose()?;
                Answer::Text(words.unwrap_or_default().join(" "))
            }
            Self::Text(_) => {
                let parts: Vec<String> = parts.into_iter().map(redis::from_redis_value).collect::<Result<_, _>>()?;
                Answer::Text(parts.join("\n"))
            }
            Self::Channels { .. } | Self::Matching { .. } => {
                let parts: Vec<Vec<String>> =
                    parts.into_iter().map(redis::from_redis_value).collect::<Result<_, _>>()?;
                let mut names = parts.concat();
                names.sort_unstable();
                names.dedup();
                Answer::Channels(names)
            }
            Self::Type(_) => {
                let kind = parts.into_iter().next().map(redis::from_redis_value).transpose()?;
                Answer::Type(kind.unwrap_or_else(|| "none".to_owned()))
            }
            Self::RunIds => {
                let infos: Vec<String> = parts.into_iter().map(redis::from_redis_value).collect::<Result<_, _>>()?;
                let id = |info: &String| {
                    info.lines().find_map(|line| line.strip_prefix("run_id:")).map(|id| id.trim().to_owned())
                };
                Answer::RunIds(infos.iter().filter_map(id).collect())
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

/// Text that a Redis pattern takes literally.
pub(crate) fn literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '*' | '?' | '[' | ']' | '\\') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
