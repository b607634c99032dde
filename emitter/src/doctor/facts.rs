//! What was seen, before anybody says what it means.

use redis::RedisError;

use super::{
    ClusterSeen, Diagnosis, Finding, RoomSeen, info::Info, judge::judge, subscriber::Limit, subscriber::Subscriber,
};
use crate::adapter::Adapter;

/// What a refused question is called.
pub(super) const QUESTION: &str = "a question to the servers";

/// Everything that a diagnosis goes by.
#[derive(Debug, Clone, Default)]
pub(super) struct Facts {
    pub(super) wanted: Wanted,
    pub(super) info: Info,
    pub(super) clusters: Vec<ClusterSeen>,
    /// How many patterns are subscribed to.
    pub(super) patterns: Option<u64>,
    /// Channels with subscribers that are no Socket.IO adapter's, if there are few.
    pub(super) strangers: Vec<String>,
    /// Streams of the emitter's prefix that servers read.
    pub(super) read_streams: Vec<String>,
    /// Those that nobody reads, as far as it shows.
    pub(super) unread_streams: Vec<String>,
    pub(super) subscribers: Vec<Subscriber>,
    pub(super) limit: Option<Limit>,
    /// What could not be looked at.
    pub(super) unseen: Vec<Refusal>,
    /// What an emit or a question needs and Redis refuses.
    pub(super) refused: Vec<Refusal>,
    /// True if Redis would take an emit, for certain.
    pub(super) takes: bool,
    /// Why the servers that the session means could not be asked, if they could not.
    pub(super) unasked: Option<Unasked>,
    /// Why the event that nobody receives could not be sent, if it could not.
    pub(super) unprobed: Option<String>,
    pub(super) room: Option<Room>,
}

/// What the session is set to.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    pub(super) adapter: Option<Adapter>,
    pub(super) prefix: Option<String>,
    pub(super) namespace: String,
    /// The database of the emitter's connection.
    pub(super) database: Option<u64>,
}

/// Something that Redis does not permit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The command, or what was asked for.
    pub(super) what: String,
    /// The channel or the key, if there is one.
    pub(super) place: String,
    /// In Redis' words.
    pub(super) why: String,
}

/// Why servers could not be asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unasked {
    /// Their adapter knows no questions.
    Never { why: String },
    /// Nothing that is sent under such a name would arrive.
    Name { why: String },
    /// It did not work out.
    Failed { why: String },
}

/// The room that was asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Room {
    pub(super) name: String,
    /// The sockets in it; `None` if nobody can say.
    pub(super) sockets: Option<u64>,
    /// How many servers were asked and did not answer.
    pub(super) silent: u64,
    /// Why nobody can say.
    pub(super) why: String,
    /// True if nobody is on the whole namespace.
    pub(super) is_deserted: bool,
    /// True if it is named like a socket's id.
    pub(super) is_id: bool,
    /// Other namespaces where somebody is in a room of this name.
    pub(super) elsewhere: Vec<String>,
    /// Rooms with a similar name, or with this one, which is not text then.
    pub(super) near: Vec<String>,
}

impl Refusal {
    pub(super) fn new(what: &str, place: &str, error: &RedisError) -> Self {
        let why = match (error.code(), error.detail()) {
            (Some(code), Some(detail)) => format!("{code} {detail}"),
            _ => error.to_string(),
        };
        Self { what: what.to_owned(), place: place.to_owned(), why }
    }
}

impl Wanted {
    /// The prefix that the session uses for servers of this adapter.
    pub(super) fn prefix_for(&self, adapter: &str) -> &str {
        match (&self.prefix, adapter) {
            (Some(prefix), _) => prefix,
            (None, "python") => "socketio",
            (None, _) => "socket.io",
        }
    }

    /// True if the session would write for these servers.
    pub(super) fn means(&self, adapter: &str, prefix: &str) -> bool {
        self.speaks(adapter) && self.prefix_for(name(adapter)) == prefix
    }

    /// True if the session would write so that servers of this adapter read it.
    pub(super) fn speaks(&self, adapter: &str) -> bool {
        let way = |adapter: &str| {
            let mut options = adapter.split(',').skip(1);
            options.any(|option| option == "sharded")
        };
        self.adapter.as_ref().is_none_or(|given| {
            let given = given.to_string();
            name(&given) == name(adapter) && way(&given) == way(adapter)
        })
    }
}

/// An adapter's name without its options.
pub(super) fn name(adapter: &str) -> &str {
    adapter.split(',').next().unwrap_or(adapter)
}

impl Facts {
    /// True if Redis does not permit to look for servers.
    pub(super) fn is_blind(&self) -> bool {
        self.unseen.iter().any(|refusal| refusal.what.starts_with("PUBSUB"))
    }

    pub(super) fn into_diagnosis(self) -> Diagnosis {
        let mut findings: Vec<Finding> = judge(&self);
        findings.sort_by_key(|finding| finding.severity);
        let namespace = self.wanted.namespace;
        let room =
            self.room.and_then(|Room { name, sockets, .. }| Some(RoomSeen { name, namespace, sockets: sockets? }));
        Diagnosis { redis: self.info.redis, clusters: self.clusters, room, findings }
    }
}
