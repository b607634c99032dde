//! The streams adapter: `@socket.io/redis-streams-adapter`.
//!
//! | what | where | format |
//! |---|---|---|
//! | events, orders | entries of the stream `<prefix>`, or of one of `<prefix>-0`… | JSON, or MessagePack in base64 |
//! | events that want acknowledgements, questions, server-side events | channel `<channel_prefix>#<namespace>#` | MessagePack |
//! | answers to one who asks | channel `<channel_prefix>#<namespace>#<id>#` | MessagePack |
//!
//! On a channel a message is the map `{type, data, uid, nsp}` of [`cluster`](super::cluster). In a stream these are the
//! fields of an entry, of which `data` is JSON text or, where that would lose something, MessagePack in base64.
//!
//! Before 0.3 all of it is in the stream, of which there is one, and whoever asks signs as an emitter too: by any other
//! name it would be taken for a server, and servers would wait for its answers.

mod stream_choice;
#[cfg(test)]
mod tests;

pub(crate) use self::stream_choice::StreamChoice;
use super::cluster::{ClusterMessage, EMITTER, Received};
use crate::{
    adapter::{
        Command, DecodedMessage, EncodedRequest, Frame, Operation, RequestBody, RequestIds, ServerReply, SocketDetail,
        SubscriberCount, SubscriptionTarget,
    },
    base::Error,
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
    /// The adapter's option `maxLen`, to which every writer cuts the stream: 10 000 by default.
    pub max_len: u64,
    /// The adapter's option `useShardedPubSub`.
    pub sharded_pub_sub: bool,
    /// Where what lasts goes.
    pub(crate) place: StreamChoice,
    /// The servers run 0.1 or 0.2.
    pub(crate) before_0_3: bool,
    /// Servers of the classic adapter listen on the channel, where a message of this one would leave them deaf.
    pub(crate) would_harm_classic: bool,
}

impl Default for Streams {
    fn default() -> Self {
        let prefix = || "socket.io".to_owned();
        Self {
            prefix: prefix(),
            channel_prefix: prefix(),
            stream_count: 1,
            max_len: 10_000,
            sharded_pub_sub: false,
            place: StreamChoice::ByNamespace,
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

    /// Says that the servers run 0.1 or 0.2 of the adapter, which have everything in the stream.
    pub fn before_0_3(mut self) -> Self {
        self.before_0_3 = true;
        self
    }

    /// The key of the only stream, or of one of several.
    pub(crate) fn key(&self, number: Option<u32>) -> String {
        match number {
            Some(number) => format!("{}-{number}", self.prefix),
            None => self.prefix.clone(),
        }
    }

    /// Says where events and orders go, once it was found out.
    pub(crate) fn with_stream_choice(self, place: StreamChoice) -> Self {
        Self { place, ..self }
    }

    /// The prefix of the classic servers that would hear what is said on the channel, and not understand it.
    pub(crate) fn shared_classic_prefix(&self) -> Option<&str> {
        (!self.before_0_3 && !self.sharded_pub_sub).then_some(&self.channel_prefix)
    }

    /// A question in a stream, to find out whether servers read it: those that do answer on their channel, with the
    /// sockets in a room that nobody is in.
    ///
    /// Not for servers before 0.3, which would take whoever asks for another server.
    pub(crate) fn probe(&self, stream: &str, namespace: &str, ids: &RequestIds) -> EncodedRequest {
        let question = ClusterMessage::asking_servers(namespace, &ids.asker, ids);
        EncodedRequest { command: self.append(stream.to_owned(), &question), responses: self.answers(namespace, ids) }
    }

    /// It carries everything. For the names of rooms, servers are asked for their sockets, which name them.
    pub(super) fn unsupported_reason(&self, _operation: Operation) -> Option<&'static str> {
        None
    }

    pub(super) fn encode(&self, message: &Message) -> Result<Command, Error> {
        let said = ClusterMessage::of(message);
        let namespace = &message.target.namespace;
        let lasts = self.before_0_3 || !matches!(message.action, Action::ServerEmit { .. });
        match self.stream(namespace).filter(|_| lasts) {
            Some(stream) => Ok(self.append(stream, &said)),
            None => self.publish(namespace, &said),
        }
    }

    pub(super) fn decode(&self, frame: &Frame<'_>) -> Result<DecodedMessage, Error> {
        self.received(frame)?.heard()
    }

    /// The answers to [`RequestBody::Rooms`] and [`RequestBody::Servers`] are sockets: those that name the rooms, and none at all.
    /// (Before 0.3 servers answer a heartbeat too, but not so that one could tell what they answer.)
    pub(super) fn encode_request(&self, asked: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        let namespace = &asked.target().namespace;
        if self.before_0_3 {
            let question = ClusterMessage::asking(asked, EMITTER, ids);
            let command = self.append(self.prefix.clone(), &question);
            return Ok(EncodedRequest { command, responses: SubscriptionTarget::Stream(self.prefix.clone()) });
        }
        let question = ClusterMessage::asking(asked, &ids.asker, ids);
        Ok(EncodedRequest { command: self.publish(namespace, &question)?, responses: self.answers(namespace, ids) })
    }

    /// A stream is everyone's: what cannot be read there is no answer to us.
    pub(super) fn read_reply(
        &self,
        frame: &Frame<'_>,
        ids: &RequestIds,
        detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        match (self.received(frame), frame) {
            (Ok(received), _) => received.reply(ids, detail),
            (Err(_), Frame::Entry { .. }) => Ok(None),
            (Err(error), Frame::Published { .. }) => Err(error),
        }
    }

    /// Before 0.3 there is no channel whose subscribers could be counted.
    pub(super) fn subscriber_count(&self, namespace: &str) -> Option<SubscriberCount> {
        let channel = self.channel(namespace);
        match (self.before_0_3, self.sharded_pub_sub) {
            (true, _) => None,
            (false, true) => Some(SubscriberCount::ShardChannel(channel)),
            (false, false) => Some(SubscriberCount::Channel(channel)),
        }
    }

    fn received<'a>(&self, frame: &Frame<'a>) -> Result<Received<'a>, Error> {
        match frame {
            Frame::Published { channel, payload } => Received::published(&self.channel_prefix, channel, payload),
            Frame::Entry { stream, .. } if self.is_mine(stream) => Received::appended(frame),
            Frame::Entry { .. } => Err(Error::Malformed("the stream has another prefix".to_owned())),
        }
    }

    /// The stream that events and orders go to, if any.
    fn stream(&self, namespace: &str) -> Option<String> {
        let number = match &self.place {
            _ if self.before_0_3 => None,
            StreamChoice::NoStream => return None,
            place => place.number(namespace, self.stream_count),
        };
        Some(self.key(number))
    }

    /// True for the stream, for any of several, and for those of a negative number that servers write to.
    fn is_mine(&self, stream: &str) -> bool {
        stream.strip_prefix(&self.prefix).is_some_and(|rest| {
            rest.is_empty() || rest.strip_prefix('-').is_some_and(|number| number.parse::<i64>().is_ok())
        })
    }

    fn channel(&self, namespace: &str) -> String {
        format!("{}#{namespace}#", self.channel_prefix)
    }

    /// Where servers answer from 0.3 on.
    fn answers(&self, namespace: &str, ids: &RequestIds) -> SubscriptionTarget {
        let channel = format!("{}{}#", self.channel(namespace), ids.asker);
        if self.sharded_pub_sub {
            SubscriptionTarget::ShardChannel(channel)
        } else {
            SubscriptionTarget::Channels(vec![channel])
        }
    }

    fn append(&self, stream: String, said: &ClusterMessage<'_>) -> Command {
        let (fields, data) = said.to_entry();
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        Command::append(stream, self.max_len, &fields, "data", data)
    }

    fn publish(&self, namespace: &str, said: &ClusterMessage<'_>) -> Result<Command, Error> {
        if self.would_harm_classic {
            return Err(Error::Unsupported {
                adapter: "streams",
                what: "a question or a server-side event, while servers of the classic adapter listen on its channel"
                    .to_owned(),
                instead: "these would be deaf from then on; if they are the ones that are meant, set the adapter to \
                          classic, and give each cluster a prefix of its own otherwise",
            });
        }
        let channel = self.channel(namespace);
        Ok(if self.sharded_pub_sub {
            Command::shard_publish(channel, said.to_msgpack())
        } else {
            Command::publish(channel, said.to_msgpack())
        })
    }
}
