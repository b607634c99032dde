//! The sharded adapter: `createShardedAdapter` of `@socket.io/redis-adapter` 8.2 and later, on Redis 7 and later.
//!
//! | messages | channel | format |
//! |---|---|---|
//! | everything but responses | `<prefix>#<namespace>#` | MessagePack or JSON |
//! | an event for one room, depending on the servers' `subscriptionMode` | `<prefix>#<namespace>#<room>#` | MessagePack or JSON |
//! | responses | `<prefix>#<namespace>#<requester>#` | JSON, or MessagePack with binary |
//!
//! All channels are shard channels. Every message is the map `{type, data, uid, nsp}` of [`cluster`](super::cluster).
//! Servers read both formats. This module writes MessagePack, because the streams adapter on shard channels, whose
//! subscriptions look the same, reads nothing else.

use super::{
    Command, DecodedMessage, EncodedRequest, Frame, RequestBody, RequestIds, ServerReply, SocketDetail,
    SubscriberCount, SubscriptionTarget,
    cluster::{ClusterMessage, ReceivedMessage},
};
use crate::{
    base::{Error, malformed},
    message::{Action, Message, Target},
};

/// The length of a socket's id, in UTF-16 units.
const SOCKET_ID_LENGTH: usize = 20;

/// Options of the sharded adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sharded {
    /// The adapter's option `channelPrefix`: `socket.io` by default.
    pub prefix: String,
    /// Publishes an event for one room on the room's own channel, which fewer servers subscribe to.
    pub room_channels: Option<RoomChannels>,
}

/// The adapter's option `subscriptionMode`, if the servers have channels for rooms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum RoomChannels {
    /// `dynamic`, the servers' default: a channel for each room, except the rooms of single sockets.
    Dynamic,
    /// `dynamic-private`: a channel for each room.
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

    /// Publishes an event for one room on the room's own channel. The event is lost if the servers use another mode.
    pub fn room_channels(mut self, mode: RoomChannels) -> Self {
        self.room_channels = Some(mode);
        self
    }

    pub(super) fn encode(&self, message: &Message) -> Result<Command, Error> {
        let channel = match &message.action {
            Action::Emit { .. } => self.event_channel(&message.target),
            _ => self.main_channel(&message.target.namespace),
        };
        Ok(Command::shard_publish(channel, ClusterMessage::new(message).to_msgpack()))
    }

    pub(super) fn decode(&self, frame: &Frame<'_>) -> Result<DecodedMessage, Error> {
        self.receive(frame)?.decode()
    }

    /// Servers respond to [`RequestBody::Rooms`] with sockets that list their rooms, and to [`RequestBody::Servers`]
    /// with no sockets.
    pub(super) fn encode_request(&self, body: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        let channel = self.main_channel(&body.target().namespace);
        let responses = SubscriptionTarget::ShardChannel(format!("{channel}{}#", ids.requester));
        let request = ClusterMessage::request(body, &ids.requester, ids);
        Ok(EncodedRequest { command: Command::shard_publish(channel, request.to_msgpack()), responses })
    }

    pub(super) fn read_reply(
        &self,
        frame: &Frame<'_>,
        ids: &RequestIds,
        detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        self.receive(frame)?.read_reply(ids, detail)
    }

    pub(super) fn subscriber_count(&self, namespace: &str) -> Option<SubscriberCount> {
        Some(SubscriberCount::ShardChannel(self.main_channel(namespace)))
    }

    fn receive<'a>(&self, frame: &Frame<'a>) -> Result<ReceivedMessage<'a>, Error> {
        match *frame {
            Frame::Published { channel, payload } => ReceivedMessage::from_published(&self.prefix, channel, payload),
            Frame::Entry { .. } => Err(malformed("a stream entry, but this adapter uses no streams")),
        }
    }

    /// The channel that every server subscribes to in every mode.
    fn main_channel(&self, namespace: &str) -> String {
        format!("{}#{namespace}#", self.prefix)
    }

    /// The channel of an event without acknowledgements, chosen as servers choose it.
    fn event_channel(&self, target: &Target) -> String {
        let main = self.main_channel(&target.namespace);
        let (Some(mode), Some([room])) = (self.room_channels, target.rooms.as_deref()) else {
            return main;
        };
        // Servers count UTF-16 units.
        let may_be_socket_id = room.encode_utf16().count() == SOCKET_ID_LENGTH;
        match mode {
            RoomChannels::Dynamic if may_be_socket_id => main,
            RoomChannels::Dynamic | RoomChannels::DynamicPrivate => format!("{main}{room}#"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{adapter::RequestKind, message::Args};

    #[test]
    fn requests_are_published_on_the_main_channel_and_answered_on_the_requesters() {
        let ids = RequestIds { requester: "00112233aabbccdd".to_owned(), request: "ffeeddcc44556677".to_owned() };
        let sharded = Sharded::default().prefix("chat").room_channels(RoomChannels::Dynamic);
        let mut event = Message::emit("e", Args::default());
        event.target.to(["r1".to_owned()]);
        let decode_request = |body: &RequestBody| {
            let EncodedRequest { command, responses } = sharded.encode_request(body, &ids).unwrap();
            assert_eq!((command.name(), command.channel()), ("SPUBLISH", "chat#/#"));
            assert_eq!(responses, SubscriptionTarget::ShardChannel("chat#/#00112233aabbccdd#".to_owned()));
            let decoded = sharded.decode(&command.frame()).unwrap();
            let (DecodedMessage::Request { sender, request, .. } | DecodedMessage::Message { sender, request, .. }) =
                &decoded
            else {
                panic!("{decoded:?}")
            };
            assert_eq!((sender.as_ref(), request.as_ref()), (Some(&ids.requester), Some(&ids.request)));
            decoded
        };
        let requested_rooms = |body: &RequestBody| match decode_request(body) {
            DecodedMessage::Request { kind: RequestKind::FetchSockets, target, .. } => target.rooms,
            other => panic!("{other:?}"),
        };
        assert_eq!(requested_rooms(&RequestBody::Sockets(event.target.clone())), event.target.rooms);
        assert_eq!(requested_rooms(&RequestBody::Rooms(Target::default())), None);
        assert_eq!(requested_rooms(&RequestBody::Servers(Target::default())), Some(vec![ids.request.clone()]));

        let reload = Message::from(Action::ServerEmit { event: "reload".to_owned(), args: Args::default() });
        for (body, message) in [
            (&RequestBody::Acks(event.clone().check().unwrap()), &event),
            (&RequestBody::ServerAcks(reload.clone().check().unwrap()), &reload),
        ] {
            match decode_request(body) {
                DecodedMessage::Message { message: decoded, .. } => assert_eq!(decoded, *message),
                other => panic!("{other:?}"),
            }
        }
    }
}
