//! Packs sequences, maps and structs, entry by entry.

use serde::ser::{self, Error, Serialize};

use super::{
    RuleViolation,
    args_serializer::ArgsSerializer,
    packer::{ObjectKey, OpenContainer, Packer},
    transcoder::pack_json,
};
use crate::{
    base::Code,
    message::msgpack::{self, MsgpackItem},
};

/// Packs one sequence, map or struct.
pub(super) struct CompoundSerializer<'p> {
    packer: &'p mut Packer,
    /// The object of one entry around the content of an enum variant.
    variant: Option<OpenContainer>,
    /// `None` where each entry is an argument.
    container: Option<OpenContainer>,
    len: usize,
    /// Where the key of the current entry starts in the output.
    key_start: usize,
    key: ObjectKey,
    raw_json: bool,
}

impl<'p> CompoundSerializer<'p> {
    /// Packs into a container, or each entry as an argument.
    pub(super) fn new(packer: &'p mut Packer, container: Option<OpenContainer>) -> Self {
        Self { packer, variant: None, container, len: 0, key_start: 0, key: ObjectKey::Other, raw_json: false }
    }

    /// Packs the content of an enum variant; `object` is the object around it.
    pub(super) fn variant(packer: &'p mut Packer, object: OpenContainer, content: OpenContainer) -> Self {
        Self { variant: Some(object), ..Self::new(packer, Some(content)) }
    }

    /// Packs the JSON text in a struct of serde_json as the value that it is.
    pub(super) fn raw_json(packer: &'p mut Packer) -> Self {
        Self { raw_json: true, ..Self::new(packer, None) }
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), RuleViolation> {
        value.serialize(ArgsSerializer::value(self.packer)).map_err(|violation| violation.under(self.len))?;
        self.len += 1;
        Ok(())
    }

    fn entry<T: Serialize + ?Sized>(&mut self, key: ObjectKey, value: &T) -> Result<(), RuleViolation> {
        let start = self.packer.out.len();
        value.serialize(ArgsSerializer::value(self.packer))?;
        if key == ObjectKey::Placeholder {
            self.packer.note_placeholder(start);
        }
        self.len += 1;
        Ok(())
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), RuleViolation> {
        if self.raw_json {
            return self.raw_json_text(value);
        }
        let key = self.packer.key(name).map_err(|violation| violation.under(name))?;
        self.entry(key, value).map_err(|violation| violation.under(name))
    }

    fn raw_json_text<T: Serialize + ?Sized>(&mut self, text: &T) -> Result<(), RuleViolation> {
        let mut packer = Packer::new(self.packer.numbers);
        text.serialize(ArgsSerializer::value(&mut packer))?;
        match msgpack::read(&mut packer.out.as_slice()) {
            Ok(MsgpackItem::Str(json)) => pack_json(self.packer, json),
            _ => Err(RuleViolation::custom("raw JSON must be a string")),
        }
    }

    fn finish(self) -> Result<usize, RuleViolation> {
        let Some(container) = self.container else {
            return Ok(if self.raw_json { 1 } else { self.len });
        };
        self.packer.close(&container, self.len);
        if let Some(object) = self.variant {
            self.packer.close(&object, 1);
        }
        Ok(1)
    }
}

macro_rules! sequence {
    ($($trait:ident::$method:ident;)*) => {$(
        impl ser::$trait for CompoundSerializer<'_> {
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
        impl ser::$trait for CompoundSerializer<'_> {
            type Ok = usize;
            type Error = RuleViolation;

            fn serialize_field<T>(&mut self, name: &'static str, value: &T) -> Result<(), RuleViolation>
            where
                T: Serialize + ?Sized,
            {
                self.field(name, value)
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

impl ser::SerializeMap for CompoundSerializer<'_> {
    type Ok = usize;
    type Error = RuleViolation;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), RuleViolation> {
        let start = self.packer.out.len();
        key.serialize(ArgsSerializer::value(self.packer))?;
        let text = match msgpack::read(&mut &self.packer.out[start..]) {
            Ok(MsgpackItem::Str(key)) => {
                self.key = ObjectKey::new(key).map_err(|violation| violation.under(key))?;
                self.key_start = start;
                return Ok(());
            }
            Ok(MsgpackItem::Uint(key)) => key.to_string(),
            Ok(MsgpackItem::Int(key)) => key.to_string(),
            Ok(MsgpackItem::Bool(key)) => key.to_string(),
            _ => {
                let reason = "map keys must be strings, integers or booleans; convert the key to a string";
                return Err(RuleViolation::new(Code::Key, reason));
            }
        };
        self.packer.out.truncate(start);
        self.key = self.packer.key(&text)?;
        self.key_start = start;
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), RuleViolation> {
        self.entry(self.key, value).map_err(|violation| match msgpack::read(&mut &self.packer.out[self.key_start..]) {
            Ok(MsgpackItem::Str(key)) => violation.under(key),
            _ => violation,
        })
    }

    fn end(self) -> Result<usize, RuleViolation> {
        self.finish()
    }
}
