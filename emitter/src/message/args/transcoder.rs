use std::{fmt, mem};

use serde::de::{DeserializeSeed, Error, SeqAccess, Visitor};

use super::{
    Numbers, RuleViolation,
    packer::Packer,
    rounded_integer, unsafe_integer,
    value_seed::{EscapeMode, ValueSeed},
};
use crate::base::Code;

/// Packs values while they are read from a serde source, without a tree of them in memory.
pub(super) struct Transcoder {
    pub(super) packer: Packer,
    /// The rule that was broken, if this is why reading failed.
    pub(super) violation: Option<RuleViolation>,
}

impl Transcoder {
    pub(super) fn new(numbers: Numbers) -> Self {
        Self { packer: Packer::new(numbers), violation: None }
    }

    /// Turns a violation into an error of the source, and stores it.
    pub(super) fn check<T, E: Error>(&mut self, result: Result<T, RuleViolation>) -> Result<T, E> {
        result.map_err(|violation| violation.record(&mut self.violation))
    }

    pub(super) fn refuse<T, E: Error>(&mut self, code: Code, reason: &str) -> Result<T, E> {
        self.check(Err(RuleViolation::new(code, reason)))
    }
}

/// Reads a list as values without an array around them, and returns their number.
pub(super) struct ValueList<'t> {
    pub(super) transcoder: &'t mut Transcoder,
    pub(super) escapes: EscapeMode,
}

impl<'de> Visitor<'de> for ValueList<'_> {
    type Value = usize;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of arguments")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<usize, A::Error> {
        let Self { transcoder, escapes } = self;
        let mut len = 0;
        while seq.next_element_seed(ValueSeed { transcoder: &mut *transcoder, escapes })?.is_some() {
            len += 1;
        }
        Ok(len)
    }
}

/// Appends a JSON text to the packer as one value, in which nothing is an escape.
pub(super) fn pack_json(packer: &mut Packer, json: &str) -> Result<(), RuleViolation> {
    let numbers = packer.numbers;
    let mut transcoder = Transcoder::new(numbers);
    mem::swap(packer, &mut transcoder.packer);
    let mut source = serde_json::Deserializer::from_str(json);
    let seed = ValueSeed { transcoder: &mut transcoder, escapes: EscapeMode::Literal };
    let result = seed.deserialize(&mut source).and_then(|()| source.end());
    *packer = transcoder.packer;
    result
        .map_err(|error| transcoder.violation.unwrap_or_else(|| RuleViolation::new(Code::Json, error.to_string())))?;
    match rounded_integer(json) {
        Some(literal) if packer.may_be_rounded && numbers == Numbers::Exact => Err(unsafe_integer(literal)),
        _ => Ok(()),
    }
}
