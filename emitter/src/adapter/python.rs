//! The python adapter: `RedisManager` and `AsyncRedisManager` of python-socketio.
//!
//! | messages | channel | format |
//! |---|---|---|
//! | everything, including responses | `<prefix>` | JSON: `{"method": …, …, "namespace": …, "host_id": …}` |
//!
//! | method | meaning | keys |
//! |---|---|---|
//! | `emit` | an event | `event`, `data`, `room` (absent, one or a list), `skip_sid` |
//! | `enter_room`, `leave_room` | one socket joins or leaves one room | `sid`, `room` |
//! | `disconnect` | one socket leaves the namespace | `sid` |
//! | `close_room` | all sockets leave the room | `room` |
//! | `callback` | the acknowledgement of a client | `id`, `args` |
//!
//! A socket's id is also the name of a room, but where servers expect a socket's id, the name of another room has no
//! effect. Names that do not have the form of an id are therefore refused there.

mod event_data;
mod message;
mod received_message;

use self::{message::PythonMessage, received_message::ReceivedPythonMessage};
use super::{
    Ack, Command, DecodedMessage, EncodedRequest, Frame, Operation, ReplyBody, RequestBody, RequestIds, ServerReply,
    SocketDetail, SubscriberCount, SubscriptionTarget, escape_pattern, json_payload::to_json,
};
use crate::{
    base::{Error, malformed},
    message::{Action, Message},
};

const NAME: &str = "python";

/// The sender id of emitters. No server has it, so no server drops the message as its own.
const SENDER: &str = "emitter";

/// What to do instead of a server-side emit.
const NO_SERVER_SIDE_EMIT: &str = "notify the servers another way; they have no server-side events";

/// Options of the python adapter.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Python {
    /// The manager's option `channel`: `socketio` by default.
    pub prefix: String,
    /// The servers run python-socketio before 5.15.1, which reads events with one argument only.
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

    pub(super) fn encode(&self, message: &Message) -> Result<Command, Error> {
        let Message { target, action } = message;
        self.publish(&match action {
            Action::Emit { event, args, .. } => PythonMessage::emit(target, event, args, self.before_5_15_1)?,
            Action::Join { rooms } => PythonMessage::enter_room(target, rooms)?,
            Action::Leave { rooms } => PythonMessage::leave_room(target, rooms)?,
            Action::Disconnect { mode } => PythonMessage::disconnect(target, *mode)?,
            Action::ServerEmit { .. } => return Err(unsupported("server-emit", NO_SERVER_SIDE_EMIT)),
        })
    }

    pub(super) fn decode(&self, frame: &Frame<'_>) -> Result<DecodedMessage, Error> {
        if frame.channel() != self.prefix {
            return Err(malformed("the channel is not the servers' channel"));
        }
        ReceivedPythonMessage::read(frame)?.decode(self.before_5_15_1)
    }

    /// Servers publish responses on the same channel as everything else. It is subscribed to by pattern, because
    /// servers are counted by the subscriptions by name.
    pub(super) fn encode_request(&self, body: &RequestBody, ids: &RequestIds) -> Result<EncodedRequest, Error> {
        let RequestBody::Acks(message) = body else {
            let what = format!("a request for {}", body.operation());
            return Err(unsupported(what, "query it in the servers' own code"));
        };
        let (event, args) = message.action.event();
        let request = PythonMessage::emit(&message.target, event, args, self.before_5_15_1)?.with_callback(ids);
        Ok(EncodedRequest {
            command: self.publish(&request)?,
            responses: SubscriptionTarget::Patterns(vec![escape_pattern(&self.prefix)]),
        })
    }

    /// Responses of servers before 5.14 are malformed: they are pickle.
    pub(super) fn read_reply(
        &self,
        frame: &Frame<'_>,
        ids: &RequestIds,
        _detail: SocketDetail,
    ) -> Result<Option<ServerReply>, Error> {
        let args = ReceivedPythonMessage::read(frame)?.into_ack(ids);
        Ok(args
            .map(|args| ServerReply { server: None, body: ReplyBody::Ack(Ack { args, socket: None, server: None }) }))
    }

    /// All namespaces share one channel, so servers without this namespace count too.
    pub(super) fn subscriber_count(&self, _namespace: &str) -> Option<SubscriberCount> {
        Some(SubscriberCount::Channel(self.prefix.clone()))
    }

    pub(super) fn unsupported_reason(&self, operation: Operation) -> Option<&'static str> {
        match operation {
            Operation::Binary if self.before_5_15_1 => Some("send it as base64 text"),
            Operation::Volatile | Operation::Compress => Some("omit the flag; the servers do not support it"),
            Operation::ServerEmit | Operation::ServerAcks => Some(NO_SERVER_SIDE_EMIT),
            Operation::Sockets | Operation::AllRooms => {
                Some("query them in the servers' own code; the servers do not answer this request")
            }
            Operation::Servers => {
                Some("use the server count of a receipt, or the doctor; the servers do not answer pings")
            }
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
            Operation::Except => Some("socket ids only, no rooms"),
            Operation::Join => Some("one socket id and one room per message"),
            Operation::Leave => Some("one socket id and one room per message, or all sockets in the room"),
            Operation::Disconnect => Some("one socket id per message"),
            Operation::Acks => Some("the servers do not report how many clients received the event"),
            _ => None,
        }
    }

    fn publish(&self, message: &PythonMessage<'_>) -> Result<Command, Error> {
        Ok(Command::publish(self.prefix.clone(), to_json(message)?))
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
        RequestIds { requester: "aaaaaaaaaaaaaaa1".to_owned(), request: "bbbbbbbbbbbbbbb2".to_owned() }
    }

    fn read_reply(payload: &[u8]) -> Result<Option<ServerReply>, Error> {
        Python::default().read_reply(&("socketio", payload).into(), &ids(), SocketDetail::Plain)
    }

    #[test]
    fn acks_are_requested_with_a_callback() {
        let message = Message::emit("q", Args::new(&5).unwrap());
        let request = Python::default().encode_request(&RequestBody::Acks(message.check().unwrap()), &ids()).unwrap();
        assert_eq!(
            str::from_utf8(request.command.payload()).unwrap(),
            r#"{"method":"emit","event":"q","data":5,"namespace":"/","callback":["bbbbbbbbbbbbbbb2","/","bbbbbbbbbbbbbbb2"],"host_id":"aaaaaaaaaaaaaaa1"}"#
        );
        assert_eq!(request.responses, SubscriptionTarget::Patterns(vec!["socketio".to_owned()]));
        assert_eq!(read_reply(request.command.payload()).unwrap(), None);
        for body in [RequestBody::Sockets(Target::default()), RequestBody::Servers(Target::default())] {
            assert_eq!(Python::default().encode_request(&body, &ids()).unwrap_err().code(), "unsupported");
        }
    }

    #[test]
    fn only_acks_of_the_request_are_replies() {
        let ack = br#"{"method": "callback", "host_id": "aaaaaaaaaaaaaaa1", "sid": "bbbbbbbbbbbbbbb2", "namespace": "/", "id": "bbbbbbbbbbbbbbb2", "args": ["A", {"a": 1}, 2]}"#;
        let Some(ServerReply { server: None, body: ReplyBody::Ack(ack) }) = read_reply(ack).unwrap() else {
            panic!("no acknowledgement")
        };
        assert_eq!(serde_json::to_string(&ack.args).unwrap(), r#"["A",{"a":1},2]"#);
        for other in [
            &br#"{"method": "callback", "host_id": "other", "sid": "x", "namespace": "/", "id": 1, "args": []}"#[..],
            br#"{"method": "callback", "host_id": "aaaaaaaaaaaaaaa1", "id": "old", "args": []}"#,
            br#"{"method": "emit", "event": "e", "data": [1], "namespace": "/", "host_id": "x"}"#,
        ] {
            assert_eq!(read_reply(other).unwrap(), None, "{}", String::from_utf8_lossy(other));
        }
        for malformed in
            [&b"5"[..], b"garbage", b"\x80\x04\x95\x8c\x10aaaaaaaaaaaaaaa1\x94\x8c\x10bbbbbbbbbbbbbbb2\x94."]
        {
            assert_eq!(read_reply(malformed).unwrap_err().code(), "malformed");
        }
    }
}
