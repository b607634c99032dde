//! Any serde source, transcoded to the packed form as it is read: JSON text is never built up as a tree.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{
    Deserialize,
    de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor},
};

use super::{
    Args,
    pack::{Fault, Key, Numbers, Open, Packer, Shape, unsafe_integer},
};
use crate::{
    guard::MAX_SAFE_INTEGER,
    msgpack::{self, Token},
};

pub(super) const BINARY: &str = "$binary";
pub(super) const ESCAPE: &str = "$escape";

/// serde_json's name for a number of any precision.
pub(super) const RAW_NUMBER: &str = "$serde_json::private::Number";

/// Reads arguments, and leaves word of the rule that they broke, if that is why it failed.
pub(crate) struct ArgsSeed<'f> {
    numbers: Numbers,
    fault: &'f mut Option<Fault>,
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
    pub(crate) fn new(form: ArgsForm, numbers: Numbers, fault: &'f mut Option<Fault>) -> Self {
        Self { numbers, fault, form }
    }
}

impl<'de> DeserializeSeed<'de> for ArgsSeed<'_> {
    /// The arguments, and whether a number in them may have been rounded.
    type Value = (Args, bool);

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        let mut transcoder = Transcoder { packer: Packer::new(self.numbers), fault: None };
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
        let mut transcoder = Transcoder { packer: Packer::new(Numbers::Lossy), fault: None };
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

/// Appends JSON text, as one value.
pub(super) fn transcode_json(packer: &mut Packer, json: &str) -> Result<(), Fault> {
    let numbers = packer.numbers;
    let mut transcoder = Transcoder { packer: std::mem::replace(packer, Packer::new(numbers)), fault: None };
    let mut source = serde_json::Deserializer::from_str(json);
    let read = Value::literal(&mut transcoder).deserialize(&mut source).and_then(|()| source.end());
    *packer = transcoder.packer;
    read.map_err(|error| transcoder.fault.unwrap_or_else(|| Fault::new("json", error.to_string())))?;
    match rounded_integer(json) {
        Some(literal) if packer.suspect && numbers == Numbers::Exact => Err(unsafe_integer(literal)),
        _ => Ok(()),
    }
}

/// Appends the JSON form of arguments: as so many arguments, or as one that is a list.
pub(super) fn transcode_args(packer: &mut Packer, json: &str, spread: bool) -> Result<usize, Fault> {
    let mut fault = None;
    let seed = ArgsSeed::new(ArgsForm::List, Numbers::Lossy, &mut fault);
    let read = seed.deserialize(&mut serde_json::Deserializer::from_str(json));
    let (args, _) = read.map_err(|error| fault.unwrap_or_else(|| Fault::new("json", error.to_string())))?;
    if !spread {
        msgpack::array(&mut packer.out, args.len());
    }
    packer.out.extend_from_slice(args.as_msgpack());
    packer.traits |= args.traits;
    Ok(if spread { args.len() } else { 1 })
}

/// The first integer in a JSON text that a double cannot hold, as a part of the text.
pub(crate) fn rounded_integer(json: &str) -> Option<&str> {
    let mut rest = json;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '-' || c.is_ascii_digit()) {
        rest = &rest[at..];
        let len = match rest.starts_with('"') {
            true => string_len(rest),
            false => rest.find(|c: char| !matches!(c, '-' | '+' | '.' | 'e' | 'E' | '0'..='9')).unwrap_or(rest.len()),
        };
        let (literal, after) = rest.split_at(len);
        if literal.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit())
            && !literal.parse::<i64>().is_ok_and(|n| n.unsigned_abs() <= MAX_SAFE_INTEGER)
        {
            return Some(literal);
        }
        rest = after;
    }
    None
}

/// The length of the JSON string that the text begins with, quotes included.
fn string_len(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().skip(1).position(|b| {
        let closes = b == b'"' && !escaped;
        escaped = b == b'\\' && !escaped;
        closes
    });
    end.map_or(text.len(), |end| end + 2)
}

struct Transcoder {
    packer: Packer,
    fault: Option<Fault>,
}

impl Transcoder {
    /// Turns a broken rule into the source's error, and remembers it.
    fn check<T, E: Error>(&mut self, result: Result<T, Fault>) -> Result<T, E> {
        result.map_err(|fault| {
            let error = E::custom(&fault);
            self.fault = Some(fault);
            error
        })
    }

    fn refuse<T, E: Error>(&mut self, code: &'static str, reason: &str) -> Result<T, E> {
        self.check(Err(Fault::new(code, reason)))
    }
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

/// How an object with the key `$binary` or `$escape` is read.
#[derive(Clone, Copy, PartialEq)]
enum Reading {
    /// As the escapes that they are.
    Escapes,
    /// This object as it stands; escapes are read again further in.
    LiteralHere,
    /// As they stand, all the way down.
    Literal,
}

struct Value<'t> {
    to: &'t mut Transcoder,
    reading: Reading,
}

impl<'t> Value<'t> {
    fn of(to: &'t mut Transcoder) -> Self {
        Self { to, reading: Reading::Escapes }
    }

    fn literal(to: &'t mut Transcoder) -> Self {
        Self { to, reading: Reading::Literal }
    }

    /// A date, whose milliseconds were read as a number.
    fn date<E: Error>(self, open: &Open, start: usize) -> Result<(), E> {
        let millis = match msgpack::read(&mut &self.to.packer.out[start..]) {
            Ok(Token::Uint(millis)) => i64::try_from(millis).unwrap_or(i64::MAX),
            Ok(Token::Int(millis)) => millis,
            Ok(Token::Float(millis)) => millis as i64,
            _ => return Err(E::custom("a date that is no number")),
        };
        self.to.packer.abandon(open);
        self.to.packer.date(millis);
        Ok(())
    }

    /// A number of serde_json's `arbitrary_precision`, which any crate of a program may have switched on.
    fn raw_number<E: Error>(self, text: &str) -> Result<(), E> {
        if let Ok(value) = text.parse::<i64>() {
            return self.visit_i64(value);
        }
        let value = text.parse::<f64>().map_err(E::custom)?;
        let integer = rounded_integer(text).map(|literal| self.to.packer.unsafe_integer(literal, value));
        match integer {
            Some(done) => self.to.check(done),
            None => self.visit_f64(value),
        }
    }

    fn inner(&mut self) -> Value<'_> {
        let reading = match self.reading {
            Reading::Literal => Reading::Literal,
            Reading::Escapes | Reading::LiteralHere => Reading::Escapes,
        };
        Value { to: self.to, reading }
    }
}

impl<'de> DeserializeSeed<'de> for Value<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Value<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.to.packer.nil();
        Ok(())
    }

    fn visit_none<E: Error>(self) -> Result<(), E> {
        self.visit_unit()
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.to.packer.bool(value);
        Ok(())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        let done = self.to.packer.int(value);
        self.to.check(done)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        let done = self.to.packer.uint(value);
        self.to.check(done)
    }

    /// A source that cannot hold a long integer hands it over as a float, already rounded: the text will tell.
    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.to.packer.suspect |= value.abs() > MAX_SAFE_INTEGER as f64;
        self.to.packer.float(value);
        Ok(())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<(), E> {
        self.to.packer.str(value);
        Ok(())
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<(), E> {
        self.to.packer.bin(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut seq: A) -> Result<(), A::Error> {
        let open = self.to.packer.open(Shape::Array, seq.size_hint());
        let open = self.to.check(open)?;
        let mut count = 0;
        while seq.next_element_seed(self.inner())?.is_some() {
            count += 1;
        }
        self.to.packer.close(&open, count);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        let open = self.to.packer.open(Shape::Map, map.size_hint());
        let open = self.to.check(open)?;
        let mut count = 0;
        let mut encoded = None;
        while let Some(key) = map.next_key_seed(KeySeed(self.to))? {
            let start = self.to.packer.out.len();
            if count == 0 && self.reading == Reading::Escapes && key == Name::Escape {
                self.to.packer.abandon(&open);
                map.next_value_seed(Value { to: self.to, reading: Reading::LiteralHere })?;
                return match map.next_key_seed(KeySeed(self.to))? {
                    None => Ok(()),
                    Some(_) => self.to.refuse("escape", "{\"$escape\": …} stands alone; no other key beside it"),
                };
            }
            map.next_value_seed(self.inner())?;
            match key {
                Name::RawNumber if count == 0 => {
                    let text = match msgpack::read(&mut &self.to.packer.out[start..]) {
                        Ok(Token::Str(text)) => text.to_owned(),
                        _ => String::new(),
                    };
                    self.to.packer.abandon(&open);
                    return self.raw_number(&text);
                }
                Name::Date if count == 0 => return self.date(&open, start),
                Name::Binary if count == 0 && self.reading == Reading::Escapes => encoded = Some(start),
                Name::Placeholder => self.to.packer.placeholder_value(start),
                _ => {}
            }
            count += 1;
        }
        match encoded {
            Some(start) if count == 1 => {
                let bytes = match msgpack::read(&mut &self.to.packer.out[start..]) {
                    Ok(Token::Str(text)) => STANDARD.decode(text).ok(),
                    _ => None,
                };
                let Some(bytes) = bytes else {
                    let reason = "{\"$binary\": …} takes base64 text; to send this object itself, \
                                  wrap it: {\"$escape\": {\"$binary\": …}}";
                    return self.to.refuse("binary", reason);
                };
                self.to.packer.abandon(&open);
                self.to.packer.bin(&bytes);
            }
            _ => self.to.packer.close(&open, count),
        }
        Ok(())
    }
}

#[derive(PartialEq)]
enum Name {
    Plain,
    Placeholder,
    Binary,
    Escape,
    RawNumber,
    Date,
}

struct KeySeed<'t>(&'t mut Transcoder);

impl<'de> DeserializeSeed<'de> for KeySeed<'_> {
    type Value = Name;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Name, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for KeySeed<'_> {
    type Value = Name;

    // MessagePack's keys may be numbers, which JavaScript reads as text.
    fn visit_u64<E: Error>(self, key: u64) -> Result<Name, E> {
        self.visit_str(&key.to_string())
    }

    fn visit_i64<E: Error>(self, key: i64) -> Result<Name, E> {
        self.visit_str(&key.to_string())
    }

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string as key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Name, E> {
        let kind = self.0.packer.key(key);
        Ok(match self.0.check(kind)? {
            Key::Placeholder => Name::Placeholder,
            Key::Plain if key == BINARY => Name::Binary,
            Key::Plain if key == ESCAPE => Name::Escape,
            Key::Plain if key == RAW_NUMBER => Name::RawNumber,
            Key::Plain if key == msgpack::DATE => Name::Date,
            Key::Plain => Name::Plain,
        })
    }
}
