use std::hash::{BuildHasher, RandomState};

use super::{Command, Operation, SubscriptionTarget};
use crate::message::{CheckedMessage, Target};

/// A request to the servers of a namespace.
#[derive(Debug, Clone)]
pub(crate) enum RequestBody {
    /// Emit an event and collect every client's acknowledgement.
    Acks(CheckedMessage),
    /// List the sockets in the target's rooms.
    Sockets(Target),
    /// List all rooms of the target's namespace.
    Rooms(Target),
    /// Emit a server-side event and collect every server's acknowledgement.
    ServerAcks(CheckedMessage),
    /// Ping every server on the target's namespace.
    Servers(Target),
}

impl RequestBody {
    pub(crate) fn operation(&self) -> Operation {
        match self {
            Self::Acks(_) => Operation::Acks,
            Self::Sockets(_) => Operation::Sockets,
            Self::Rooms(_) => Operation::AllRooms,
            Self::ServerAcks(_) => Operation::ServerAcks,
            Self::Servers(_) => Operation::Servers,
        }
    }

    pub(crate) fn target(&self) -> &Target {
        match self {
            Self::Acks(message) | Self::ServerAcks(message) => &message.target,
            Self::Sockets(target) | Self::Rooms(target) | Self::Servers(target) => target,
        }
    }
}

/// The ids of a requester and of its request: 16 characters of `[a-z0-9-]` each, which every adapter can carry. No
/// server has such an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RequestIds {
    pub(crate) requester: String,
    pub(crate) request: String,
}

impl RequestIds {
    pub(crate) fn random() -> Self {
        Self { requester: random_id(), request: random_id() }
    }

    /// The ids of another request by the same requester.
    pub(crate) fn next_request(&self) -> Self {
        Self { requester: self.requester.clone(), request: random_id() }
    }
}

fn random_id() -> String {
    format!("sio-{:012x}", RandomState::new().hash_one(()) & 0xffff_ffff_ffff)
}

/// A request in an adapter's wire format.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EncodedRequest {
    /// Sends the request. The subscription to the responses must be confirmed first.
    pub(crate) command: Command,
    /// Where the servers respond.
    pub(crate) responses: SubscriptionTarget,
}
