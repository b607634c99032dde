//! The arguments of an event, in the form that each version of the servers reads.
//!
//! | arguments | `data` |
//! |---|---|
//! | none | `null` |
//! | one, not a list | the argument, in all versions |
//! | one list | a list that contains it; before 5.15.1 the list itself |
//! | several | a list of them, from 5.15.1 on |
//! | with binary | `[[arguments with placeholders], base64…]`, from 5.15.1 on |
//!
//! A single null argument cannot be sent: servers read it as no argument.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, Serializer, ser::SerializeSeq};
use serde_json::value::RawValue;

use super::unsupported;
use crate::{
    adapter::{json_payload::ensure_finite, payload_reader::read_json},
    base::{Error, malformed},
    message::{
        Args, WireList, WireValue,
        msgpack::{self, MsgpackItem},
    },
};

/// The arguments of an event to encode.
pub(super) struct PythonEventData<'a> {
    /// With placeholders for binary.
    args: Args,
    attachments: Vec<&'a [u8]>,
    form: PythonDataForm,
}

#[derive(PartialEq)]
enum PythonDataForm {
    SingleArgument,
    List,
}

impl<'a> PythonEventData<'a> {
    pub(super) fn new(args: &'a Args, before_5_15_1: bool) -> Result<Self, Error> {
        ensure_finite(args)?;
        let form = match (args.len(), msgpack::read(&mut args.as_msgpack())) {
            (0, _) => PythonDataForm::SingleArgument,
            (1, Ok(MsgpackItem::Nil)) => {
                return Err(unsupported(
                    "null as the only argument",
                    "send no argument, or an object that contains it",
                ));
            }
            (1, Ok(MsgpackItem::Array(_))) if !before_5_15_1 => PythonDataForm::List,
            (1, _) if !args.has_binary() => PythonDataForm::SingleArgument,
            _ if before_5_15_1 => {
                return Err(unsupported("several arguments before 5.15.1", "send one object that contains them"));
            }
            _ => PythonDataForm::List,
        };
        let (args, attachments) = args.detached();
        Ok(Self { args, attachments, form })
    }

    pub(super) fn is_binary(&self) -> bool {
        !self.attachments.is_empty()
    }
}

impl Serialize for PythonEventData<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if self.form == PythonDataForm::SingleArgument {
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

/// Reads the arguments from `data` of a received message.
pub(super) fn read_event_data(data: &RawValue, binary: bool, before_5_15_1: bool) -> Result<Args, Error> {
    if !binary {
        return read_args(data, before_5_15_1);
    }
    let parts: Vec<&RawValue> = read_raw(data)?;
    let Some((args, attachments)) = parts.split_first() else {
        return Err(malformed("binary `data` without arguments"));
    };
    let decode = |part: &&RawValue| {
        let text: String = read_raw(part)?;
        STANDARD.decode(text).map_err(|_| malformed("an attachment is not valid base64"))
    };
    let attachments = attachments.iter().map(decode).collect::<Result<Vec<_>, _>>()?;
    read_args(args, before_5_15_1)?.attached(&attachments).map_err(|violation| malformed(violation.to_string()))
}

fn read_args(data: &RawValue, before_5_15_1: bool) -> Result<Args, Error> {
    let args = if data.get().starts_with('[') && !before_5_15_1 {
        let WireList(args) = read_raw(data)?;
        args
    } else {
        let WireValue(args) = read_raw(data)?;
        args
    };
    let is_single_null = args.len() == 1 && msgpack::read(&mut args.as_msgpack()) == Ok(MsgpackItem::Nil);
    Ok(if is_single_null { Args::default() } else { args })
}

fn read_raw<'de, T: Deserialize<'de>>(json: &'de RawValue) -> Result<T, Error> {
    read_json(json.get().as_bytes())
}
