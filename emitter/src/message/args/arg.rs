//! Packed arguments, written to JSON or any other serde format.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{
    Args, Date,
    value_seed::{BINARY_KEY, ESCAPE_KEY},
};
use crate::message::msgpack::{self, MsgpackItem};

/// One argument of an event. In a serde format, binary is bytes and a date is ISO 8601 text.
#[derive(Clone, Copy)]
pub struct Arg<'a>(PackedValue<'a>);

impl Serialize for Arg<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Debug for Arg<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match serde_json::to_string(&PackedValue { binary: BinaryForm::Escaped, ..self.0 }) {
            Ok(json) => f.write_str(&json),
            Err(_) => write!(f, "Arg({} bytes of MessagePack)", self.0.bytes.len()),
        }
    }
}

/// Iterates over the arguments.
pub(super) fn iter(args: &Args) -> impl Iterator<Item = Arg<'_>> {
    let mut rest = args.as_msgpack();
    (0..args.len())
        .map_while(move |_| take_value(&mut rest))
        .map(|bytes| Arg(PackedValue { bytes, binary: BinaryForm::Bytes }))
}

/// Writes the arguments as elements of a list.
pub(super) fn serialize_elements<L: SerializeSeq>(
    list: &mut L,
    args: &Args,
    binary: BinaryForm,
) -> Result<(), L::Error> {
    let mut rest = args.as_msgpack();
    for _ in 0..args.len() {
        list.serialize_element(&PackedValue::take::<L::Error>(&mut rest, binary)?)?;
    }
    Ok(())
}

/// How binary is written.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum BinaryForm {
    /// As `{"$binary": "<base64>"}`; objects that look like an escape are escaped.
    Escaped,
    /// Not at all: binary is an error.
    Refused,
    /// As the bytes of the serde format.
    Bytes,
}

/// One value as MessagePack.
#[derive(Clone, Copy)]
struct PackedValue<'a> {
    bytes: &'a [u8],
    binary: BinaryForm,
}

impl<'a> PackedValue<'a> {
    /// Takes one value off the front of `rest`.
    fn take<E: Error>(rest: &mut &'a [u8], binary: BinaryForm) -> Result<Self, E> {
        let bytes = take_value(rest).ok_or_else(|| E::custom("malformed MessagePack"))?;
        Ok(Self { bytes, binary })
    }
}

impl Serialize for PackedValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { bytes: mut rest, binary } = *self;
        match msgpack::read(&mut rest).map_err(|_| S::Error::custom("malformed MessagePack"))? {
            MsgpackItem::Nil => serializer.serialize_unit(),
            MsgpackItem::Bool(value) => serializer.serialize_bool(value),
            MsgpackItem::Uint(value) => serializer.serialize_u64(value),
            MsgpackItem::Int(value) => serializer.serialize_i64(value),
            MsgpackItem::Float(value) => serializer.serialize_f64(value),
            MsgpackItem::Str(value) => serializer.serialize_str(value),
            MsgpackItem::Bin(bytes) => match binary {
                BinaryForm::Refused => Err(S::Error::custom("JSON cannot carry binary")),
                BinaryForm::Bytes => serializer.serialize_bytes(bytes),
                BinaryForm::Escaped => {
                    let mut map = serializer.serialize_map(Some(1))?;
                    map.serialize_entry(BINARY_KEY, &STANDARD.encode(bytes))?;
                    map.end()
                }
            },
            MsgpackItem::Array(len) => {
                let mut list = serializer.serialize_seq(Some(len))?;
                for _ in 0..len {
                    list.serialize_element(&Self::take::<S::Error>(&mut rest, binary)?)?;
                }
                list.end()
            }
            MsgpackItem::Map(len) => {
                let object = PackedObject { len, entries: rest, binary };
                if binary != BinaryForm::Escaped || !object.looks_escaped() {
                    return object.serialize(serializer);
                }
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(ESCAPE_KEY, &object)?;
                map.end()
            }
            MsgpackItem::Ext(kind, bytes) => match date_text(kind, bytes) {
                Some(text) => serializer.serialize_str(&text),
                None => Err(S::Error::custom(format!("MessagePack extension {kind} has no JSON form"))),
            },
        }
    }
}

/// The entries of a MessagePack map.
struct PackedObject<'a> {
    len: usize,
    entries: &'a [u8],
    binary: BinaryForm,
}

impl PackedObject<'_> {
    /// Whether the JSON form of the object would be read as an escape.
    fn looks_escaped(&self) -> bool {
        let first_key = msgpack::read(&mut &*self.entries);
        match self.len {
            0 => false,
            1 => matches!(first_key, Ok(MsgpackItem::Str(BINARY_KEY | ESCAPE_KEY))),
            _ => first_key == Ok(MsgpackItem::Str(ESCAPE_KEY)),
        }
    }
}

impl Serialize for PackedObject<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { len, entries: mut rest, binary } = *self;
        let mut map = serializer.serialize_map(Some(len))?;
        for _ in 0..len {
            match msgpack::read(&mut rest) {
                Ok(MsgpackItem::Str(key)) => {
                    map.serialize_entry(key, &PackedValue::take::<S::Error>(&mut rest, binary)?)?;
                }
                _ => return Err(S::Error::custom("a map key is not a string")),
            }
        }
        map.end()
    }
}

/// Takes the bytes of one value off the front of `rest`. Depth costs no stack.
fn take_value<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let start = *rest;
    let mut pending = 1_usize;
    while pending > 0 {
        pending -= 1;
        pending += match msgpack::read(rest).ok()? {
            MsgpackItem::Array(len) => len,
            MsgpackItem::Map(len) => len * 2,
            _ => 0,
        };
    }
    Some(&start[..start.len() - rest.len()])
}

/// The text of a timestamp extension, as `Date.prototype.toJSON` returns it.
fn date_text(kind: i8, bytes: &[u8]) -> Option<String> {
    let millis = if kind == -1 { msgpack::timestamp_millis(bytes)? } else { return None };
    Date::from_unix_ms(millis).iso()
}
