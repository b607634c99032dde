//! Arguments from any serde source: the list of them, the one of them, or an event as it is on the wire.

use crate::base::Code;
use std::fmt;

use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error, SeqAccess, Visitor},
};

use super::{
    Args,
    pack::{Numbers, Packer, RuleViolation, unsafe_integer},
    rounded::rounded_integer,
    transcode::{Transcoder, Value},
};
use crate::message::msgpack;

/// Reads arguments, and leaves word of the rule that they broke, if that is why it failed.
pub(crate) struct ArgsSeed<'f> {
    numbers: Numbers,
    fault: &'f mut Option<RuleViolation>,
    form: ArgsForm,
}

/// What the arguments are read from.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum ArgsForm {
    /// A sequence is the list of arguments.
    List,
    /// Whatever comes is the one argument.
    Single,
}

impl<'f> ArgsSeed<'f> {
    pub(crate) fn new(form: ArgsForm, numbers: Numbers, fault: &'f mut Option<RuleViolation>) -> Self {
        Self { numbers, fault, form }
    }
}

impl<'de> DeserializeSeed<'de> for ArgsSeed<'_> {
    /// The arguments, and whether a number in them may have been rounded.
    type Value = (Args, bool);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let mut transcoder = Transcoder::new(self.numbers);
        let read = match self.form {
            ArgsForm::Single => Value::of(&mut transcoder).deserialize(deserializer).map(|()| 1),
            ArgsForm::List => deserializer.deserialize_seq(List(&mut transcoder)),
        };
        let Transcoder { packer, fault } = transcoder;
        *self.fault = fault;
        let len = read?;
        let suspect = packer.suspect;
        Args::packed(packer, len).map(|args| (args, suspect)).map_err(|broken| {
            let error = D::Error::custom(&broken);
            *self.fault = Some(broken);
            error
        })
    }
}

/// `[event, ...arguments]` as others wrote it on the bus: nothing in it is an escape, and its numbers are what they are.
#[derive(Debug)]
pub(crate) struct WireEvent {
    pub(crate) event: String,
    pub(crate) args: Args,
}

impl<'de> Deserialize<'de> for WireEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut transcoder = Transcoder::new(Numbers::Lossy);
        let (event, len) = deserializer.deserialize_seq(EventList(&mut transcoder))?;
        let args = Args::packed(transcoder.packer, len).map_err(D::Error::custom)?;
        Ok(Self { event, args })
    }
}

struct EventList<'t>(&'t mut Transcoder);

impl<'de> Visitor<'de> for EventList<'_> {
    type Value = (String, usize);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of an event and its arguments")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let event = seq.next_element()?.ok_or_else(|| A::Error::custom("a list without an event"))?;
        let mut count = 0;
        while seq.next_element_seed(Value::literal(self.0))?.is_some() {
            count += 1;
        }
        Ok((event, count))
    }
}

/// One value as others wrote it on the bus.
#[derive(Debug)]
pub(crate) struct WireValue(pub(crate) Args);

impl<'de> Deserialize<'de> for WireValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut transcoder = Transcoder::new(Numbers::Lossy);
        Value::literal(&mut transcoder).deserialize(deserializer)?;
        Args::packed(transcoder.packer, 1).map(Self).map_err(D::Error::custom)
    }
}

/// A list of values as others wrote them on the bus.
#[derive(Debug)]
pub(crate) struct WireList(pub(crate) Args);

impl<'de> Deserialize<'de> for WireList {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut transcoder = Transcoder::new(Numbers::Lossy);
        let len = deserializer.deserialize_seq(LiteralList(&mut transcoder))?;
        Args::packed(transcoder.packer, len).map(Self).map_err(D::Error::custom)
    }
}

struct LiteralList<'t>(&'t mut Transcoder);

impl<'de> Visitor<'de> for LiteralList<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of values")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while seq.next_element_seed(Value::literal(self.0))?.is_some() {
            count += 1;
        }
        Ok(count)
    }
}

/// Appends JSON text, as one value.
pub(super) fn transcode_json(packer: &mut Packer, json: &str) -> Result<(), RuleViolation> {
    let numbers = packer.numbers;
    let mut transcoder = Transcoder::new(numbers);
    std::mem::swap(packer, &mut transcoder.packer);
    let mut source = serde_json::Deserializer::from_str(json);
    let read = Value::literal(&mut transcoder).deserialize(&mut source).and_then(|()| source.end());
    *packer = transcoder.packer;
    read.map_err(|error| transcoder.fault.unwrap_or_else(|| RuleViolation::new(Code::Json, error.to_string())))?;
    match rounded_integer(json) {
        Some(literal) if packer.suspect && numbers == Numbers::Exact => Err(unsafe_integer(literal)),
        _ => Ok(()),
    }
}

/// Appends the JSON form of arguments: as so many arguments, or as one that is a list.
pub(super) fn transcode_args(packer: &mut Packer, json: &str, spread: bool) -> Result<usize, RuleViolation> {
    let mut fault = None;
    let seed = ArgsSeed::new(ArgsForm::List, Numbers::Lossy, &mut fault);
    let read = seed.deserialize(&mut serde_json::Deserializer::from_str(json));
    let (args, _) = read.map_err(|error| fault.unwrap_or_else(|| RuleViolation::new(Code::Json, error.to_string())))?;
    if !spread {
        msgpack::array(&mut packer.out, args.len());
    }
    packer.out.extend_from_slice(args.as_msgpack());
    packer.traits |= args.traits;
    Ok(if spread { args.len() } else { 1 })
}

/// The top level: a sequence without a head.
struct List<'t>(&'t mut Transcoder);

impl<'de> Visitor<'de> for List<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of arguments")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<usize, A::Error> {
        let mut count = 0;
        while seq.next_element_seed(Value::of(self.0))?.is_some() {
            count += 1;
        }
        Ok(count)
    }
}
