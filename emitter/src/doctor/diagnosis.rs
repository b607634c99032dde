use serde::Serialize;

use super::{Finding, Severity};

/// What is on a Redis, as far as it can be seen, and what is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// Redis itself.
    pub redis: RedisSeen,
    /// The Socket.IO clusters on it: servers of one adapter with one prefix.
    pub clusters: Vec<ClusterSeen>,
    /// The room that was asked for, if there was one and somebody could say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub room: Option<RoomSeen>,
    /// What was found, the worst first.
    pub findings: Vec<Finding>,
}

/// What Redis says about itself. `None` where it would not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RedisSeen {
    /// Its version, such as `7.0.15`.
    pub version: Option<String>,
    /// `standalone`, `cluster` or `sentinel`.
    pub mode: Option<String>,
    /// `master` or `slave`, which is a replica.
    pub role: Option<String>,
    /// The user that the session is to it.
    pub user: Option<String>,
}

/// Servers of one adapter with one prefix.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ClusterSeen {
    /// The adapter, as it is [named](crate::Adapter), such as `classic` or `streams,sharded`.
    pub adapter: String,
    /// The start of its channels' names.
    pub prefix: String,
    /// True if it is the one that the emitter's options mean.
    pub meant: bool,
    /// The generations of Socket.IO on `/`, where they can be told apart.
    pub versions: Vec<String>,
    /// Its namespaces. One named `*` stands for all of them, where the adapter does not tell them apart.
    pub namespaces: Vec<NamespaceSeen>,
}

/// A namespace, and who is on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct NamespaceSeen {
    /// Its name.
    pub name: String,
    /// The servers on it, as Redis counts their subscriptions; `None` if nobody can say.
    pub servers: Option<u64>,
    /// How many of them answered; `None` if they were not asked, or cannot be.
    pub answered: Option<u64>,
    /// The ids of those that did not, where the adapter shows them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub silent: Vec<String>,
    /// How many of them heard the event that nobody receives; `None` if none was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard: Option<u64>,
}

/// A room, and who is in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RoomSeen {
    /// Its name.
    pub name: String,
    /// The namespace it was looked for on.
    pub namespace: String,
    /// The sockets in it, on the servers that answered.
    pub sockets: u64,
}

impl NamespaceSeen {
    pub(super) fn new(name: impl Into<String>, servers: Option<u64>) -> Self {
        Self { name: name.into(), servers, answered: None, silent: Vec::new(), heard: None }
    }
}

impl Diagnosis {
    /// True if nothing was found that keeps messages from arriving.
    pub fn is_healthy(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != Severity::Trouble)
    }
}
