use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{
    packer::{ContainerShape, ObjectKey, OpenContainer},
    rounded_integer,
    transcoder::Transcoder,
};
use crate::{
    base::Code,
    message::{
        MAX_SAFE_INTEGER,
        msgpack::{self, MsgpackItem},
    },
};

/// The key of an object that stands for binary: `{"$binary": "<base64>"}`.
pub(super) const BINARY_KEY: &str = "$binary";

/// The key of an object around a value that looks like an escape: `{"$escape": {"$binary": …}}`.
pub(super) const ESCAPE_KEY: &str = "$escape";

/// The name by which serde_json's `arbitrary_precision` marks a number.
pub(super) const RAW_NUMBER: &str = "$serde_json::private::Number";

/// How an object with the key `$binary` or `$escape` is read.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum EscapeMode {
    /// As an escape.
    Interpret,
    /// As an object; escapes inside its values are interpreted.
    LiteralOnce,
    /// As an object, at every depth.
    Literal,
}

/// Reads one value and packs it.
pub(super) struct ValueSeed<'t> {
    pub(super) transcoder: &'t mut Transcoder,
    pub(super) escapes: EscapeMode,
}

impl ValueSeed<'_> {
    /// Replaces the object that was read by a date: its milliseconds were packed at `start`.
    fn date<E: Error>(self, container: &OpenContainer, start: usize) -> Result<(), E> {
        let packer = &mut self.transcoder.packer;
        let millis = match msgpack::read(&mut &packer.out[start..]) {
            Ok(MsgpackItem::Uint(millis)) => i64::try_from(millis).unwrap_or(i64::MAX),
            Ok(MsgpackItem::Int(millis)) => millis,
            Ok(MsgpackItem::Float(millis)) => millis as i64,
            _ => return Err(E::custom("a date must be a number of milliseconds")),
        };
        packer.abandon(container);
        packer.date(millis);
        Ok(())
    }

    /// Packs a number of serde_json's `arbitrary_precision`, which any crate of the program may enable.
    fn raw_number<E: Error>(self, text: &str) -> Result<(), E> {
        if let Ok(value) = text.parse::<i64>() {
            return self.visit_i64(value);
        }
        let value = text.parse::<f64>().map_err(E::custom)?;
        let Some(literal) = rounded_integer(text) else { return self.visit_f64(value) };
        let result = self.transcoder.packer.unsafe_integer(literal, value);
        self.transcoder.check(result)
    }

    /// The seed of a value inside this one.
    fn child(&mut self) -> ValueSeed<'_> {
        let escapes = match self.escapes {
            EscapeMode::Literal => EscapeMode::Literal,
            EscapeMode::Interpret | EscapeMode::LiteralOnce => EscapeMode::Interpret,
        };
        ValueSeed { transcoder: self.transcoder, escapes }
    }
}

impl<'de> DeserializeSeed<'de> for ValueSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.transcoder.packer.nil();
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.transcoder.packer.bool(value);
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        let result = self.transcoder.packer.int(value);
        self.transcoder.check(result)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        let result = self.transcoder.packer.uint(value);
        self.transcoder.check(result)
    }

    /// serde_json reads an integer that fits no 64-bit integer as a float, rounded. Only its text shows this.
    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.transcoder.packer.may_be_rounded |= value.abs() > MAX_SAFE_INTEGER as f64;
        self.transcoder.packer.float(value);
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.transcoder.packer.str(value);
        Ok(())
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<(), E> {
        self.transcoder.packer.bin(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let container = self.transcoder.packer.open(ContainerShape::Array, seq.size_hint());
        let container = self.transcoder.check(container)?;
        let mut len = 0;
        while seq.next_element_seed(self.child())?.is_some() {
            len += 1;
        }
        self.transcoder.packer.close(&container, len);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let container = self.transcoder.packer.open(ContainerShape::Map, map.size_hint());
        let container = self.transcoder.check(container)?;
        let mut len = 0;
        let mut base64_start = None;
        while let Some(key) = map.next_key_seed(ValueKeySeed(self.transcoder))? {
            let start = self.transcoder.packer.out.len();
            if len == 0 && self.escapes == EscapeMode::Interpret && key == ValueKey::Escape {
                self.transcoder.packer.abandon(&container);
                let content = ValueSeed { transcoder: self.transcoder, escapes: EscapeMode::LiteralOnce };
                map.next_value_seed(content)?;
                return match map.next_key_seed(ValueKeySeed(self.transcoder))? {
                    None => Ok(()),
                    Some(_) => {
                        let reason = "an object with \"$escape\" has another key; leave out the other keys";
                        self.transcoder.refuse(Code::Escape, reason)
                    }
                };
            }
            map.next_value_seed(self.child())?;
            match key {
                ValueKey::RawNumber if len == 0 => {
                    let text = match msgpack::read(&mut &self.transcoder.packer.out[start..]) {
                        Ok(MsgpackItem::Str(text)) => text.to_owned(),
                        _ => String::new(),
                    };
                    self.transcoder.packer.abandon(&container);
                    return self.raw_number(&text);
                }
                ValueKey::Date if len == 0 => return self.date(&container, start),
                ValueKey::Binary if len == 0 && self.escapes == EscapeMode::Interpret => base64_start = Some(start),
                ValueKey::Placeholder => self.transcoder.packer.note_placeholder(start),
                _ => {}
            }
            len += 1;
        }
        let Some(start) = base64_start.filter(|_| len == 1) else {
            self.transcoder.packer.close(&container, len);
            return Ok(());
        };
        let bytes = match msgpack::read(&mut &self.transcoder.packer.out[start..]) {
            Ok(MsgpackItem::Str(text)) => STANDARD.decode(text).ok(),
            _ => None,
        };
        let Some(bytes) = bytes else {
            let reason = "{\"$binary\": …} takes base64 text; to send this object itself, wrap it: \
                          {\"$escape\": {\"$binary\": …}}";
            return self.transcoder.refuse(Code::Binary, reason);
        };
        self.transcoder.packer.abandon(&container);
        self.transcoder.packer.bin(&bytes);
        Ok(())
    }
}

/// What a key says about the object that has it.
#[derive(PartialEq)]
enum ValueKey {
    Placeholder,
    Binary,
    Escape,
    RawNumber,
    Date,
    Other,
}

/// Reads one key and packs it.
struct ValueKeySeed<'t>(&'t mut Transcoder);

impl<'de> DeserializeSeed<'de> for ValueKeySeed<'_> {
    type Value = ValueKey;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<ValueKey, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for ValueKeySeed<'_> {
    type Value = ValueKey;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<ValueKey, E> {
        let object_key = self.0.packer.key(key);
        Ok(match self.0.check(object_key)? {
            ObjectKey::Placeholder => ValueKey::Placeholder,
            ObjectKey::Other => match key {
                BINARY_KEY => ValueKey::Binary,
                ESCAPE_KEY => ValueKey::Escape,
                RAW_NUMBER => ValueKey::RawNumber,
                msgpack::DATE_KEY => ValueKey::Date,
                _ => ValueKey::Other,
            },
        })
    }

    // MessagePack keys may be integers, which JavaScript reads as strings.
    fn visit_u64<E: Error>(self, key: u64) -> Result<ValueKey, E> {
        self.visit_str(&key.to_string())
    }

    fn visit_i64<E: Error>(self, key: i64) -> Result<ValueKey, E> {
        self.visit_str(&key.to_string())
    }
}
