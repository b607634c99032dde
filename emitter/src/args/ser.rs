//! Any serde value, packed.

use std::fmt::Display;

use serde::ser::{self, Error, Serialize};

use super::{
    date, de,
    pack::{Fault, Key, Open, Packer, Shape},
    spread, view,
};
use crate::msgpack::{self, Token};

/// serde_json's name for JSON text.
const RAW_JSON: &str = "$serde_json::private::RawValue";

/// What the next value does if it is a sequence.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spread {
    Nothing,
    Tuples,
    Everything,
}

/// Packs one value; its `Ok` is how many arguments that made.
pub(super) struct Serializer<'p> {
    packer: &'p mut Packer,
    spread: Spread,
    date: bool,
}

impl<'p> Serializer<'p> {
    /// For the value that holds all arguments.
    pub(super) fn root(packer: &'p mut Packer) -> Self {
        Self { packer, spread: Spread::Tuples, date: false }
    }

    fn value(packer: &'p mut Packer) -> Self {
        Self { packer, spread: Spread::Nothing, date: false }
    }

    fn list(self, spread: bool, hint: Option<usize>) -> Result<Compound<'p>, Fault> {
        let open = if spread { None } else { Some(self.packer.open(Shape::Array, hint)?) };
        Ok(Compound::new(self.packer, open))
    }

    fn object(self, hint: Option<usize>) -> Result<Compound<'p>, Fault> {
        let open = self.packer.open(Shape::Map, hint)?;
        Ok(Compound::new(self.packer, Some(open)))
    }

    /// The one-entry object that an enum's variant with content becomes.
    fn variant(self, variant: &str, shape: Shape, hint: usize) -> Result<Compound<'p>, Fault> {
        let outer = self.packer.open(Shape::Map, Some(1))?;
        self.packer.key(variant)?;
        let inner = self.packer.open(shape, Some(hint)).map_err(|fault| fault.under(variant))?;
        Ok(Compound { outer: Some(outer), ..Compound::new(self.packer, Some(inner)) })
    }
}

macro_rules! scalar {
    ($($method:ident($value:ident: $type:ty) $packer:ident => $pack:expr;)*) => {$(
        fn $method(self, $value: $type) -> Result<usize, Fault> {
            let $packer = self.packer;
            let () = $pack;
            Ok(1)
        }
    )*};
}

impl<'p> ser::Serializer for Serializer<'p> {
    type Ok = usize;
    type Error = Fault;
    type SerializeSeq = Compound<'p>;
    type SerializeTuple = Compound<'p>;
    type SerializeTupleStruct = Compound<'p>;
    type SerializeTupleVariant = Compound<'p>;
    type SerializeMap = Compound<'p>;
    type SerializeStruct = Compound<'p>;
    type SerializeStructVariant = Compound<'p>;

    scalar! {
        serialize_bool(value: bool) packer => packer.bool(value);
        serialize_i8(value: i8) packer => packer.int(value.into())?;
        serialize_i16(value: i16) packer => packer.int(value.into())?;
        serialize_i32(value: i32) packer => packer.int(value.into())?;
        serialize_u8(value: u8) packer => packer.uint(value.into())?;
        serialize_u16(value: u16) packer => packer.uint(value.into())?;
        serialize_u32(value: u32) packer => packer.uint(value.into())?;
        serialize_u64(value: u64) packer => packer.uint(value)?;
        serialize_f64(value: f64) packer => packer.float(value);
        serialize_char(value: char) packer => packer.str(value.encode_utf8(&mut [0; 4]));
        serialize_str(value: &str) packer => packer.str(value);
        serialize_bytes(value: &[u8]) packer => packer.bin(value);
    }

    fn serialize_i64(self, value: i64) -> Result<usize, Fault> {
        match self.date {
            true => self.packer.date(value),
            false => self.packer.int(value)?,
        }
        Ok(1)
    }

    fn serialize_i128(self, value: i128) -> Result<usize, Fault> {
        match i64::try_from(value) {
            Ok(value) => self.packer.int(value)?,
            Err(_) => self.packer.unsafe_integer(value, value as f64)?,
        }
        Ok(1)
    }

    fn serialize_u128(self, value: u128) -> Result<usize, Fault> {
        match u64::try_from(value) {
            Ok(value) => self.packer.uint(value)?,
            Err(_) => self.packer.unsafe_integer(value, value as f64)?,
        }
        Ok(1)
    }

    /// The double with the same shortest decimal, as JSON would carry it: `0.1f32` arrives as 0.1.
    fn serialize_f32(self, value: f32) -> Result<usize, Fault> {
        self.packer.float(value.to_string().parse().unwrap_or(value.into()));
        Ok(1)
    }

    fn serialize_none(self) -> Result<usize, Fault> {
        self.packer.nil();
        Ok(1)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<usize, Fault> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<usize, Fault> {
        if self.spread != Spread::Nothing {
            return Ok(0);
        }
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<usize, Fault> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<usize, Fault> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T>(mut self, name: &'static str, value: &T) -> Result<usize, Fault>
    where
        T: Serialize + ?Sized,
    {
        let root = self.spread != Spread::Nothing;
        if name == view::TOKEN {
            let json = serde_json::to_string(value).map_err(Fault::custom)?;
            return de::transcode_args(self.packer, &json, root);
        }
        self.spread = match name {
            spread::TOKEN if root => Spread::Everything,
            _ => Spread::Nothing,
        };
        self.date = name == date::TOKEN;
        value.serialize(self)
    }

    fn serialize_newtype_variant<T>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<usize, Fault>
    where
        T: Serialize + ?Sized,
    {
        let open = self.packer.open(Shape::Map, Some(1))?;
        self.packer.key(variant)?;
        value.serialize(Serializer::value(self.packer)).map_err(|fault| fault.under(variant))?;
        self.packer.close(&open, 1);
        Ok(1)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Compound<'p>, Fault> {
        let spread = self.spread == Spread::Everything;
        self.list(spread, len)
    }

    fn serialize_tuple(self, len: usize) -> Result<Compound<'p>, Fault> {
        let spread = self.spread != Spread::Nothing;
        self.list(spread, Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Compound<'p>, Fault> {
        self.serialize_tuple(len)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Compound<'p>, Fault> {
        self.variant(variant, Shape::Array, len)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Compound<'p>, Fault> {
        self.object(len)
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Compound<'p>, Fault> {
        if matches!(name, RAW_JSON | de::RAW_NUMBER) {
            return Ok(Compound { json: true, ..Compound::new(self.packer, None) });
        }
        self.object(Some(len))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Compound<'p>, Fault> {
        self.variant(variant, Shape::Map, len)
    }
}

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
    fn new(packer: &'p mut Packer, open: Option<Open>) -> Self {
        Self { packer, outer: None, open, count: 0, key: 0, kind: Key::Plain, json: false }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        value.serialize(Serializer::value(self.packer)).map_err(|fault| fault.under(self.count))?;
        self.count += 1;
        Ok(())
    }

    fn entry<T: Serialize + ?Sized>(&mut self, kind: Key, value: &T) -> Result<(), Fault> {
        let start = self.packer.out.len();
        value.serialize(Serializer::value(self.packer))?;
        if kind == Key::Placeholder {
            self.packer.placeholder_value(start);
        }
        self.count += 1;
        Ok(())
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &'static str, value: &T) -> Result<(), Fault> {
        if self.json {
            return self.raw_json(value);
        }
        let kind = self.packer.key(key).map_err(|fault| fault.under(key))?;
        self.entry(kind, value).map_err(|fault| fault.under(key))
    }

    /// JSON text is transcoded where it stands.
    fn raw_json<T: Serialize + ?Sized>(&mut self, text: &T) -> Result<(), Fault> {
        let mut packer = Packer::new(self.packer.numbers);
        text.serialize(Serializer::value(&mut packer))?;
        match msgpack::read(&mut packer.out.as_slice()) {
            Ok(Token::Str(json)) => de::transcode_json(self.packer, json),
            _ => Err(Fault::custom("raw JSON that is no string")),
        }
    }

    fn finish(self) -> Result<usize, Fault> {
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
            type Error = Fault;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
                self.element(value)
            }

            fn end(self) -> Result<usize, Fault> {
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
            type Error = Fault;

            fn serialize_field<T>(&mut self, key: &'static str, value: &T) -> Result<(), Fault>
            where
                T: Serialize + ?Sized,
            {
                self.field(key, value)
            }

            fn end(self) -> Result<usize, Fault> {
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
    type Error = Fault;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Fault> {
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
            _ => return Err(Fault::new("key", "a map's keys must be strings or whole numbers")),
        };
        self.packer.out.truncate(start);
        self.kind = self.packer.key(&number)?;
        self.key = start;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Fault> {
        self.entry(self.kind, value).map_err(|fault| match msgpack::read(&mut &self.packer.out[self.key..]) {
            Ok(Token::Str(key)) => fault.under(key),
            _ => fault,
        })
    }

    fn end(self) -> Result<usize, Fault> {
        self.finish()
    }
}

impl Error for Fault {
    fn custom<T: Display>(message: T) -> Self {
        Self::new("value", message.to_string())
    }
}
