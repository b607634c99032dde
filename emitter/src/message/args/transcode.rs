//! Any serde source, transcoded to the packed form as it is read: JSON text is never built up as a tree.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::{
    pack::{Key, Numbers, Open, Packer, RuleViolation, Shape},
    rounded::rounded_integer,
};
use crate::{
    base::Code,
    message::{
        MAX_SAFE_INTEGER,
        msgpack::{self, Token},
    },
};

pub(super) const BINARY: &str = "$binary";
pub(super) const ESCAPE: &str = "$escape";

/// serde_json's name for a number of any precision.
pub(super) const RAW_NUMBER: &str = "$serde_json::private::Number";

/// Where values go as they are read.
pub(super) struct Transcoder {
    pub(super) packer: Packer,
    /// The rule that was broken.
    pub(super) fault: Option<RuleViolation>,
}

impl Transcoder {
    pub(super) fn new(numbers: Numbers) -> Self {
        Self { packer: Packer::new(numbers), fault: None }
    }

    /// RequestLimiter a broken rule into the source's error, and remembers it.
    fn check<T, E: Error>(&mut self, result: Result<T, RuleViolation>) -> Result<T, E> {
        result.map_err(|fault| {
            let error = E::custom(&fault);
            self.fault = Some(fault);
            error
        })
    }

    fn refuse<T, E: Error>(&mut self, code: Code, reason: &str) -> Result<T, E> {
        self.check(Err(RuleViolation::new(code, reason)))
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

/// Reads one value.
pub(super) struct Value<'t> {
    to: &'t mut Transcoder,
    reading: Reading,
}

impl<'t> Value<'t> {
    pub(super) fn of(to: &'t mut Transcoder) -> Self {
        Self { to, reading: Reading::Escapes }
    }

    /// Nothing in it is an escape.
    pub(super) fn literal(to: &'t mut Transcoder) -> Self {
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
                    Some(_) => self.to.refuse(Code::Escape, "{\"$escape\": …} stands alone; no other key beside it"),
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
                    return self.to.refuse(Code::Binary, reason);
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
