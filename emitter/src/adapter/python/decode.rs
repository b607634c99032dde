//! What servers and write-only managers put on the channel, read.

use serde::{Deserialize, Deserializer, de::IgnoredAny};
use serde_json::value::RawValue;

use super::data;
use crate::{
    adapter::{DecodedMessage, Frame, RequestIds, RequestKind, payload},
    base::{Error, malformed},
    message::{Action, Args, DisconnectMode, Flags, Message, Target, WireList},
};

/// How every pickle that servers wrote begins.
const PICKLE: u8 = 0x80;

/// A message with the keys of all methods.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a message")]
pub(super) struct Sent<'a> {
    method: String,
    event: Option<String>,
    #[serde(borrow, default, deserialize_with = "present")]
    data: Option<&'a RawValue>,
    binary: Option<bool>,
    namespace: Option<String>,
    room: Option<Names>,
    skip_sid: Option<Names>,
    callback: Option<(IgnoredAny, IgnoredAny, Name)>,
    host_id: Option<String>,
    /// In a callback it is the sender's own matter what this is.
    #[serde(borrow, default, deserialize_with = "present")]
    sid: Option<&'a RawValue>,
    id: Option<Name>,
    args: Option<WireList>,
}

impl<'a> Sent<'a> {
    pub(super) fn read(frame: &Frame<'a>) -> Result<Self, Error> {
        let Frame::Published { payload, .. } = *frame else {
            return Err(malformed("an entry of a stream, which this adapter has none of"));
        };
        if payload.first() == Some(&PICKLE) {
            return Err(malformed("pickle, written by python-socketio before 5.14"));
        }
        payload::json(payload)
    }

    pub(super) fn heard(self, before_5_15_1: bool) -> Result<DecodedMessage, Error> {
        let mut target = Target::default();
        target.of(self.namespace.as_deref().unwrap_or_default());
        let mut request = None;
        let action = match self.method.as_str() {
            "emit" => {
                let data = self.data.ok_or_else(|| malformed("no data"))?;
                let args = data::read(data, self.binary == Some(true), before_5_15_1)?;
                let event = self.event.ok_or_else(|| malformed("no event"))?;
                target.rooms = self.room.map(Names::into_list);
                target.except = self.skip_sid.map(Names::into_list).unwrap_or_default();
                request = self.callback.map(|(_, _, Name(id))| id);
                Action::Emit { event, args, flags: Flags::default() }
            }
            "callback" => {
                let request = self.id.map(|Name(id)| id);
                return Ok(DecodedMessage::Response { kind: RequestKind::Ack, sender: None, request });
            }
            "close_room" => {
                let rooms = vec![self.one_room()?];
                target.rooms = Some(rooms.clone());
                Action::Leave { rooms }
            }
            method @ ("enter_room" | "leave_room" | "disconnect") => {
                target.rooms = Some(vec![self.socket()?]);
                match method {
                    "enter_room" => Action::Join { rooms: vec![self.one_room()?] },
                    "leave_room" => Action::Leave { rooms: vec![self.one_room()?] },
                    _ => Action::Disconnect { mode: DisconnectMode::LeaveNamespace },
                }
            }
            method => return Err(malformed(format!("the method {method:?}, which is not known"))),
        };
        if self.namespace.is_none() {
            return Err(malformed("no namespace, without which nobody gets it"));
        }
        Ok(DecodedMessage::Message { message: Message { target, action }, sender: self.host_id, request })
    }

    /// A client's acknowledgement, if it answers the question of these ids.
    pub(super) fn answer(self, ids: &RequestIds) -> Option<Args> {
        let Self { method, host_id, id, args, .. } = self;
        let ours = method == "callback" && host_id? == ids.asker && id?.0 == ids.request;
        args.filter(|_| ours).map(|WireList(args)| args)
    }

    fn one_room(&self) -> Result<String, Error> {
        match &self.room {
            Some(Names::One(Name(room))) => Ok(room.clone()),
            _ => Err(malformed("no room, or more than one")),
        }
    }

    fn socket(&self) -> Result<String, Error> {
        let sid = self.sid.and_then(|sid| serde_json::from_str(sid.get()).ok());
        sid.ok_or_else(|| malformed("no socket's id"))
    }
}

/// A key that is there, be it null.
fn present<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

/// Names are text; a server's own code may use numbers.
#[derive(Debug, Deserialize)]
#[serde(from = "TextOrNumber")]
struct Name(String);

#[derive(Deserialize)]
#[serde(untagged, expecting = "neither a text nor a number")]
enum TextOrNumber {
    Text(String),
    Number(f64),
}

impl From<TextOrNumber> for Name {
    fn from(name: TextOrNumber) -> Self {
        Self(match name {
            TextOrNumber::Text(text) => text,
            TextOrNumber::Number(number) => number.to_string(),
        })
    }
}

#[derive(Debug, Deserialize)]
#[serde(untagged, expecting = "neither a room nor a list of rooms")]
enum Names {
    One(Name),
    Several(Vec<Name>),
}

impl Names {
    fn into_list(self) -> Vec<String> {
        match self {
            Self::One(Name(name)) => vec![name],
            Self::Several(names) => names.into_iter().map(|Name(name)| name).collect(),
        }
    }
}
