//! An event's arguments, as servers of each version write and read them.
//!
//! | arguments | `data` |
//! |---|---|
//! | none | `null` |
//! | one, no list | the argument, which servers of all versions read |
//! | one list | the list of it; the list itself before 5.15.1 |
//! | several | the list of them, from 5.15.1 on |
//! | with binary | `[[arguments with placeholders], base64…]`, from 5.15.1 on |
//!
//! One null is not among them: in any spelling, it arrives as no argument.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer, ser::SerializeSeq};
use serde_json::value::RawValue;

use super::unsupported;
use crate::{
    adapter::{payload, plain::finite},
    base::{Error, malformed},
    message::{
        Args, WireList, WireValue,
        msgpack::{self, MsgpackItem},
    },
};

/// The arguments, ready to be written.
pub(super) struct Data<'a> {
    args: Args,
    attachments: Vec<&'a [u8]>,
    shape: Shape,
}

#[derive(PartialEq)]
enum Shape {
    Bare,
    List,
}

impl<'a> Data<'a> {
    pub(super) fn new(args: &'a Args, before_5_15_1: bool) -> Result<Self, Error> {
        finite(args)?;
        let shape = match (args.len(), msgpack::read(&mut args.as_msgpack())) {
            (0, _) => Shape::Bare,
            (1, Ok(MsgpackItem::Nil)) => {
                return Err(unsupported("null as the only argument", "send no argument, or an object that holds it"));
            }
            (1, Ok(MsgpackItem::Array(_))) if !before_5_15_1 => Shape::List,
            (1, _) if !args.has_binary() => Shape::Bare,
            _ if before_5_15_1 => {
                return Err(unsupported("several arguments before 5.15.1", "send one object that holds them"));
            }
            _ => Shape::List,
        };
        let (args, attachments) = args.detached();
        Ok(Self { args, attachments, shape })
    }

    pub(super) fn is_binary(&self) -> bool {
        !self.attachments.is_empty()
    }
}

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.shape == Shape::Bare {
            return self.args.iter().next().serialize(serializer);
        }
        if self.attachments.is_empty() {
            return serializer.collect_seq(self.args.iter());
        }
        let mut parts = serializer.serialize_seq(Some(1 + self.attachments.len()))?;
        parts.serialize_element(&self.args.iter().collect::<Vec<_>>())?;
        self.attachments.iter().try_for_each(|bytes| parts.serialize_element(&STANDARD.encode(bytes)))?;
        parts.end()
    }
}

/// The arguments in `data` as others wrote it.
pub(super) fn read(data: &RawValue, binary: bool, before_5_15_1: bool) -> Result<Args, Error> {
    if !binary {
        return arguments(data, before_5_15_1);
    }
    let parts: Vec<&RawValue> = parse(data)?;
    let Some((head, encoded)) = parts.split_first() else {
        return Err(malformed("binary data without arguments"));
    };
    let decode = |part: &&RawValue| {
        let text: String = parse(part)?;
        STANDARD.decode(text).map_err(|_| malformed("an attachment that is no base64"))
    };
    let attachments = encoded.iter().map(decode).collect::<Result<Vec<_>, _>>()?;
    arguments(head, before_5_15_1)?.attached(&attachments).map_err(|fault| malformed(fault.to_string()))
}

fn arguments(data: &RawValue, before_5_15_1: bool) -> Result<Args, Error> {
    let args = if data.get().starts_with('[') && !before_5_15_1 {
        let WireList(args) = parse(data)?;
        args
    } else {
        let WireValue(args) = parse(data)?;
        args
    };
    let alone = args.len() == 1 && msgpack::read(&mut args.as_msgpack()) == Ok(MsgpackItem::Nil);
    Ok(if alone { Args::default() } else { args })
}

fn parse<'de, T: serde::Deserialize<'de>>(json: &'de RawValue) -> Result<T, Error> {
    payload::json(json.get().as_bytes())
}
