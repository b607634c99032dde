//! The sharded adapter: `@socket.io/redis-adapter`'s `createShardedAdapter` (8.2 and later, Redis 7 and later).
//!
//! | what | channel | format |
//! |---|---|---|
//! | everything | `<prefix>#<namespace>#` | MessagePack |
//! | an event for one room, if room channels are chosen | `<prefix>#<namespace>#<room>#` | MessagePack |
//! | answers to one who asks | `<prefix>#<namespace>#<id>#` | JSON or MessagePack |
//!
//! All of them are shard channels, and every message is the map `{type, data, uid, nsp}` of [`cluster`](super::cluster).
//! Servers write JSON where there is no binary. They read either everywhere, and so we write one: MessagePack, which the
//! streams adapter on shard channels reads too, and that one looks the same from outside.

use super::cluster::{ClusterMessage, Received};
use crate::{
    adapter::{
        Command, DecodedMessage, EncodedRequest, Frame, Operation, RequestBody, RequestIds, ServerReply, SocketDetail,
        SubscriberCount, SubscriptionTarget,
    },
    base::Error,
    message::{Action, Message, Target},
};

/// A room with a name of this length is taken for one socket's own.
const SOCKET_ID_LEN: usize = 20;

/// Options of the sharded adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sharded {
    /// The adapter's option `channelPrefix`: `socket.io` by default.
    pub prefix: String,
    /// Publish an event for one room on the room's own channel, which fewer servers read.
    pub room_channels: Option<RoomChannels>,
}

/// The servers' `subscriptionMode`, where they have channels for rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoomChannels {
    /// `dynamic`, the default: for rooms, but not for those of one socket.
    Dynamic,
    /// `dynamic-private`: for every room.
    DynamicPrivate,
}

impl Default for Sharded {
    fn default() -> Self {
        Self { prefix: "socket.io".to_owned(), room_channels: None }
    }
}

impl Sharded {
    /// Sets the adapter's option `channelPrefix`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Publishes an event for one room on the room's own channel. It is lost if the servers' mode is another.
    pub fn room_channels(mut self, mode: RoomChannels) -> Self {
        self.room_channels = Some(mode);
        self
    }

    /// It carries everything. For the names of rooms, servers are asked for their sockets, which name them.
    pub(super) fn unsupported_reason(&self, _operation: Operation) -> Option<&'static str> {
        None
    }

    pub(super) fn encode(&self, message: &Message) -> Result<Command, Error> {
        let channel = match &message.action {
            Action::Emit { .. } => self.event_channel(&message.target),
            _ => self.main_channel(&message.target.namespace),
        };
        Ok(Command::shard_publish(channel, ClusterMessage::of(message).to_msgpack()))
    }

    pub(super) fn decode(&self, frame: &Frame<'_>) -> Result<DecodedMessage, Error> {
        self.received(frame)?.heard()
    }

    /// The answers to [`RequestBody::Rooms`] and [`RequestBody::Servers`] are sockets: those that name the rooms, and none at all.
    pub(super) fn encode_request(&self, asked: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        let main = self.main_channel(&asked.target().namespace);
        let listen = SubscriptionTarget::ShardChannel(format!("{main}{}#", ids.asker));
        let question = ClusterMessage::asking(asked, &ids.asker, ids);
        Ok(EncodedRequest { command: Command::shard_publish(main, question.to_msgpack()), responses: listen })
    }

    pub(super) fn read_reply(
        &self,
        frame: &Frame<'_>,
        ids: &RequestIds,
        detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        self.received(frame)?.reply(ids, detail)
    }

    pub(super) fn subscriber_count(&self, namespace: &str) -> Option<SubscriberCount> {
        Some(SubscriberCount::ShardChannel(self.main_channel(namespace)))
    }

    fn received<'a>(&self, frame: &Frame<'a>) -> Result<Received<'a>, Error> {
        match *frame {
            Frame::Published { channel, payload } => Received::published(&self.prefix, channel, payload),
            Frame::Entry { .. } => {
                Err(Error::Malformed("an entry of a stream, which this adapter has none of".to_owned()))
            }
        }
    }

    /// Every server reads it, whatever its mode.
    fn main_channel(&self, namespace: &str) -> String {
        format!("{}#{namespace}#", self.prefix)
    }

    /// The servers' own choice for an event that wants no acknowledgement.
    fn event_channel(&self, target: &Target) -> String {
        let main = self.main_channel(&target.namespace);
        let (Some(mode), Some([room])) = (self.room_channels, target.rooms.as_deref()) else {
            return main;
        };
        // JavaScript counts a text in UTF-16 units.
        let of_one_socket = room.encode_utf16().count() == SOCKET_ID_LEN;
        match mode {
            RoomChannels::Dynamic if of_one_socket => main,
            RoomChannels::Dynamic | RoomChannels::DynamicPrivate => format!("{main}{room}#"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::adapter::{DecodedMessage, RequestKind};

    #[test]
    fn whoever_asks_listens_on_a_channel_of_its_own() {
        let ids = RequestIds { asker: "00112233aabbccdd".to_owned(), request: "ffeeddcc44556677".to_owned() };
        let sharded = Sharded::default().prefix("chat").room_channels(RoomChannels::Dynamic);
        let mut event = Message::emit("e", crate::Args::default());
        event.target.to(["r1".to_owned()]);
        let ask = |asked: &RequestBody| {
            let EncodedRequest { command, responses: listen } = sharded.encode_request(asked, &ids).unwrap();
            assert_eq!((command.name(), command.channel()), ("SPUBLISH", "chat#/#"));
            assert_eq!(listen, SubscriptionTarget::ShardChannel("chat#/#00112233aabbccdd#".to_owned()));
            let heard = sharded.decode(&command.frame()).unwrap();
            let (DecodedMessage::Request { sender, request, .. } | DecodedMessage::Message { sender, request, .. }) =
                &heard
            else {
                panic!("{heard:?}")
            };
            assert_eq!((sender.as_ref(), request.as_ref()), (Some(&ids.asker), Some(&ids.request)));
            heard
        };
        let rooms = |asked: &RequestBody| match ask(asked) {
            DecodedMessage::Request { kind: RequestKind::FetchSockets, target, .. } => target.rooms,
            other => panic!("{other:?}"),
        };
        assert_eq!(rooms(&RequestBody::Sockets(event.target.clone())), event.target.rooms);
        let everyone = Target::default();
        assert_eq!(rooms(&RequestBody::Rooms(everyone.clone())), None);
        assert_eq!(rooms(&RequestBody::Servers(everyone.clone())), Some(vec![ids.request.clone()]));

        let reload = Message::from(Action::ServerEmit { event: "reload".to_owned(), args: crate::Args::default() });
        for (asked, message) in [
            (&RequestBody::Acks(event.clone().check().unwrap()), &event),
            (&RequestBody::ServerAcks(reload.clone().check().unwrap()), &reload),
        ] {
            match ask(asked) {
                DecodedMessage::Message { message: heard, .. } => assert_eq!(heard, *message),
                other => panic!("{other:?}"),
            }
        }
    }
}
