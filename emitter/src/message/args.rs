//! The arguments of an event: any serde value, checked and packed as MessagePack.

mod arg;
mod args_seed;
mod args_serializer;
mod attachments;
mod binary;
mod compound_serializer;
mod date;
mod numbers;
mod packer;
mod rule_violation;
mod spread;
mod transcoder;
mod value_seed;
mod wire_event;

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::DeserializeSeed, ser::SerializeSeq};

pub use self::{arg::Arg, binary::Binary, date::Date, numbers::Numbers, spread::Spread};
use self::{
    arg::BinaryForm,
    args_serializer::ArgsSerializer,
    packer::{ArgsTraits, Packer},
};
pub(crate) use self::{
    args_seed::{ArgsForm, ArgsSeed},
    numbers::{rounded_integer, unsafe_integer},
    rule_violation::RuleViolation,
    wire_event::{PlainEvent, WireEvent, WireList, WireValue},
};
use super::{input, msgpack::MsgpackSource};
use crate::base::{Code, Error, InvalidMessage};

/// The newtype name by which the serializer of arguments knows [`Args`].
const ARGS_NEWTYPE: &str = "$socketio_emitter::Args";

/// The arguments of an event, checked and packed.
///
/// A tuple or array is several arguments, `()` is none, and any other value is one: a `Vec`, a struct, a map or a
/// scalar. This is the rule of socketioxide too. [`Spread`] is for a number of arguments that is only known at run time.
///
/// ```
/// use socketio_emitter::message::{Args, Spread};
///
/// assert_eq!(Args::new(&())?.len(), 0);
/// assert_eq!(Args::new(&("x", 1))?.len(), 2);
/// assert_eq!(Args::new(&vec!["x", "y"])?.len(), 1);
/// assert_eq!(Args::new(&Spread(["x", "y", "z"].as_slice()))?.len(), 3);
/// # Ok::<(), socketio_emitter::Error>(())
/// ```
///
/// serde does not distinguish `serde_json::Value::Null` from `()`: pass `(Value::Null,)` to send null as the only
/// argument.
///
/// Types with a human-readable form use it: a UUID is a string. `bytes::Bytes`, the types of `serde_bytes` and
/// [`Binary`] are Socket.IO binary; a `Vec<u8>` is a list of numbers. [`Date`] is a JavaScript date.
///
/// Refused, because receivers would get something else or fail: integers beyond 2^53-1 (except with
/// [`Numbers::Lossy`]), nesting deeper than [`MAX_DEPTH`](super::MAX_DEPTH), map keys other than strings, integers and
/// booleans, the key `__proto__`, and `{"_placeholder": true}` beside binary.
///
/// The serde form is the list of the arguments. In it, binary is `{"$binary": "<base64>"}`, and an object that has
/// this shape itself is wrapped: `{"$escape": …}`.
#[derive(Clone, Default, PartialEq)]
pub struct Args {
    /// The arguments one after another as MessagePack, without the header of an array.
    packed: Bytes,
    len: usize,
    traits: ArgsTraits,
}

pub(super) static NO_ARGS: Args = Args { packed: Bytes::new(), len: 0, traits: ArgsTraits::NONE };

impl Args {
    /// Packs a value.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a JSON pointer to the refused value.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        Self::with_numbers(value, Numbers::Exact)
    }

    /// Packs a value; `numbers` says what to do with integers that JavaScript cannot hold exactly.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn with_numbers<T: Serialize + ?Sized>(value: &T, numbers: Numbers) -> Result<Self, Error> {
        let mut packer = Packer::new(numbers);
        let packed = value
            .serialize(ArgsSerializer::root(&mut packer))
            .and_then(|len| Self::from_packer(packer, len))
            .map_err(|violation| InvalidMessage::new(violation.code, violation.pointer("/args"), violation.reason))?;
        Ok(packed)
    }

    /// Reads a JSON text as a single argument. `{"$binary": …}` and `{"$escape": …}` are interpreted.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a JSON pointer into the text, the line and the column.
    pub fn from_json(json: &[u8], numbers: Numbers) -> Result<Self, Error> {
        Ok(input::json(ArgsForm::Single, json, numbers)?)
    }

    /// Reads a MessagePack value as a single argument.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a JSON pointer into the value.
    pub fn from_msgpack(bytes: &[u8], numbers: Numbers) -> Result<Self, Error> {
        Ok(input::msgpack(ArgsForm::Single, bytes, numbers)?)
    }

    /// Concatenates lists of arguments.
    ///
    /// # Errors
    /// [`Error::Invalid`] if one has `{"_placeholder": true}` and another has binary.
    pub fn join(parts: impl IntoIterator<Item = Self>) -> Result<Self, Error> {
        let mut packed = Vec::new();
        let mut joined = Self::default();
        for part in parts {
            packed.extend_from_slice(&part.packed);
            joined.len += part.len;
            joined.traits |= part.traits;
        }
        joined.packed = packed.into();
        joined.checked().map_err(|violation| InvalidMessage::new(violation.code, "/args", violation.reason).into())
    }

    /// The number of arguments.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there are no arguments.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Iterates over the arguments, which any serde format can write.
    ///
    /// ```
    /// use socketio_emitter::Args;
    ///
    /// let args = Args::new(&("x", 1))?;
    /// let json: Vec<_> = args.iter().filter_map(|arg| serde_json::to_string(&arg).ok()).collect();
    /// assert_eq!(json, ["\"x\"", "1"]);
    /// # Ok::<(), socketio_emitter::Error>(())
    /// ```
    pub fn iter(&self) -> impl Iterator<Item = Arg<'_>> {
        arg::iter(self)
    }

    /// Deserializes the arguments: a single one as its type, several as a tuple, none as `()`.
    ///
    /// ```
    /// use socketio_emitter::Args;
    ///
    /// let (name, count): (String, u32) = Args::new(&("x", 1))?.decode()?;
    /// assert_eq!((name.as_str(), count), ("x", 1));
    /// # Ok::<(), socketio_emitter::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Malformed`] if they have another type.
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, Error> {
        let result = match self.len {
            1 => T::deserialize(&mut MsgpackSource::new(&self.packed)),
            len => T::deserialize(&mut MsgpackSource::array_without_header(&self.packed, len)),
        };
        result.map_err(|error| Error::Malformed(error.to_string()))
    }

    /// Whether the arguments contain binary.
    pub fn has_binary(&self) -> bool {
        self.traits.binary
    }

    /// Whether every number is finite, so that JSON can carry it.
    pub fn is_finite(&self) -> bool {
        !self.traits.not_finite
    }

    /// The arguments one after another as MessagePack, without the header of an array.
    pub(crate) fn as_msgpack(&self) -> &[u8] {
        &self.packed
    }

    fn from_packer(packer: Packer, len: usize) -> Result<Self, RuleViolation> {
        Self { packed: packer.out.into(), len, traits: packer.traits }.checked()
    }

    fn checked(self) -> Result<Self, RuleViolation> {
        if self.traits.binary && self.traits.placeholder {
            let reason = "{\"_placeholder\": true} beside binary makes clients drop the connection; rename the key";
            return Err(RuleViolation::new(Code::Placeholder, reason));
        }
        Ok(self)
    }
}

impl fmt::Debug for Args {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match serde_json::to_string(self) {
            Ok(json) => f.write_str(&json),
            Err(_) => write!(f, "Args({} bytes of MessagePack)", self.packed.len()),
        }
    }
}

impl Serialize for Args {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(ARGS_NEWTYPE, &ArgsList(self))
    }
}

/// The content of the newtype as which [`Args`] serializes.
struct ArgsList<'a>(&'a Args);

impl Serialize for ArgsList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        arg::serialize_elements(&mut list, self.0, BinaryForm::Escaped)?;
        list.end()
    }
}

impl<'de> Deserialize<'de> for Args {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ArgsSeed::new(ArgsForm::List, Numbers::Exact, &mut None).deserialize(deserializer).map(|(args, _)| args)
    }
}
