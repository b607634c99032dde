//! What an event carries: any serde value becomes a list of arguments.

mod attachments;
mod binary;
mod compound;
mod date;
mod de;
mod pack;
mod rounded;
mod ser;
mod spread;
mod transcode;
mod view;

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Deserializer, Serialize, de::DeserializeSeed};

use self::pack::{Packer, Traits};
pub use self::{binary::Binary, date::Date, pack::Numbers, spread::Spread, view::Arg};
pub(crate) use self::{
    de::{ArgsForm, ArgsSeed, WireEvent, WireList, WireValue},
    pack::{RuleViolation, unsafe_integer},
    rounded::rounded_integer,
    view::PlainEvent,
};
use crate::{
    base::{Code, Error, InvalidMessage},
    message::{input, msgpack::Source},
};

/// An event's arguments, checked and packed.
///
/// A tuple or array is several arguments, `()` is none, and anything else is one: a `Vec`, a struct, a map, a
/// scalar. (The same rule as socketioxide's.) [`Spread`] sends a list whose length is known at run time only.
///
/// ```
/// use socketio_emitter::{Args, Spread};
///
/// assert_eq!(Args::new(&())?.len(), 0);
/// assert_eq!(Args::new(&("x", 1))?.len(), 2);
/// assert_eq!(Args::new(&vec!["x", "y"])?.len(), 1);
/// assert_eq!(Args::new(&Spread(["x", "y", "z"].as_slice()))?.len(), 3);
/// # Ok::<(), socketio_emitter::Error>(())
/// ```
///
/// (serde cannot tell `serde_json::Value::Null` from `()`; a null alone is `(Value::Null,)`.)
///
/// Types that know a human-readable form use it (a UUID is a string). `bytes::Bytes`, `serde_bytes` and
/// [`Binary`] are Socket.IO binary; a plain `Vec<u8>` is a list of numbers. [`Date`] is a JavaScript date.
///
/// What is refused, because it could not arrive whole: integers beyond 2^53-1 (unless
/// [`Numbers::Lossy`] is chosen), nesting deeper than [`MAX_DEPTH`](super::MAX_DEPTH), keys that are no strings or
/// numbers, the key `__proto__`, and `{"_placeholder": true}` beside binary.
///
/// Its serde form is the JSON list of the arguments, binary as `{"$binary": "<base64>"}`; an object that has
/// that shape itself is wrapped in `{"$escape": …}`.
#[derive(Clone, Default, PartialEq)]
pub struct Args {
    /// The arguments one after another as MessagePack, without a head.
    packed: Bytes,
    len: usize,
    traits: Traits,
}

/// No arguments.
pub(crate) static NONE: Args = Args { packed: Bytes::new(), len: 0, traits: Traits::NONE };

impl Args {
    /// Packs a value.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a pointer to what is refused.
    pub fn new<T: Serialize + ?Sized>(value: &T) -> Result<Self, Error> {
        Self::with_numbers(value, Numbers::Exact)
    }

    /// Packs a value, with a choice of what to do with integers that JavaScript cannot hold.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a pointer to what is refused.
    pub fn with_numbers<T: Serialize + ?Sized>(value: &T, numbers: Numbers) -> Result<Self, Error> {
        let mut packer = Packer::new(numbers);
        let packed = value
            .serialize(ser::Serializer::root(&mut packer))
            .and_then(|len| Self::packed(packer, len))
            .map_err(|fault| InvalidMessage::new(fault.code, fault.pointer("/args"), fault.reason))?;
        Ok(packed)
    }

    /// Reads JSON text as the one argument, `{"$binary": …}` and `{"$escape": …}` included.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a JSON pointer into the text, and the line and column.
    pub fn from_json(json: &[u8], numbers: Numbers) -> Result<Self, Error> {
        Ok(input::json(ArgsForm::Single, json, numbers)?)
    }

    /// Reads a MessagePack value as the one argument.
    ///
    /// # Errors
    /// [`Error::Invalid`] with a JSON pointer into the value.
    pub fn from_msgpack(bytes: &[u8], numbers: Numbers) -> Result<Self, Error> {
        Ok(input::msgpack(ArgsForm::Single, bytes, numbers)?)
    }

    /// Several lists of arguments, one after the other.
    ///
    /// # Errors
    /// [`Error::Invalid`] if they cannot stand together: `{"_placeholder": true}` beside binary.
    pub fn join(parts: impl IntoIterator<Item = Self>) -> Result<Self, Error> {
        let mut packed = Vec::new();
        let mut all = Self::default();
        for part in parts {
            packed.extend_from_slice(&part.packed);
            all.len += part.len;
            all.traits |= part.traits;
        }
        all.packed = packed.into();
        all.checked().map_err(|fault| InvalidMessage::new(fault.code, "/args", fault.reason).into())
    }

    /// How many arguments there are.
    pub fn len(&self) -> usize {
        self.len
    }

    /// True if the event comes alone.
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The arguments one by one, for any serde format.
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
        view::iter(self)
    }

    /// The arguments as a type of the program's own: one is that value, several are a tuple, none is `()`.
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
    /// [`Error::Malformed`] if they are something else.
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, Error> {
        let read = match self.len {
            1 => T::deserialize(&mut Source::new(&self.packed)),
            len => T::deserialize(&mut Source::list(&self.packed, len)),
        };
        read.map_err(|error| Error::Malformed(error.to_string()))
    }

    /// True if an argument is or holds binary.
    pub fn has_binary(&self) -> bool {
        self.traits.binary
    }

    /// True if every number is finite, so that JSON can carry the arguments.
    pub fn is_finite(&self) -> bool {
        !self.traits.not_finite
    }

    /// The arguments one after another as MessagePack, without a head.
    pub(crate) fn as_msgpack(&self) -> &[u8] {
        &self.packed
    }

    fn packed(packer: Packer, len: usize) -> Result<Self, RuleViolation> {
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

impl input::InputForm for ArgsForm {
    type Value = Args;

    fn read<'de, D: Deserializer<'de>>(
        self,
        source: D,
        numbers: Numbers,
        fault: &mut Option<RuleViolation>,
    ) -> Result<(Args, bool), D::Error> {
        ArgsSeed::new(self, numbers, fault).deserialize(source)
    }
}

impl<'de> Deserialize<'de> for Args {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        ArgsSeed::new(ArgsForm::List, Numbers::Exact, &mut None).deserialize(deserializer).map(|(args, _)| args)
    }
}
