//! A typed value's sequences and maps, packed entry by entry.

use crate::base::Code;
use serde::ser::{self, Error, Serialize};

use super::{
    de,
    pack::{Key, Open, Packer, RuleViolation},
    ser::Serializer,
};
use crate::message::msgpack::{self, Token};

/// A sequence or map under way.
pub(super) struct Compound<'p> {
    packer: &'p mut Packer,
    outer: Option<Open>,
    open: Option<Open>,
    count: usize,
    /// Where the key of the entry under way stands in the output.
    key: usize,
    kind: Key,
    json: bool,
}

impl<'p> Compound<'p> {
    /// One that was opened, or that spreads its elements where it stands.
    pub(super) fn new(packer: &'p mut Packer, open: Option<Open>) -> Self {
        Self { packer, outer: None, open, count: 0, key: 0, kind: Key::Plain, json: false }
    }

    /// The content of the one-entry object that an enum's variant becomes.
    pub(super) fn within(packer: &'p mut Packer, outer: Open, inner: Open) -> Self {
        Self { outer: Some(outer), ..Self::new(packer, Some(inner)) }
    }

    /// serde_json's wrapper of JSON text.
    pub(super) fn json(packer: &'p mut Packer) -> Self {
        Self { json: true, ..Self::new(packer, None) }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), RuleViolation> {
        value.serialize(Serializer::value(self.packer)).map_err(|fault| fault.under(self.count))?;
        self.count += 1;
        Ok(())
    }

    fn entry<T: Serialize + ?Sized>(&mut self, kind: Key, value: &T) -> Result<(), RuleViolation> {
        let start = self.packer.out.len();
        value.serialize(Serializer::value(self.packer))?;
        if kind == Key::Placeholder {
            self.packer.placeholder_value(start);
        }
        self.count += 1;
        Ok(())
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), RuleViolation> {
        if self.json {
            return self.raw_json(value);
        }
        let kind = self.packer.key(key).map_err(|fault| fault.under(key))?;
        self.entry(kind, value).map_err(|fault| fault.under(key))
    }

    /// JSON text is transcoded where it stands.
    fn raw_json<T: Serialize + ?Sized>(&mut self, text: &T) -> Result<(), RuleViolation> {
        let mut packer = Packer::new(self.packer.numbers);
        text.serialize(Serializer::value(&mut packer))?;
        match msgpack::read(&mut packer.out.as_slice()) {
            Ok(Token::Str(json)) => de::transcode_json(self.packer, json),
            _ => Err(RuleViolation::custom("raw JSON that is no string")),
        }
    }

    fn finish(self) -> Result<usize, RuleViolation> {
        let Some(open) = self.open else {
            return Ok(if self.json { 1 } else { self.count });
        };
        self.packer.close(&open, self.count);
        if let Some(outer) = self.outer {
            self.packer.close(&outer, 1);
        }
        Ok(1)
    }
}

macro_rules! sequence {
    ($($trait:ident::$method:ident;)*) => {$(
        impl ser::$trait for Compound<'_> {
            type Ok = usize;
            type Error = RuleViolation;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), RuleViolation> {
                self.element(value)
            }

            fn end(self) -> Result<usize, RuleViolation> {
                self.finish()
            }
        }
    )*};
}

sequence! {
    SerializeSeq::serialize_element;
    SerializeTuple::serialize_element;
    SerializeTupleStruct::serialize_field;
    SerializeTupleVariant::serialize_field;
}

macro_rules! fields {
    ($($trait:ident;)*) => {$(
        impl ser::$trait for Compound<'_> {
            type Ok = usize;
            type Error = RuleViolation;

            fn serialize_field<T>(&mut self, key: &'static str, value: &T) -> Result<(), RuleViolation>
            where
                T: Serialize + ?Sized,
            {
                self.field(key, value)
            }

            fn end(self) -> Result<usize, RuleViolation> {
                self.finish()
            }
        }
    )*};
}

fields! {
    SerializeStruct;
    SerializeStructVariant;
}

impl ser::SerializeMap for Compound<'_> {
    type Ok = usize;
    type Error = RuleViolation;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), RuleViolation> {
        let start = self.packer.out.len();
        key.serialize(Serializer::value(self.packer))?;
        let number = match msgpack::read(&mut &self.packer.out[start..]) {
            Ok(Token::Str(key)) => {
                self.kind = Key::of(key).map_err(|fault| fault.under(key))?;
                self.key = start;
                return Ok(());
            }
            Ok(Token::Uint(key)) => key.to_string(),
            Ok(Token::Int(key)) => key.to_string(),
            Ok(Token::Bool(key)) => key.to_string(),
            _ => return Err(RuleViolation::new(Code::Key, "a map's keys must be strings or whole numbers")),
        };
        self.packer.out.truncate(start);
        self.kind = self.packer.key(&number)?;
        self.key = start;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), RuleViolation> {
        self.entry(self.kind, value).map_err(|fault| match msgpack::read(&mut &self.packer.out[self.key..]) {
            Ok(Token::Str(key)) => fault.under(key),
            _ => fault,
        })
    }

    fn end(self) -> Result<usize, RuleViolation> {
        self.finish()
    }
}
