//! MessagePack as a serde source, so that the same code reads it as JSON.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::{MalformedMsgpack, MsgpackItem, read};

/// The key of the map of one entry that stands for a date; the value is its milliseconds since 1970.
pub(crate) const DATE_KEY: &str = "$socketio_emitter::Date";

/// The deepest nesting that is read. It is deeper than any accepted value, and too shallow to exhaust the stack.
const MAX_RECURSION: usize = 256;

/// Reads MessagePack values one after the other.
#[derive(Debug)]
pub(crate) struct MsgpackSource<'de> {
    rest: &'de [u8],
    depth: usize,
    /// The length of the array whose values come next, without its header.
    missing_header: Option<usize>,
}

impl<'de> MsgpackSource<'de> {
    pub(crate) fn new(bytes: &'de [u8]) -> Self {
        Self { rest: bytes, depth: 0, missing_header: None }
    }

    /// Reads values without the header of their array as that array.
    pub(crate) fn array_without_header(values: &'de [u8], len: usize) -> Self {
        Self { missing_header: Some(len), ..Self::new(values) }
    }

    /// Checks that the input ends here.
    pub(crate) fn end(&self) -> Result<(), MsgpackError> {
        match self.rest.len() {
            0 => Ok(()),
            extra => {
                Err(MsgpackError::malformed(format!("invalid MessagePack: {extra} extra byte(s) after the value")))
            }
        }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, MsgpackError>) -> Result<T, MsgpackError> {
        if self.depth == MAX_RECURSION {
            return Err(MsgpackError::malformed(format!("nested deeper than {MAX_RECURSION} levels")));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }
}

/// Why MessagePack could not be read.
#[derive(Debug)]
pub(crate) struct MsgpackError {
    reason: String,
    /// The bytes are not MessagePack. Otherwise, the value is not what was expected.
    pub(crate) malformed: bool,
}

impl MsgpackError {
    fn malformed(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), malformed: true }
    }
}

impl fmt::Display for MsgpackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for MsgpackError {}

impl de::Error for MsgpackError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { reason: message.to_string(), malformed: false }
    }
}

impl From<MalformedMsgpack> for MsgpackError {
    fn from(_: MalformedMsgpack) -> Self {
        Self::malformed("invalid MessagePack")
    }
}

impl<'de> Deserializer<'de> for &mut MsgpackSource<'de> {
    type Error = MsgpackError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, MsgpackError> {
        if let Some(remaining) = self.missing_header.take() {
            return self.nested(|source| visitor.visit_seq(MsgpackEntries { source, remaining }));
        }
        match read(&mut self.rest)? {
            MsgpackItem::Nil => visitor.visit_unit(),
            MsgpackItem::Bool(value) => visitor.visit_bool(value),
            MsgpackItem::Uint(value) => visitor.visit_u64(value),
            MsgpackItem::Int(value) => visitor.visit_i64(value),
            MsgpackItem::Float(value) => visitor.visit_f64(value),
            MsgpackItem::Str(value) => visitor.visit_borrowed_str(value),
            MsgpackItem::Bin(value) => visitor.visit_borrowed_bytes(value),
            MsgpackItem::Array(remaining) => {
                self.nested(|source| visitor.visit_seq(MsgpackEntries { source, remaining }))
            }
            MsgpackItem::Map(remaining) => {
                self.nested(|source| visitor.visit_map(MsgpackEntries { source, remaining }))
            }
            MsgpackItem::Ext(kind, bytes) => match MsgpackExtension::new(kind, bytes) {
                MsgpackExtension::Undefined => visitor.visit_unit(),
                MsgpackExtension::Bytes => visitor.visit_borrowed_bytes(bytes),
                MsgpackExtension::Date(millis) => visitor.visit_map(MsgpackDate(Some(millis))),
                MsgpackExtension::Unknown => {
                    Err(de::Error::custom(format_args!("unknown MessagePack extension {kind}")))
                }
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, MsgpackError> {
        match self.rest.split_first() {
            Some((0xc0, rest)) => {
                self.rest = rest;
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    /// Reads the name of a variant without values, the only kind of enum that is used.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, MsgpackError> {
        match read(&mut self.rest)? {
            MsgpackItem::Str(name) => visitor.visit_enum(name.into_deserializer()),
            _ => Err(de::Error::custom("expected a string")),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// An extension as notepack.io 2 and 3 write it.
enum MsgpackExtension {
    /// Milliseconds since 1970.
    Date(i64),
    /// `undefined` of notepack.io 2.
    Undefined,
    /// An `ArrayBuffer`.
    Bytes,
    Unknown,
}

impl MsgpackExtension {
    fn new(kind: i8, bytes: &[u8]) -> Self {
        match (kind, bytes.len()) {
            (0, 1) => Self::Undefined,
            (0, 8) => bytes.try_into().map_or(Self::Unknown, |millis| Self::Date(i64::from_be_bytes(millis))),
            (0, _) => Self::Bytes,
            (-1, _) => timestamp_millis(bytes).map_or(Self::Unknown, Self::Date),
            _ => Self::Unknown,
        }
    }
}

/// The milliseconds since 1970 of a timestamp extension.
pub(crate) fn timestamp_millis(bytes: &[u8]) -> Option<i64> {
    let (seconds, nanos) = match bytes.len() {
        4 => (i64::from(u32::from_be_bytes(bytes.try_into().ok()?)), 0),
        8 => {
            let both = u64::from_be_bytes(bytes.try_into().ok()?);
            ((both & ((1 << 34) - 1)) as i64, (both >> 34) as i64)
        }
        12 => {
            let (nanos, seconds) = bytes.split_first_chunk::<4>()?;
            (i64::from_be_bytes(seconds.try_into().ok()?), u32::from_be_bytes(*nanos).into())
        }
        _ => return None,
    };
    seconds.checked_mul(1000)?.checked_add(nanos / 1_000_000)
}

/// Reads the values of an array, or the keys and values of a map.
struct MsgpackEntries<'s, 'de> {
    source: &'s mut MsgpackSource<'de>,
    remaining: usize,
}

impl<'de> SeqAccess<'de> for MsgpackEntries<'_, 'de> {
    type Error = MsgpackError;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, MsgpackError> {
        if self.remaining == 0 {
            return Ok(None);
        }
        self.remaining -= 1;
        seed.deserialize(&mut *self.source).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.remaining)
    }
}

impl<'de> MapAccess<'de> for MsgpackEntries<'_, 'de> {
    type Error = MsgpackError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, MsgpackError> {
        self.next_element_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, MsgpackError> {
        seed.deserialize(&mut *self.source)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.remaining)
    }
}

/// Reads a date as a map of one entry; the milliseconds since 1970 are taken with the value.
struct MsgpackDate(Option<i64>);

impl<'de> MapAccess<'de> for MsgpackDate {
    type Error = MsgpackError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, MsgpackError> {
        match self.0 {
            Some(_) => seed.deserialize(DATE_KEY.into_deserializer()).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, MsgpackError> {
        let millis = self.0.take().unwrap_or_default();
        seed.deserialize(millis.into_deserializer())
    }
}
