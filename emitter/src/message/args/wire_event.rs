//! Events and values as they are on the bus. Nothing in them is an escape, and integers beyond 2^53-1 are rounded, as the
//! servers do.

use std::fmt;

use serde::{
    Deserialize, Serialize,
    de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor},
    ser::{SerializeSeq, Serializer},
};

use super::{
    Args, Numbers,
    arg::{BinaryForm, serialize_elements},
    transcoder::{Transcoder, ValueList},
    value_seed::{EscapeMode, ValueSeed},
};

/// Writes `[event, ...arguments]` as JSON, which cannot carry binary.
pub(crate) struct PlainEvent<'a> {
    pub(crate) event: &'a str,
    pub(crate) args: &'a Args,
}

impl Serialize for PlainEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(1 + self.args.len()))?;
        list.serialize_element(self.event)?;
        serialize_elements(&mut list, self.args, BinaryForm::Refused)?;
        list.end()
    }
}

/// Reads `[event, ...arguments]`.
#[derive(Debug)]
pub(crate) struct WireEvent {
    pub(crate) event: String,
    pub(crate) args: Args,
}

impl<'de> Deserialize<'de> for WireEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut transcoder = Transcoder::new(Numbers::Lossy);
        let (event, len) = deserializer.deserialize_seq(WireEventVisitor(&mut transcoder))?;
        let args = Args::from_packer(transcoder.packer, len).map_err(D::Error::custom)?;
        Ok(Self { event, args })
    }
}

struct WireEventVisitor<'t>(&'t mut Transcoder);

impl<'de> Visitor<'de> for WireEventVisitor<'_> {
    /// The event and the number of arguments.
    type Value = (String, usize);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of an event and its arguments")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let event = seq.next_element()?.ok_or_else(|| A::Error::custom("the list has no event"))?;
        let args = ValueList { transcoder: self.0, escapes: EscapeMode::Literal };
        Ok((event, args.visit_seq(seq)?))
    }
}

/// Reads one value.
#[derive(Debug)]
pub(crate) struct WireValue(pub(crate) Args);

impl<'de> Deserialize<'de> for WireValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut transcoder = Transcoder::new(Numbers::Lossy);
        ValueSeed { transcoder: &mut transcoder, escapes: EscapeMode::Literal }.deserialize(deserializer)?;
        Args::from_packer(transcoder.packer, 1).map(Self).map_err(D::Error::custom)
    }
}

/// Reads a list of values.
#[derive(Debug)]
pub(crate) struct WireList(pub(crate) Args);

impl<'de> Deserialize<'de> for WireList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut transcoder = Transcoder::new(Numbers::Lossy);
        let list = ValueList { transcoder: &mut transcoder, escapes: EscapeMode::Literal };
        let len = deserializer.deserialize_seq(list)?;
        Args::from_packer(transcoder.packer, len).map(Self).map_err(D::Error::custom)
    }
}
