//! The JSON form of a message, written and read.

use std::fmt;

use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{Error as _, IgnoredAny, MapAccess, Visitor},
    ser::SerializeMap,
};

use super::{
    Action, CheckedMessage, DisconnectMode, Flags, Message, Numbers, RuleViolation, Verb,
    input::{self, InputForm},
    message_fields::{MessageFields, MessageKey},
};
use crate::base::Error;

impl Serialize for Message {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("do", self.name())?;
        match &self.action {
            Action::Emit { event, args, .. } | Action::ServerEmit { event, args } => {
                map.serialize_entry("event", event)?;
                map.serialize_entry("args", args)?;
            }
            Action::Join { rooms } => map.serialize_entry("join", rooms)?,
            Action::Leave { rooms } => map.serialize_entry("leave", rooms)?,
            Action::Disconnect { mode } => map.serialize_entry("close", &(*mode == DisconnectMode::CloseConnection))?,
        }
        map.serialize_entry("namespace", &self.target.namespace)?;
        if let Some(rooms) = &self.target.rooms {
            map.serialize_entry("rooms", rooms)?;
        }
        if !self.target.except.is_empty() {
            map.serialize_entry("except", &self.target.except)?;
        }
        match &self.action {
            Action::Emit { flags, .. } if *flags != Flags::default() => map.serialize_entry("flags", flags)?,
            _ => {}
        }
        if self.target.all {
            map.serialize_entry("all", &true)?;
        }
        map.end()
    }
}

impl Message {
    /// Reads the JSON form.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the JSON pointer, line and column of the first thing that is wrong.
    pub fn from_json(json: &[u8]) -> Result<CheckedMessage, Error> {
        Self::from_json_with(json, Numbers::Exact)
    }

    /// Reads the JSON form; `numbers` says what to do with integers that JavaScript cannot hold exactly.
    ///
    /// # Errors
    /// As for [`from_json`](Self::from_json).
    pub fn from_json_with(json: &[u8], numbers: Numbers) -> Result<CheckedMessage, Error> {
        Self::from_json_as(json, Verb::Emit, numbers)
    }

    /// Reads the JSON form; `verb` is the default of `do`. A message with another `do` is read too.
    ///
    /// # Errors
    /// As for [`from_json`](Self::from_json).
    pub fn from_json_as(json: &[u8], verb: Verb, numbers: Numbers) -> Result<CheckedMessage, Error> {
        let message = input::json(verb, json, numbers)?;
        Ok(message.check().map_err(|invalid| input::with_position(json, invalid))?)
    }

    /// Reads the same form from MessagePack, where binary and dates need no escape.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the JSON pointer of the first thing that is wrong.
    pub fn from_msgpack(bytes: &[u8], numbers: Numbers) -> Result<CheckedMessage, Error> {
        Self::from_msgpack_as(bytes, Verb::Emit, numbers)
    }

    /// Reads the same form from MessagePack; `verb` is the default of `do`.
    ///
    /// # Errors
    /// As for [`from_msgpack`](Self::from_msgpack).
    pub fn from_msgpack_as(bytes: &[u8], verb: Verb, numbers: Numbers) -> Result<CheckedMessage, Error> {
        let message = input::msgpack(verb, bytes, numbers)?;
        Ok(message.check()?)
    }
}

impl<'de> Deserialize<'de> for Message {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let (message, _) = Verb::Emit.read(deserializer, Numbers::Exact, &mut None)?;
        message.check().map(Self::from).map_err(D::Error::custom)
    }
}

/// Reads a message; the verb is the default of `do`.
impl InputForm for Verb {
    type Value = Message;

    fn read<'de, D: Deserializer<'de>>(
        self,
        source: D,
        numbers: Numbers,
        violation: &mut Option<RuleViolation>,
    ) -> Result<(Message, bool), D::Error> {
        source.deserialize_map(MessageVisitor { default_verb: self, numbers, violation })
    }
}

struct MessageVisitor<'v> {
    default_verb: Verb,
    numbers: Numbers,
    violation: &'v mut Option<RuleViolation>,
}

impl<'de> Visitor<'de> for MessageVisitor<'_> {
    /// The message, and whether a number in it may have been rounded.
    type Value = (Message, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a message: a JSON object with {}", self.default_verb.keys())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = MessageFields::default();
        while let Some(key) = map.next_key()? {
            match key {
                MessageKey::Known(index) => fields.read(index, &mut map, self.numbers, self.violation)?,
                MessageKey::Ignored => drop(map.next_value::<IgnoredAny>()?),
                MessageKey::Unknown(key) => return Err(MessageKey::unknown(&key).record(self.violation)),
            }
        }
        let may_be_rounded = fields.may_be_rounded();
        match fields.into_message(self.default_verb) {
            Ok(message) => Ok((message, may_be_rounded)),
            Err(violation) => Err(violation.record(self.violation)),
        }
    }
}
