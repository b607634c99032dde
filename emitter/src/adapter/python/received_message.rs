use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::value::RawValue;

use super::event_data::read_event_data;
use crate::{
    adapter::{
        DecodedMessage, Frame, RequestIds, RequestKind,
        payload_reader::read_json,
        wire_name::{WireName, into_strings},
    },
    base::{Error, malformed},
    message::{Action, Args, DisconnectMode, Flags, Message, Target, WireList},
};

/// The first byte of a pickle of protocol 2 or later.
const PICKLE: u8 = 0x80;

/// A received message, with the keys of all methods.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a message")]
pub(super) struct ReceivedPythonMessage<'a> {
    method: String,
    event: Option<String>,
    #[serde(borrow, default, deserialize_with = "read_present")]
    data: Option<&'a RawValue>,
    binary: Option<bool>,
    namespace: Option<String>,
    room: Option<ReceivedPythonNames>,
    skip_sid: Option<ReceivedPythonNames>,
    callback: Option<(IgnoredAny, IgnoredAny, WireName)>,
    host_id: Option<String>,
    /// Any value in a `callback`, where the requester chose it.
    #[serde(borrow, default, deserialize_with = "read_present")]
    sid: Option<&'a RawValue>,
    id: Option<WireName>,
    args: Option<WireList>,
}

impl<'a> ReceivedPythonMessage<'a> {
    pub(super) fn read(frame: &Frame<'a>) -> Result<Self, Error> {
        let Frame::Published { payload, .. } = *frame else {
            return Err(malformed("a stream entry, but this adapter uses no streams"));
        };
        if payload.first() == Some(&PICKLE) {
            return Err(malformed("pickle of python-socketio before 5.14, which cannot be decoded"));
        }
        read_json(payload)
    }

    pub(super) fn decode(self, before_5_15_1: bool) -> Result<DecodedMessage, Error> {
        let mut target = Target::default();
        target.of(self.namespace.as_deref().unwrap_or_default());
        let mut request = None;
        let action = match self.method.as_str() {
            "emit" => {
                let data = self.data.ok_or_else(|| malformed("missing field `data`"))?;
                let args = read_event_data(data, self.binary == Some(true), before_5_15_1)?;
                let event = self.event.ok_or_else(|| malformed("missing field `event`"))?;
                target.rooms = self.room.map(ReceivedPythonNames::into_strings);
                target.except = self.skip_sid.map(ReceivedPythonNames::into_strings).unwrap_or_default();
                request = self.callback.map(|(_, _, id)| id.into_string());
                Action::Emit { event, args, flags: Flags::default() }
            }
            "callback" => {
                let request = self.id.map(WireName::into_string);
                return Ok(DecodedMessage::Response { kind: RequestKind::Ack, sender: None, request });
            }
            "close_room" => {
                let rooms = vec![single_room(self.room)?];
                target.rooms = Some(rooms.clone());
                Action::Leave { rooms }
            }
            method @ ("enter_room" | "leave_room" | "disconnect") => {
                let sid = self.sid.and_then(|sid| serde_json::from_str(sid.get()).ok());
                target.rooms = Some(vec![sid.ok_or_else(|| malformed("missing or invalid field `sid`"))?]);
                match method {
                    "enter_room" => Action::Join { rooms: vec![single_room(self.room)?] },
                    "leave_room" => Action::Leave { rooms: vec![single_room(self.room)?] },
                    _ => Action::Disconnect { mode: DisconnectMode::LeaveNamespace },
                }
            }
            method => return Err(malformed(format!("unknown method {method:?}"))),
        };
        if self.namespace.is_none() {
            return Err(malformed("missing field `namespace`, so no client receives it"));
        }
        Ok(DecodedMessage::Message { message: Message { target, action }, sender: self.host_id, request })
    }

    /// The arguments of an acknowledgement of the request with these ids; `None` for any other message.
    pub(super) fn into_ack(self, ids: &RequestIds) -> Option<Args> {
        let Self { method, host_id, id, args, .. } = self;
        let is_reply = method == "callback" && host_id? == ids.requester && id?.into_string() == ids.request;
        args.filter(|_| is_reply).map(|WireList(args)| args)
    }
}

fn single_room(room: Option<ReceivedPythonNames>) -> Result<String, Error> {
    match room {
        Some(ReceivedPythonNames::One(room)) => Ok(room.into_string()),
        Some(ReceivedPythonNames::Several(_)) | None => Err(malformed("field `room` is not a single room")),
    }
}

/// Reads a key that is present, even if its value is null.
fn read_present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "expected a room or a list of rooms")]
enum ReceivedPythonNames {
    One(WireName),
    Several(Vec<WireName>),
}

impl ReceivedPythonNames {
    fn into_strings(self) -> Vec<String> {
        match self {
            Self::One(name) => vec![name.into_string()],
            Self::Several(names) => into_strings(names),
        }
    }
}
