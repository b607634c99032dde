//! Packs any value that serializes.

use serde::ser::{self, Error, Serialize};

use super::{
    ARGS_NEWTYPE, RuleViolation,
    args_seed::pack_args,
    compound_serializer::CompoundSerializer,
    date::DATE_NEWTYPE,
    packer::{ContainerShape, Packer},
    spread::SPREAD_NEWTYPE,
    value_seed::RAW_NUMBER,
};

/// The struct name by which serde_json marks JSON text (`RawValue`).
const RAW_JSON: &str = "$serde_json::private::RawValue";

/// Which values become several arguments instead of one.
#[derive(Clone, Copy, PartialEq, Eq)]
enum SpreadMode {
    Never,
    /// Tuples, arrays and `()`.
    Tuples,
    /// Every sequence: the content of a [`Spread`](super::Spread).
    Sequences,
}

/// Packs one value; its `Ok` is the number of arguments that were written.
pub(super) struct ArgsSerializer<'p> {
    packer: &'p mut Packer,
    spread: SpreadMode,
    /// The value is the content of a [`Date`](super::Date).
    date: bool,
}

impl<'p> ArgsSerializer<'p> {
    /// Packs the value that holds all arguments.
    pub(super) fn root(packer: &'p mut Packer) -> Self {
        Self { packer, spread: SpreadMode::Tuples, date: false }
    }

    /// Packs a value inside another.
    pub(super) fn value(packer: &'p mut Packer) -> Self {
        Self { packer, spread: SpreadMode::Never, date: false }
    }

    fn list(self, spread: bool, len_hint: Option<usize>) -> Result<CompoundSerializer<'p>, RuleViolation> {
        let container = if spread { None } else { Some(self.packer.open(ContainerShape::Array, len_hint)?) };
        Ok(CompoundSerializer::new(self.packer, container))
    }

    fn object(self, len_hint: Option<usize>) -> Result<CompoundSerializer<'p>, RuleViolation> {
        let container = self.packer.open(ContainerShape::Map, len_hint)?;
        Ok(CompoundSerializer::new(self.packer, Some(container)))
    }

    /// Starts an enum variant with several values, which becomes an object of one entry.
    fn variant(
        self,
        variant: &str,
        shape: ContainerShape,
        len: usize,
    ) -> Result<CompoundSerializer<'p>, RuleViolation> {
        let object = self.packer.open(ContainerShape::Map, Some(1))?;
        self.packer.key(variant)?;
        let content = self.packer.open(shape, Some(len)).map_err(|violation| violation.under(variant))?;
        Ok(CompoundSerializer::variant(self.packer, object, content))
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

impl<'p> ser::Serializer for ArgsSerializer<'p> {
    type Ok = usize;
    type Error = RuleViolation;
    type SerializeSeq = CompoundSerializer<'p>;
    type SerializeTuple = CompoundSerializer<'p>;
    type SerializeTupleStruct = CompoundSerializer<'p>;
    type SerializeTupleVariant = CompoundSerializer<'p>;
    type SerializeMap = CompoundSerializer<'p>;
    type SerializeStruct = CompoundSerializer<'p>;
    type SerializeStructVariant = CompoundSerializer<'p>;

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

    /// Writes the double with the same shortest decimal form, as JSON does: clients receive `0.1f32` as 0.1.
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
        if self.spread != SpreadMode::Never {
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
        let root = self.spread != SpreadMode::Never;
        if name == ARGS_NEWTYPE {
            let json = serde_json::to_string(value).map_err(RuleViolation::custom)?;
            return pack_args(self.packer, &json, root);
        }
        self.spread = match name {
            SPREAD_NEWTYPE if root => SpreadMode::Sequences,
            _ => SpreadMode::Never,
        };
        self.date = name == DATE_NEWTYPE;
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
        let object = self.packer.open(ContainerShape::Map, Some(1))?;
        self.packer.key(variant)?;
        value.serialize(ArgsSerializer::value(self.packer)).map_err(|violation| violation.under(variant))?;
        self.packer.close(&object, 1);
        Ok(1)
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<CompoundSerializer<'p>, RuleViolation> {
        let spread = self.spread == SpreadMode::Sequences;
        self.list(spread, len)
    }

    fn serialize_tuple(self, len: usize) -> Result<CompoundSerializer<'p>, RuleViolation> {
        let spread = self.spread != SpreadMode::Never;
        self.list(spread, Some(len))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<CompoundSerializer<'p>, RuleViolation> {
        self.serialize_tuple(len)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<CompoundSerializer<'p>, RuleViolation> {
        self.variant(variant, ContainerShape::Array, len)
    }

    fn serialize_map(self, len: Option<usize>) -> Result<CompoundSerializer<'p>, RuleViolation> {
        self.object(len)
    }

    fn serialize_struct(self, name: &'static str, len: usize) -> Result<CompoundSerializer<'p>, RuleViolation> {
        if matches!(name, RAW_JSON | RAW_NUMBER) {
            return Ok(CompoundSerializer::raw_json(self.packer));
        }
        self.object(Some(len))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<CompoundSerializer<'p>, RuleViolation> {
        self.variant(variant, ContainerShape::Map, len)
    }
}
