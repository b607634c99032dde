//! The streams adapter: `@socket.io/redis-streams-adapter`.
//!
//! | messages | channel or stream | format |
//! |---|---|---|
//! | events, socket operations | the stream `<prefix>`, or one of `<prefix>-0`, `<prefix>-1`… | JSON, or MessagePack in base64 |
//! | events with acknowledgements, requests, server-side events | `<channel_prefix>#<namespace>#` | MessagePack |
//! | responses | `<channel_prefix>#<namespace>#<requester>#` | MessagePack |
//!
//! A message on a channel is the map `{type, data, uid, nsp}` of [`cluster`](super::cluster). In a stream these are the
//! fields of the entry. Its `data` is JSON, or MessagePack in base64 if JSON cannot represent the arguments.
//!
//! Before version 0.3 all messages are in one stream. A requester must use the sender id of emitters there: servers
//! would treat any other id as a new server and wait for its responses.

mod stream_choice;
#[cfg(test)]
mod tests;

pub(crate) use self::stream_choice::StreamChoice;
use super::{
    Command, DecodedMessage, EncodedRequest, Frame, RequestBody, RequestIds, ServerReply, SocketDetail,
    SubscriberCount, SubscriptionTarget,
    cluster::{ClusterMessage, EMITTER, ReceivedMessage},
};
use crate::{
    base::{Error, malformed},
    message::{Action, Message},
};

/// Options of the streams adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Streams {
    /// The adapter's option `streamName`: `socket.io` by default.
    pub prefix: String,
    /// The adapter's option `channelPrefix`: `socket.io` by default.
    pub channel_prefix: String,
    /// The adapter's option `streamCount`: 1 by default.
    pub stream_count: u32,
    /// The adapter's option `maxLen`, the number of entries that the stream is trimmed to: 10 000 by default.
    pub max_len: u64,
    /// The adapter's option `useShardedPubSub`: false by default.
    pub sharded_pub_sub: bool,
    pub(crate) stream_choice: StreamChoice,
    /// The servers run version 0.1 or 0.2.
    pub(crate) before_0_3: bool,
    /// Servers of the classic adapter also subscribe to the channel. A message in this format would make them stop
    /// receiving.
    pub(crate) would_harm_classic: bool,
}

impl Default for Streams {
    fn default() -> Self {
        Self {
            prefix: "socket.io".to_owned(),
            channel_prefix: "socket.io".to_owned(),
            stream_count: 1,
            max_len: 10_000,
            sharded_pub_sub: false,
            stream_choice: StreamChoice::ByNamespace,
            before_0_3: false,
            would_harm_classic: false,
        }
    }
}

impl Streams {
    /// Sets the adapter's options `streamName` and `channelPrefix`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self.channel_prefix.clone_from(&self.prefix);
        self
    }

    /// For servers that run version 0.1 or 0.2 of the adapter, which have all messages in the stream.
    pub fn before_0_3(mut self) -> Self {
        self.before_0_3 = true;
        self
    }

    pub(crate) fn with_stream_choice(self, stream_choice: StreamChoice) -> Self {
        Self { stream_choice, ..self }
    }

    /// The key of a numbered stream, or of the single stream.
    pub(crate) fn key(&self, number: Option<u32>) -> String {
        match number {
            Some(number) => format!("{}-{number}", self.prefix),
            None => self.prefix.clone(),
        }
    }

    /// The prefix with which servers of the classic adapter would subscribe to this adapter's channels.
    pub(crate) fn shared_classic_prefix(&self) -> Option<&str> {
        (!self.before_0_3 && !self.sharded_pub_sub).then_some(&self.channel_prefix)
    }

    pub(super) fn encode(&self, message: &Message) -> Result<Command, Error> {
        let encoded = ClusterMessage::new(message);
        let namespace = &message.target.namespace;
        let uses_stream = self.before_0_3 || !matches!(message.action, Action::ServerEmit { .. });
        match self.event_stream(namespace).filter(|_| uses_stream) {
            Some(stream) => Ok(self.append(stream, &encoded)),
            None => self.publish(namespace, &encoded),
        }
    }

    pub(super) fn decode(&self, frame: &Frame<'_>) -> Result<DecodedMessage, Error> {
        self.receive(frame)?.decode()
    }

    /// Servers respond to [`RequestBody::Rooms`] with sockets that list their rooms, and to [`RequestBody::Servers`]
    /// with no sockets. Before 0.3 they also respond to a heartbeat, but without a request id.
    pub(super) fn encode_request(&self, body: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        if self.before_0_3 {
            let command = self.append(self.prefix.clone(), &ClusterMessage::request(body, EMITTER, ids));
            return Ok(EncodedRequest { command, responses: SubscriptionTarget::Stream(self.prefix.clone()) });
        }
        let namespace = &body.target().namespace;
        let command = self.publish(namespace, &ClusterMessage::request(body, &ids.requester, ids))?;
        Ok(EncodedRequest { command, responses: self.responses(namespace, ids) })
    }

    /// Encodes a ping in a stream, which shows whether servers read the stream. They respond on the channel.
    ///
    /// Do not send it to servers before 0.3: they would treat the requester as a new server.
    pub(crate) fn encode_stream_ping(&self, stream: &str, namespace: &str, ids: &RequestIds) -> EncodedRequest {
        let ping = ClusterMessage::ping(namespace, &ids.requester, ids);
        EncodedRequest { command: self.append(stream.to_owned(), &ping), responses: self.responses(namespace, ids) }
    }

    /// Malformed entries of a stream are not errors here: the stream also contains messages for others.
    pub(super) fn read_reply(
        &self,
        frame: &Frame<'_>,
        ids: &RequestIds,
        detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        match (self.receive(frame), frame) {
            (Ok(message), _) => message.read_reply(ids, detail),
            (Err(_), Frame::Entry { .. }) => Ok(None),
            (Err(error), Frame::Published { .. }) => Err(error),
        }
    }

    /// Before 0.3, servers subscribe to no channel.
    pub(super) fn subscriber_count(&self, namespace: &str) -> Option<SubscriberCount> {
        let channel = self.channel(namespace);
        match (self.before_0_3, self.sharded_pub_sub) {
            (true, _) => None,
            (false, true) => Some(SubscriberCount::ShardChannel(channel)),
            (false, false) => Some(SubscriberCount::Channel(channel)),
        }
    }

    fn receive<'a>(&self, frame: &Frame<'a>) -> Result<ReceivedMessage<'a>, Error> {
        match frame {
            Frame::Published { channel, payload } => {
                ReceivedMessage::from_published(&self.channel_prefix, channel, payload)
            }
            Frame::Entry { stream, .. } if self.is_own_stream(stream) => ReceivedMessage::from_entry(frame),
            Frame::Entry { .. } => Err(malformed("the stream has another prefix")),
        }
    }

    /// The stream for events and socket operations; `None` to use the channel.
    fn event_stream(&self, namespace: &str) -> Option<String> {
        let number = match &self.stream_choice {
            _ if self.before_0_3 => None,
            StreamChoice::NoStream => return None,
            choice => choice.stream_number(namespace, self.stream_count),
        };
        Some(self.key(number))
    }

    /// True for the single stream and for numbered streams. Servers also write to streams with negative numbers.
    fn is_own_stream(&self, stream: &str) -> bool {
        stream.strip_prefix(&self.prefix).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('-').is_some_and(|number| number.parse::<i64>().is_ok())
        })
    }

    fn channel(&self, namespace: &str) -> String {
        format!("{}#{namespace}#", self.channel_prefix)
    }

    /// Where servers respond from 0.3 on.
    fn responses(&self, namespace: &str, ids: &RequestIds) -> SubscriptionTarget {
        let channel = format!("{}{}#", self.channel(namespace), ids.requester);
        if self.sharded_pub_sub {
            SubscriptionTarget::ShardChannel(channel)
        } else {
            SubscriptionTarget::Channels(vec![channel])
        }
    }

    fn append(&self, stream: String, message: &ClusterMessage<'_>) -> Command {
        let (fields, data) = message.to_entry();
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        Command::append(stream, self.max_len, &fields, "data", data)
    }

    fn publish(&self, namespace: &str, message: &ClusterMessage<'_>) -> Result<Command, Error> {
        if self.would_harm_classic {
            return Err(Error::Unsupported {
                adapter: "streams",
                what: "a request or server-side emit while servers of the classic adapter subscribe to its channel, \
                       because these servers would stop receiving"
                    .to_owned(),
                instead: "set the adapter to classic to reach those servers, or give each cluster its own prefix",
            });
        }
        let channel = self.channel(namespace);
        Ok(if self.sharded_pub_sub {
            Command::shard_publish(channel, message.to_msgpack())
        } else {
            Command::publish(channel, message.to_msgpack())
        })
    }
}
