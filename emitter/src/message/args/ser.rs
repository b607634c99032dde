//! Any serde value, packed.

use std::fmt::Display;

use serde::ser::{self, Error, Serialize};

use super::{
    compound::Compound,
    date, de,
    pack::{Packer, RuleViolation, Shape},
    spread, transcode, view,
};
use crate::base::Code;

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

    /// For a value within.
    pub(super) fn value(packer: &'p mut Packer) -> Self {
        Self { packer, spread: Spread::Nothing, date: false }
    }

    fn list(self, spread: bool, hint: Option<usize>) -> Result<Compound<'p>, RuleViolation> {
        let open = if spread { None } else { Some(self.packer.open(Shape::Array, hint)?) };
        Ok(Compound::new(self.packer, open))
    }

    fn object(self, hint: Option<usize>) -> Result<Compound<'p>, RuleViolation> {
        let open = self.packer.open(Shape::Map, hint)?;
        Ok(Compound::new(self.packer, Some(open)))
    }

    /// The one-entry object that an enum's variant with content becomes.
    fn variant(self, variant: &str, shape: Shape, hint: usize) -> Result<Compound<'p>, RuleViolation> {
        let outer = self.packer.open(Shape::Map, Some(1))?;
        self.packer.key(variant)?;
        let inner = self.packer.open(shape, Some(hint)).map_err(|fault| fault.under(variant))?;
        Ok(Compound::within(self.packer, outer, inner))
    }
}

macro_rules! scalar {
    ($($method:ident($value:ident: $type:ty) $packer:ident => $pack:expr;)*) => {$(
        fn $method(self, $value: $type) -> Result<usize, RuleViolation> {
            let $packer = self.packer;
            let () = $pack;
            Ok(1)
        }
    )*};
}

impl<'p> ser::Serializer for Serializer<'p> {
    type Ok = usize;
    type Error = RuleViolation;
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

    fn serialize_i64(self, value: i64) -> Result<usize, RuleViolation> {
        match self.date {
            true => self.packer.date(value),
            false => self.packer.int(value)?,
        }
        Ok(1)
    }

    fn serialize_i128(self, value: i128) -> Result<usize, RuleViolation> {
        match i64::try_from(value) {
            Ok(value) => self.packer.int(value)?,
            Err(_) => self.packer.unsafe_integer(value, value as f64)?,
        }
        Ok(1)
    }

    fn serialize_u128(self, value: u128) -> Result<usize, RuleViolation> {
        match u64::try_from(value) {
            Ok(value) => self.packer.uint(value)?,
            Err(_) => self.packer.unsafe_integer(value, value as f64)?,
        }
        Ok(1)
    }

    /// The double with the same shortest decimal, as JSON would carry it: `0.1f32` arrives as 0.1.
    fn serialize_f32(self, value: f32) -> Result<usize, RuleViolation> {
        self.packer.float(value.to_string().parse().unwrap_or(value.into()));
        Ok(1)
    }

    fn serialize_none(self) -> Result<usize, RuleViolation> {
        self.packer.nil();
        Ok(1)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<usize, RuleViolation> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<usize, RuleViolation> {
        if self.spread != Spread::Nothing {
            return Ok(0);
        }
        self.serialize_none()
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<usize, RuleViolation> {
        self.serialize_none()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<usize, RuleViolation> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T>(mut self, name: &'static str, value: &T) -> Result<usize, RuleViolation>
    where
        T: Serialize + ?Sized,
    {
        let root = self.spread != Spread::Nothing;
        if name == view::TOKEN {
            let json = serde_json::to_string(value).map_err(RuleViolation::custom)?;
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
    ) -> Result<usize, RuleViolation>
    where
        T: Serialize + ?Sized,
    {
        let open = self.packer.open(Shape::Map, Some(1))?;
        self.packer.key(variant)?;
        value.serialize(Serializer::value(self.packer)).map_err(|fault| fault.under(variant))?;
        self.packer.close(&open, 1);
        Ok(1)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<Compound<'p>, RuleViolation> {
        let spread = self.spread == Spread::Everything;
        self.list(spread, len)
    }

    fn serialize_tuple(self, len: usize) -> Result<Compound<'p>, RuleViolation> {
        let spread = self.spread != Spread::Nothing;
        self.list(spread, Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<Compound<'p>, RuleViolation> {
        self.serialize_tuple(len)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Compound<'p>, RuleViolation> {
        self.variant(variant, Shape::Array, len)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Compound<'p>, RuleViolation> {
        self.object(len)
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<Compound<'p>, RuleViolation> {
        if matches!(name, RAW_JSON | transcode::RAW_NUMBER) {
            return Ok(Compound::json(self.packer));
        }
        self.object(Some(len))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Compound<'p>, RuleViolation> {
        self.variant(variant, Shape::Map, len)
    }
}

impl Error for RuleViolation {
    fn custom<T: Display>(message: T) -> Self {
        Self::new(Code::Value, message.to_string())
    }
}
