use serde::Serialize;

use super::{Finding, Severity};

/// The result of a diagnosis: what is on a Redis, as far as it can be seen, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The Redis server.
    pub redis: RedisSeen,
    /// The Socket.IO clusters on this Redis.
    pub clusters: Vec<ClusterSeen>,
    /// The [room](super::DiagnosisBuilder::to) that was checked; `None` if there was none or it could not be looked up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomSeen>,
    /// The findings, [trouble](Severity::Trouble) first.
    pub findings: Vec<Finding>,
}

/// What Redis reports about itself. A field is `None` if Redis did not report it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RedisSeen {
    /// The version, such as `7.0.15`.
    pub version: Option<String>,
    /// `standalone`, `cluster` or `sentinel`.
    pub mode: Option<String>,
    /// `master` for a primary, `slave` for a replica.
    pub role: Option<String>,
    /// The Redis user of the emitter's connection.
    pub user: Option<String>,
}

/// A cluster: the servers of one adapter with one prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClusterSeen {
    /// The [adapter](crate::Adapter) with its options, such as `classic` or `streams,sharded`.
    pub adapter: String,
    /// The prefix of its channel names.
    pub prefix: String,
    /// True if the emitter's options reach this cluster.
    pub meant: bool,
    /// The oldest and the newest Socket.IO version on `/`, or the only one; empty if unknown.
    pub versions: Vec<String>,
    /// The namespaces. One named `*` stands for all, if the adapter does not show them.
    pub namespaces: Vec<NamespaceSeen>,
}

/// A namespace and its servers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NamespaceSeen {
    /// The name.
    pub name: String,
    /// The number of servers that are subscribed; `None` if Redis could not count them.
    pub servers: Option<u64>,
    /// The number of servers that answered a ping; `None` if none was sent.
    pub answered: Option<u64>,
    /// The ids of the servers that did not answer, if the adapter shows them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<String>,
    /// The number of servers that received the [test event](super::DiagnosisBuilder::probe); `None` if none was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard: Option<u64>,
}

/// A room and its sockets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RoomSeen {
    /// The name.
    pub name: String,
    /// The namespace.
    pub namespace: String,
    /// The number of sockets in it, on the servers that answered.
    pub sockets: u64,
}

impl NamespaceSeen {
    pub(super) fn new(name: impl Into<String>, servers: Option<u64>) -> Self {
        Self { name: name.into(), servers, answered: None, silent: Vec::new(), heard: None }
    }
}

impl Diagnosis {
    /// True if no finding is [trouble](Severity::Trouble).
    pub fn is_healthy(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Trouble)
    }
}
