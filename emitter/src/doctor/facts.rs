use redis::RedisError;

use super::{
    ClusterSeen, Diagnosis, RoomSeen,
    redis_info::RedisInfo,
    rules,
    subscriber::{OutputBufferLimit, Subscriber},
};
use crate::adapter::Adapter;

/// The [operation](Refusal::operation) of a refused ping.
pub(super) const PING: &str = "a ping";

/// What a survey saw, before the rules interpret it.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) settings: EmitterSettings,
    pub(super) info: RedisInfo,
    pub(super) clusters: Vec<ClusterSeen>,
    /// The number of pattern subscriptions.
    pub(super) patterns: Option<u64>,
    /// Channels with subscribers that belong to no Socket.IO adapter. Listed only if no cluster was found and Redis has few
    /// channels.
    pub(super) other_channels: Vec<String>,
    /// Existing streams of the emitter's prefix that servers read.
    pub(super) read_streams: Vec<String>,
    /// Existing streams of the emitter's prefix that no server was seen to read.
    pub(super) unread_streams: Vec<String>,
    pub(super) subscribers: Vec<Subscriber>,
    pub(super) output_buffer_limit: Option<OutputBufferLimit>,
    /// Queries of the survey that Redis does not permit.
    pub(super) refused_queries: Vec<Refusal>,
    /// Commands of an emit, and pings, that Redis refuses.
    pub(super) refused_commands: Vec<Refusal>,
    /// True if Redis is known to accept the command of an emit.
    pub(super) accepts_emit: bool,
    /// Why the servers of the diagnosed namespace could not be pinged.
    pub(super) ping_failure: Option<PingFailure>,
    /// Why the test event could not be sent.
    pub(super) probe_failure: Option<String>,
    pub(super) room: Option<RoomFacts>,
}

/// The emitter's options and connection, as far as the servers must match them.
#[derive(Debug, Clone, Default)]
pub(super) struct EmitterSettings {
    pub(super) adapter: Option<Adapter>,
    pub(super) prefix: Option<String>,
    /// The namespace to diagnose.
    pub(super) namespace: String,
    /// The database of the emitter's connection.
    pub(super) database: Option<u64>,
}

/// A command that Redis refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The command, or [`PING`].
    pub(super) operation: String,
    /// The channel or key; empty for a query.
    pub(super) resource: String,
    /// The reply of Redis, such as `NOPERM …`.
    pub(super) reply: String,
}

/// Why servers could not be pinged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum PingFailure {
    /// The adapter has no ping, or the connection cannot subscribe.
    Unsupported {
        reason: String,
    },
    /// The adapter cannot reach a prefix or namespace with this name.
    UnreachableName {
        reason: String,
    },
    Failed {
        reason: String,
    },
}

/// The room to check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct RoomFacts {
    pub(super) name: String,
    /// The number of sockets in it; `None` if the servers could not be asked.
    pub(super) sockets: Option<u64>,
    /// The number of servers that did not answer.
    pub(super) silent_servers: u64,
    /// Why the servers could not be asked.
    pub(super) failure: String,
    /// True if the whole namespace has no sockets.
    pub(super) is_namespace_empty: bool,
    pub(super) looks_like_socket_id: bool,
    /// Other namespaces on which a room of this name has sockets.
    pub(super) other_namespaces: Vec<String>,
    /// Rooms with a similar name. If this name is among them, the servers' room is a number.
    pub(super) similar_rooms: Vec<String>,
}

impl Refusal {
    pub(super) fn new(operation: &str, resource: &str, error: &RedisError) -> Self {
        let reply = match (error.code(), error.detail()) {
            (Some(code), Some(detail)) => format!("{code} {detail}"),
            _ => error.to_string(),
        };
        Self { operation: operation.to_owned(), resource: resource.to_owned(), reply }
    }
}

impl EmitterSettings {
    /// The prefix that the emitter uses for servers of this adapter.
    pub(super) fn prefix_for(&self, adapter: &str) -> &str {
        match (&self.prefix, adapter) {
            (Some(prefix), _) => prefix,
            (None, "python") => "socketio",
            (None, _) => "socket.io",
        }
    }

    /// Whether the emitter's messages reach the servers of this adapter and prefix.
    pub(super) fn reaches(&self, adapter: &str, prefix: &str) -> bool {
        self.matches_adapter(adapter) && self.prefix_for(base_name(adapter)) == prefix
    }

    /// Whether servers of this adapter read the emitter's messages, given the right prefix. An emitter without a configured
    /// adapter detects it.
    pub(super) fn matches_adapter(&self, adapter: &str) -> bool {
        let is_sharded = |adapter: &str| adapter.split(',').skip(1).any(|option| option == "sharded");
        self.adapter.as_ref().is_none_or(|configured| {
            let configured = configured.to_string();
            base_name(&configured) == base_name(adapter) && is_sharded(&configured) == is_sharded(adapter)
        })
    }
}

/// An adapter's name without its options.
pub(super) fn base_name(adapter: &str) -> &str {
    adapter.split(',').next().unwrap_or(adapter)
}

impl Facts {
    /// Whether Redis does not permit PUBSUB, without which servers cannot be found.
    pub(super) fn is_pubsub_refused(&self) -> bool {
        self.refused_queries.iter().any(|refusal| refusal.operation.starts_with("PUBSUB"))
    }

    pub(super) fn into_diagnosis(self) -> Diagnosis {
        let mut findings = rules::check(&self);
        findings.sort_by_key(|finding| finding.severity);
        let namespace = self.settings.namespace;
        let room =
            self.room.and_then(|RoomFacts { name, sockets, .. }| Some(RoomSeen { name, namespace, sockets: sockets? }));
        Diagnosis { redis: self.info.redis, clusters: self.clusters, room, findings }
    }
}
