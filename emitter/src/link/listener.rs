use std::fmt;

use futures_util::StreamExt;
use redis::aio::PubSub;

use crate::{deadline::Deadline, frame::Frame};

/// What to listen to: where servers answer, and never where they count each other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Listen {
    /// Channels, by their names.
    Channels(Vec<String>),
    /// A shard channel.
    ShardChannel(String),
    /// A stream, from now on.
    Stream(String),
}

/// What was heard: a frame that owns its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Caught {
    Published { channel: String, payload: Vec<u8> },
    Entry { stream: String, fields: Vec<(String, Vec<u8>)> },
}

impl Caught {
    pub(crate) fn frame(&self) -> Frame<'_> {
        match self {
            Self::Published { channel, payload } => Frame::Published { channel, payload },
            Self::Entry { stream, fields } => {
                let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
                Frame::Entry { stream, fields }
            }
        }
    }
}

/// A subscription on a connection of its own.
pub(crate) struct Listener {
    subscribed: PubSub,
    lost: bool,
}

impl Listener {
    pub(crate) fn new(subscribed: PubSub) -> Self {
        Self { subscribed, lost: false }
    }

    /// The next message, if one comes in time.
    pub(crate) async fn next(&mut self, deadline: Deadline) -> Option<Caught> {
        let Some(message) = deadline.bound(self.subscribed.on_message().next()).await.ok()? else {
            self.lost = true;
            return None;
        };
        let channel = message.get_channel_name().to_owned();
        Some(Caught::Published { channel, payload: message.get_payload_bytes().to_vec() })
    }
}

impl Listener {
    /// True once the connection broke.
    pub(crate) fn is_lost(&self) -> bool {
        self.lost
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}
