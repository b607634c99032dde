//! MessagePack as a serde source, so that it is read by the same code as JSON.

use std::fmt;

use serde::de::{self, DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::{Malformed, Token, read};

/// The key of the one-entry map that a date is handed over as, with its milliseconds since 1970.
pub(crate) const DATE: &str = "$socketio_emitter::Date";

/// Deeper than any value that is taken, and not so deep that reading it could exhaust the stack.
const MAX_DEPTH: usize = 256;

/// Reads the values of a MessagePack text one after the other.
#[derive(Debug)]
pub(crate) struct Source<'de> {
    rest: &'de [u8],
    depth: usize,
    /// So many values, which have no head, are to be read as a list.
    headless: Option<usize>,
}

impl<'de> Source<'de> {
    pub(crate) fn new(bytes: &'de [u8]) -> Self {
        Self { rest: bytes, depth: 0, headless: None }
    }

    /// A list whose head is missing.
    pub(crate) fn list(values: &'de [u8], len: usize) -> Self {
        Self { headless: Some(len), ..Self::new(values) }
    }

    /// Nothing may follow.
    pub(crate) fn end(&self) -> Result<(), Unreadable> {
        match self.rest.len() {
            0 => Ok(()),
            more => Err(Unreadable::malformed(format!("{more} more byte(s) after the end"))),
        }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Result<T, Unreadable>) -> Result<T, Unreadable> {
        if self.depth == MAX_DEPTH {
            return Err(Unreadable::malformed(format!("nested deeper than {MAX_DEPTH}")));
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }
}

/// Why MessagePack could not be read.
#[derive(Debug)]
pub(crate) struct Unreadable {
    reason: String,
    /// The bytes are at fault, and not what they say.
    pub(crate) malformed: bool,
}

impl Unreadable {
    fn malformed(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), malformed: true }
    }
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.reason)
    }
}

impl std::error::Error for Unreadable {}

impl de::Error for Unreadable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { reason: message.to_string(), malformed: false }
    }
}

impl From<Malformed> for Unreadable {
    fn from(_: Malformed) -> Self {
        Self::malformed("this is no valid MessagePack")
    }
}

impl<'de> Deserializer<'de> for &mut Source<'de> {
    type Error = Unreadable;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        if let Some(left) = self.headless.take() {
            return self.nested(|source| visitor.visit_seq(Entries { source, left }));
        }
        match read(&mut self.rest)? {
            Token::Nil => visitor.visit_unit(),
            Token::Bool(value) => visitor.visit_bool(value),
            Token::Uint(value) => visitor.visit_u64(value),
            Token::Int(value) => visitor.visit_i64(value),
            Token::Float(value) => visitor.visit_f64(value),
            Token::Str(value) => visitor.visit_borrowed_str(value),
            Token::Bin(value) => visitor.visit_borrowed_bytes(value),
            Token::Array(left) => self.nested(|source| visitor.visit_seq(Entries { source, left })),
            Token::Map(left) => self.nested(|source| visitor.visit_map(Entries { source, left })),
            Token::Ext(kind, bytes) => match Extension::of(kind, bytes) {
                Extension::Undefined => visitor.visit_unit(),
                Extension::Bytes => visitor.visit_borrowed_bytes(bytes),
                Extension::Date(millis) => visitor.visit_map(DateEntry(Some(millis))),
                Extension::Unknown => {
                    Err(de::Error::custom(format_args!("MessagePack extension {kind} is not known here")))
                }
            },
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Unreadable> {
        match self.rest.split_first() {
            Some((0xc0, rest)) => {
                self.rest = rest;
                visitor.visit_none()
            }
            _ => visitor.visit_some(self),
        }
    }

    /// Only enums without values are read, by their names.
    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Unreadable> {
        match read(&mut self.rest)? {
            Token::Str(name) => visitor.visit_enum(name.into_deserializer()),
            _ => Err(de::Error::custom("expected a string")),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// What notepack writes as an extension, in its second and third generation.
enum Extension {
    Date(i64),
    Undefined,
    Bytes,
    Unknown,
}

impl Extension {
    fn of(kind: i8, bytes: &[u8]) -> Self {
        match (kind, bytes.len()) {
            (0, 1) => Self::Undefined,
            (0, 8) => bytes.try_into().map_or(Self::Unknown, |millis| Self::Date(i64::from_be_bytes(millis))),
            (0, _) => Self::Bytes,
            (-1, _) => timestamp_millis(bytes).map_or(Self::Unknown, Self::Date),
            _ => Self::Unknown,
        }
    }
}

/// The milliseconds of a timestamp extension.
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

/// The values of an array, or the keys and values of a map.
struct Entries<'s, 'de> {
    source: &'s mut Source<'de>,
    left: usize,
}

impl<'de> SeqAccess<'de> for Entries<'_, 'de> {
    type Error = Unreadable;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Unreadable> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        seed.deserialize(&mut *self.source).map(Some)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

impl<'de> MapAccess<'de> for Entries<'_, 'de> {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        self.next_element_seed(seed)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        seed.deserialize(&mut *self.source)
    }

    fn size_hint(&self) -> Option<usize> {
        Some(self.left)
    }
}

/// A date, as a map of one entry.
struct DateEntry(Option<i64>);

impl<'de> MapAccess<'de> for DateEntry {
    type Error = Unreadable;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Unreadable> {
        match self.0 {
            Some(_) => seed.deserialize(DATE.into_deserializer()).map(Some),
            None => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Unreadable> {
        let millis = self.0.take().unwrap_or_default();
        seed.deserialize(millis.into_deserializer())
    }
}
