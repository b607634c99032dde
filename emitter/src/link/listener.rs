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
pub(crate) struct Listener(PubSub);

impl Listener {
    pub(crate) fn new(subscribed: PubSub) -> Self {
        Self(subscribed)
    }

    /// The next message, if one comes in time.
    pub(crate) async fn next(&mut self, deadline: Deadline) -> Option<Caught> {
        let message = deadline.bound(self.0.on_message().next()).await.ok()??;
        let channel = message.get_channel_name().to_owned();
        Some(Caught::Published { channel, payload: message.get_payload_bytes().to_vec() })
    }
}

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}
