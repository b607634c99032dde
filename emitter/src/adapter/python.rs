//! python-socketio's `RedisManager` and `AsyncRedisManager`: JSON on one channel.
//!
//! | what | channel | format |
//! |---|---|---|
//! | everything, answers too | `<prefix>` | `{"method": …, …, "namespace": …, "host_id": …}` |
//!
//! | method | says |
//! |---|---|
//! | `emit` | an event: `event`, `data`, `room` (none, one or a list), `skip_sid` |
//! | `enter_room`, `leave_room`, `disconnect` | an order about one socket: `sid`, `room` |
//! | `close_room` | everyone in `room` leaves it |
//! | `callback` | a client's acknowledgement: `id`, `args` |
//!
//! A socket's id is a room there, but a room is no socket: where servers take only ids, a name that does not look like
//! one is refused.

mod data;
mod decode;
mod order;

use self::{decode::Sent, order::Order};
use crate::{
    adapter::{
        Ack, Command, DecodedMessage, EncodedRequest, Frame, Operation, ReplyBody, RequestBody, RequestIds,
        ServerReply, SocketDetail, SubscriberCount, SubscriptionTarget, escape_pattern,
    },
    base::{Code, Error, InvalidMessage, malformed},
    message::{Action, Message},
};

const NAME: &str = "python";

/// What an emitter signs with: no server has this id, so every server takes the message.
const SENDER: &str = "emitter";

const TELL_SERVERS: &str = "tell the servers another way; they know no such event";

/// Options of the python adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Python {
    /// The manager's option `channel`: `socketio` by default.
    pub prefix: String,
    /// The servers run python-socketio before 5.15.1, which knows events with one argument only.
    pub before_5_15_1: bool,
}

impl Default for Python {
    fn default() -> Self {
        Self { prefix: "socketio".to_owned(), before_5_15_1: false }
    }
}

impl Python {
    /// Sets the manager's option `channel`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    pub(super) fn unsupported_reason(&self, operation: Operation) -> Option<&'static str> {
        match operation {
            Operation::Binary if self.before_5_15_1 => Some("send it as base64 text"),
            Operation::Volatile | Operation::Compress => Some("leave the flag out; its servers have no such choice"),
            Operation::ServerEmit | Operation::ServerAcks => Some(TELL_SERVERS),
            Operation::Sockets | Operation::AllRooms => Some("ask the servers' own code; they answer no such question"),
            Operation::Servers => Some("see how many a receipt counts, or the doctor; they answer no such question"),
            Operation::Emit
            | Operation::Room
            | Operation::Rooms
            | Operation::Except
            | Operation::Namespace
            | Operation::Binary
            | Operation::Join
            | Operation::Leave
            | Operation::Disconnect
            | Operation::Acks => None,
        }
    }

    pub(super) fn limitation(&self, operation: Operation) -> Option<&'static str> {
        match operation {
            Operation::Except => Some("sockets by their ids, no rooms"),
            Operation::Join => Some("one socket by its id, one room"),
            Operation::Leave => Some("one socket by its id, one room; or a whole room that closes"),
            Operation::Disconnect => Some("one socket by its id"),
            Operation::Acks => Some("nobody says how many were asked"),
            _ => None,
        }
    }

    pub(super) fn encode(&self, message: &Message) -> Result<Command, Error> {
        let Message { target, action } = message;
        self.publish(&match action {
            Action::Emit { event, args, .. } => Order::emit(target, event, args, self.before_5_15_1)?,
            Action::Join { rooms } => Order::enter_room(target, rooms)?,
            Action::Leave { rooms } => Order::leave_room(target, rooms)?,
            Action::Disconnect { mode } => Order::disconnect(target, *mode)?,
            Action::ServerEmit { .. } => return Err(unsupported("server-emit", TELL_SERVERS)),
        })
    }

    pub(super) fn decode(&self, frame: &Frame<'_>) -> Result<DecodedMessage, Error> {
        if frame.channel() != self.prefix {
            return Err(malformed("the channel is another"));
        }
        Sent::read(frame)?.heard(self.before_5_15_1)
    }

    /// Servers publish answers where they publish everything else, under the id of who asks. One who subscribed to the
    /// channel by its name would be counted as a server.
    pub(super) fn encode_request(&self, asked: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        let RequestBody::Acks(message) = asked else {
            return Err(unsupported(format!("a question for {}", asked.operation()), "ask the servers' own code"));
        };
        let (event, args) = message.action.event();
        let order = Order::emit(&message.target, event, args, self.before_5_15_1)?.with_callback(ids);
        Ok(EncodedRequest {
            command: self.publish(&order)?,
            responses: SubscriptionTarget::Patterns(vec![escape_pattern(&self.prefix)]),
        })
    }

    /// Servers before 5.14 answer in pickle, which is not read.
    pub(super) fn read_reply(
        &self,
        frame: &Frame<'_>,
        ids: &RequestIds,
        _detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        let args = Sent::read(frame)?.answer(ids);
        Ok(args
            .map(|args| ServerReply { server: None, body: ReplyBody::Ack(Ack { args, socket: None, server: None }) }))
    }

    /// One channel serves all namespaces.
    pub(super) fn subscriber_count(&self, _namespace: &str) -> Option<SubscriberCount> {
        Some(SubscriberCount::Channel(self.prefix.clone()))
    }

    fn publish(&self, order: &Order<'_>) -> Result<Command, Error> {
        let json = serde_json::to_vec(order)
            .map_err(|error| InvalidMessage::new(Code::Value, "/args", format!("no JSON can carry this: {error}")))?;
        Ok(Command::publish(self.prefix.clone(), json))
    }
}

fn unsupported(what: impl Into<String>, instead: &'static str) -> Error {
    Error::Unsupported { adapter: NAME, what: what.into(), instead }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::message::{Args, Target};

    fn ids() -> RequestIds {
        RequestIds { asker: "aaaaaaaaaaaaaaa1".to_owned(), request: "bbbbbbbbbbbbbbb2".to_owned() }
    }

    fn reply(payload: &[u8]) -> Result<Option<ServerReply>, Error> {
        Python::default().read_reply(&("socketio", payload).into(), &ids(), SocketDetail::Plain)
    }

    #[test]
    fn acknowledgements_are_asked_for_with_a_callback() {
        let message = Message::emit("q", Args::new(&5).unwrap());
        let inquiry =
            Python::default().encode_request(&RequestBody::Acks(message.clone().check().unwrap()), &ids()).unwrap();
        assert_eq!(
            str::from_utf8(inquiry.command.payload()).unwrap(),
            r#"{"method":"emit","event":"q","data":5,"namespace":"/","callback":["bbbbbbbbbbbbbbb2","/","bbbbbbbbbbbbbbb2"],"host_id":"aaaaaaaaaaaaaaa1"}"#
        );
        assert_eq!(inquiry.responses, SubscriptionTarget::Patterns(vec!["socketio".to_owned()]));
        assert_eq!(reply(inquiry.command.payload()).unwrap(), None);
        for asked in [RequestBody::Sockets(Target::default()), RequestBody::Servers(Target::default())] {
            assert_eq!(Python::default().encode_request(&asked, &ids()).unwrap_err().code(), "unsupported");
        }
    }

    #[test]
    fn answers_are_told_from_everything_else() {
        let ours = br#"{"method": "callback", "host_id": "aaaaaaaaaaaaaaa1", "sid": "bbbbbbbbbbbbbbb2", "namespace": "/", "id": "bbbbbbbbbbbbbbb2", "args": ["A", {"a": 1}, 2]}"#;
        let Some(ServerReply { server: None, body: ReplyBody::Ack(ack) }) = reply(ours).unwrap() else {
            panic!("no answer")
        };
        assert_eq!(serde_json::to_string(&ack.args).unwrap(), r#"["A",{"a":1},2]"#);
        for other in [
            &br#"{"method": "callback", "host_id": "other", "sid": "x", "namespace": "/", "id": 1, "args": []}"#[..],
            br#"{"method": "callback", "host_id": "aaaaaaaaaaaaaaa1", "id": "old", "args": []}"#,
            br#"{"method": "emit", "event": "e", "data": [1], "namespace": "/", "host_id": "x"}"#,
        ] {
            assert_eq!(reply(other).unwrap(), None, "{}", String::from_utf8_lossy(other));
        }
        for unreadable in
            [&b"5"[..], b"garbage", b"\x80\x04\x95\x8c\x10aaaaaaaaaaaaaaa1\x94\x8c\x10bbbbbbbbbbbbbbb2\x94."]
        {
            assert_eq!(reply(unreadable).unwrap_err().code(), "malformed");
        }
    }
}
