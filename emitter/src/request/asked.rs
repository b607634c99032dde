use std::hash::{BuildHasher, RandomState};

use crate::{
    command::Command,
    link::Listen,
    message::{Message, Target},
    operation::Operation,
};

/// What is asked of a namespace's servers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Asked<'a> {
    /// Every client's acknowledgement of an event.
    Acks(&'a Message),
    /// The sockets in the target's rooms.
    Sockets(&'a Target),
    /// All rooms of the target's namespace.
    Rooms(&'a Target),
    /// Every server's acknowledgement of a server-side event.
    ServerAcks(&'a Message),
    /// A sign of life of every server on the target's namespace.
    Servers(&'a Target),
}

impl<'a> Asked<'a> {
    pub(crate) fn operation(&self) -> Operation {
        match self {
            Self::Acks(_) => Operation::Acks,
            Self::Sockets(_) => Operation::Sockets,
            Self::Rooms(_) => Operation::AllRooms,
            Self::ServerAcks(_) => Operation::ServerAcks,
            Self::Servers(_) => Operation::Servers,
        }
    }

    pub(crate) fn target(&self) -> &'a Target {
        match self {
            Self::Acks(message) | Self::ServerAcks(message) => &message.target,
            Self::Sockets(target) | Self::Rooms(target) | Self::Servers(target) => target,
        }
    }
}

/// Who asks, and what answers are to name: 16 characters of `[a-z0-9-]` each, which every adapter can carry. No server
/// has such an id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Ids {
    pub(crate) asker: String,
    pub(crate) request: String,
}

impl Ids {
    pub(crate) fn random() -> Self {
        Self { asker: random_id(), request: random_id() }
    }

    /// Another question of the same asker.
    pub(crate) fn again(&self) -> Self {
        Self { asker: self.asker.clone(), request: random_id() }
    }
}

fn random_id() -> String {
    format!("sio-{:012x}", RandomState::new().hash_one(()) & 0xffff_ffff_ffff)
}

/// A question as an adapter writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Inquiry {
    /// What asks, once the subscription is in effect.
    pub(crate) command: Command,
    /// Where the servers answer.
    pub(crate) listen: Listen,
}
