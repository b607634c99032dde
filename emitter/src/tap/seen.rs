use std::{sync::Arc, time::SystemTime};

use super::Origin;
use crate::heard::Heard;

/// What a tap gives: a message on the bus, or a word on what it could not give.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Tapped {
    /// A message, whoever sent it, and whether anybody reads it.
    Seen(Box<Seen>),
    /// So many messages were dropped here, because they were not fetched in time.
    Dropped {
        /// How many.
        messages: u64,
    },
    /// Not all is heard any more: Redis is away, or the replica at which shard channels were heard. Listening is tried
    /// again and again.
    Away {
        /// What the connection ended with.
        reason: String,
    },
    /// All is heard again that was before. What was said in between is not known.
    Back,
    /// Shard channels are heard, from now on.
    Hearing {
        /// The address of the replica that repeats them; without one, they are overheard by
        /// [`monitor`](super::Tap::monitor).
        replica: Option<String>,
    },
    /// Servers listen on shard channels, of which nothing can be heard without a replica or
    /// [`monitor`](super::Tap::monitor). If there is a replica one day, they are [heard](Self::Hearing).
    Unheard {
        /// The channels.
        channels: Vec<String>,
    },
}

/// A message on the bus.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Seen {
    /// The adapter whose message it is, by its channel and its shape.
    pub adapter: &'static str,
    /// The name of the channel, or of the stream.
    pub channel: String,
    /// When it was heard, by this machine's clock.
    pub time: SystemTime,
    /// In bytes, with the channel's name; of an entry of a stream, the fields.
    pub size: usize,
    /// What it says.
    pub said: Said,
    /// The tap that heard it.
    pub origin: Arc<Origin>,
}

/// What a message on the bus says, if that can be read.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// This.
    Heard(Heard),
    /// Nothing that a server could read. Some servers are harmed by it.
    Malformed(Unreadable),
}

/// A message that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Why.
    pub reason: String,
    /// As it came; of an entry of a stream, its fields as lines of `name=value`.
    pub bytes: Vec<u8>,
}

impl Seen {
    /// Who sent it: a server's id or `emitter`, where it says so.
    pub fn sender(&self) -> Option<&str> {
        match &self.said {
            Said::Heard(
                Heard::Message { sender, .. }
                | Heard::Question { sender, .. }
                | Heard::Answer { sender, .. }
                | Heard::Presence { sender, .. },
            ) => sender.as_deref(),
            Said::Malformed(_) => None,
        }
    }

    /// The request that it makes or answers.
    pub fn request(&self) -> Option<&str> {
        match &self.said {
            Said::Heard(
                Heard::Message { request, .. } | Heard::Question { request, .. } | Heard::Answer { request, .. },
            ) => request.as_deref(),
            Said::Heard(Heard::Presence { .. }) | Said::Malformed(_) => None,
        }
    }

    /// The namespace, where it says one: answers do not.
    pub fn namespace(&self) -> Option<&str> {
        match &self.said {
            Said::Heard(Heard::Message { message, .. }) => Some(&message.target.namespace),
            Said::Heard(Heard::Question { target, .. }) => Some(&target.namespace),
            Said::Heard(Heard::Presence { namespace, .. }) => Some(namespace),
            Said::Heard(Heard::Answer { .. }) | Said::Malformed(_) => None,
        }
    }
}
