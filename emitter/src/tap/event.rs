use std::{sync::Arc, time::SystemTime};

use super::TapOrigin;
use crate::adapter::DecodedMessage;

/// What a [`TapStream`](super::TapStream) returns: a message, or a note about messages that it cannot return.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum TapEvent {
    /// A message on the bus, whoever sent it, whether or not a server receives it.
    Message(Box<TapMessage>),
    /// Messages were dropped because the caller read too slowly.
    #[non_exhaustive]
    Dropped {
        /// How many.
        messages: u64,
    },
    /// A connection broke: to Redis, or to the replica that delivers shard channels. The tap keeps reconnecting.
    #[non_exhaustive]
    Interrupted {
        /// How the connection ended.
        reason: String,
    },
    /// Every connection is back. Messages sent since the interruption were missed.
    Resumed,
    /// Shard channels are tapped from now on.
    #[non_exhaustive]
    ShardChannelsTapped {
        /// The address of the replica that delivers them; `None` if they are read with
        /// [`MONITOR`](super::TapBuilder::monitor).
        replica: Option<String>,
    },
    /// Servers use shard channels, which cannot be tapped without a replica or
    /// [`MONITOR`](super::TapBuilder::monitor). They are [tapped](Self::ShardChannelsTapped) once there is a replica.
    #[non_exhaustive]
    ShardChannelsUnavailable {
        /// The names of the channels.
        channels: Vec<String>,
    },
}

/// A message on the bus.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct TapMessage {
    /// The adapter that the message belongs to, by its channel and its shape.
    pub adapter: &'static str,
    /// The name of the channel or stream.
    pub channel: String,
    /// When it was received, by the clock of this machine.
    pub time: SystemTime,
    /// Its size in bytes, with the name of the channel; for a stream entry, the size of its fields.
    pub size: usize,
    /// The decoded message. Some malformed messages harm servers.
    pub decoded: Result<DecodedMessage, MalformedMessage>,
    /// The tap that received it.
    pub origin: Arc<TapOrigin>,
}

/// A message that cannot be decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MalformedMessage {
    /// Why.
    pub reason: String,
    /// The payload; for a stream entry, its fields as lines of `name=value`.
    pub bytes: Vec<u8>,
}

impl TapMessage {
    /// The sender: a server's id or `emitter`, where the message names it.
    pub fn sender(&self) -> Option<&str> {
        match self.decoded.as_ref().ok()? {
            DecodedMessage::Message { sender, .. }
            | DecodedMessage::Request { sender, .. }
            | DecodedMessage::Response { sender, .. }
            | DecodedMessage::Presence { sender, .. } => sender.as_deref(),
        }
    }

    /// The id of the request that it makes or answers.
    pub fn request(&self) -> Option<&str> {
        match self.decoded.as_ref().ok()? {
            DecodedMessage::Message { request, .. }
            | DecodedMessage::Request { request, .. }
            | DecodedMessage::Response { request, .. } => request.as_deref(),
            DecodedMessage::Presence { .. } => None,
        }
    }

    /// The namespace, where the message names it. Responses do not.
    pub fn namespace(&self) -> Option<&str> {
        match self.decoded.as_ref().ok()? {
            DecodedMessage::Message { message, .. } => Some(&message.target.namespace),
            DecodedMessage::Request { target, .. } => Some(&target.namespace),
            DecodedMessage::Presence { namespace, .. } => Some(namespace),
            DecodedMessage::Response { .. } => None,
        }
    }
}
