//! Packed arguments as JSON, or as any other serde format.

use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::ser::{Error, Serialize, SerializeMap, SerializeSeq, Serializer};

use super::{
    Args, Date,
    transcode::{BINARY, ESCAPE},
};
use crate::message::msgpack::{self, Token};

/// Tells the packer that arguments come that were packed before.
pub(super) const TOKEN: &str = "$socketio_emitter::Args";

impl Serialize for Args {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(TOKEN, &List(self))
    }
}

struct List<'a>(&'a Args);

impl Serialize for List<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.0.len()))?;
        elements(&mut list, self.0, InputForm::Escaped)?;
        list.end()
    }
}

/// One of an event's arguments, for any serde format: binary is bytes, a date its ISO 8601 text.
#[derive(Clone, Copy)]
pub struct Arg<'a>(Packed<'a>);

impl Serialize for Arg<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl fmt::Debug for Arg<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match serde_json::to_string(&Packed { form: InputForm::Escaped, ..self.0 }) {
            Ok(json) => f.write_str(&json),
            Err(_) => write!(f, "Arg({} bytes of MessagePack)", self.0.bytes.len()),
        }
    }
}

/// The arguments one by one.
pub(super) fn iter(args: &Args) -> impl Iterator<Item = Arg<'_>> {
    let mut rest = args.as_msgpack();
    (0..args.len()).map_while(move |_| cut(&mut rest)).map(|bytes| Arg(Packed { bytes, form: InputForm::Native }))
}

/// `[event, ...arguments]` as servers read it in JSON, which has no binary.
pub(crate) struct PlainEvent<'a> {
    pub(crate) event: &'a str,
    pub(crate) args: &'a Args,
}

impl Serialize for PlainEvent<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(1 + self.args.len()))?;
        list.serialize_element(self.event)?;
        elements(&mut list, self.args, InputForm::Plain)?;
        list.end()
    }
}

/// How binary, and what looks like its escape, is spelled: so that it can be read back, not at all, or as bytes.
#[derive(Clone, Copy, PartialEq)]
enum InputForm {
    Escaped,
    Plain,
    Native,
}

fn elements<L: SerializeSeq>(list: &mut L, args: &Args, form: InputForm) -> Result<(), L::Error> {
    let mut rest = args.as_msgpack();
    for _ in 0..args.len() {
        list.serialize_element(&value::<L::Error>(&mut rest, form)?)?;
    }
    Ok(())
}

/// One whole value, cut off the front of `rest`.
fn value<'a, E: Error>(rest: &mut &'a [u8], form: InputForm) -> Result<Packed<'a>, E> {
    cut(rest).map(|bytes| Packed { bytes, form }).ok_or_else(|| E::custom("malformed MessagePack"))
}

fn cut<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let start = *rest;
    skip(rest)?;
    Some(&start[..start.len() - rest.len()])
}

/// Steps over one whole value, however deep it is.
fn skip(rest: &mut &[u8]) -> Option<()> {
    let mut pending = 1_usize;
    while pending > 0 {
        pending -= 1;
        pending += match msgpack::read(rest).ok()? {
            Token::Array(len) => len,
            Token::Map(len) => len * 2,
            _ => 0,
        };
    }
    Some(())
}

#[derive(Clone, Copy)]
struct Packed<'a> {
    bytes: &'a [u8],
    form: InputForm,
}

impl Serialize for Packed<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { bytes: mut rest, form } = *self;
        match msgpack::read(&mut rest).map_err(|_| S::Error::custom("malformed MessagePack"))? {
            Token::Nil => serializer.serialize_unit(),
            Token::Bool(value) => serializer.serialize_bool(value),
            Token::Uint(value) => serializer.serialize_u64(value),
            Token::Int(value) => serializer.serialize_i64(value),
            Token::Float(value) => serializer.serialize_f64(value),
            Token::Str(value) => serializer.serialize_str(value),
            Token::Bin(_) if form == InputForm::Plain => Err(S::Error::custom("JSON has no binary")),
            Token::Bin(bytes) if form == InputForm::Native => serializer.serialize_bytes(bytes),
            Token::Bin(bytes) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(BINARY, &STANDARD.encode(bytes))?;
                map.end()
            }
            Token::Array(len) => {
                let mut list = serializer.serialize_seq(Some(len))?;
                for _ in 0..len {
                    list.serialize_element(&value::<S::Error>(&mut rest, form)?)?;
                }
                list.end()
            }
            Token::Map(len) if form == InputForm::Escaped && looks_escaped(len, rest) => {
                let mut map = serializer.serialize_map(Some(1))?;
                map.serialize_entry(ESCAPE, &Object { len, entries: rest, form })?;
                map.end()
            }
            Token::Map(len) => Object { len, entries: rest, form }.serialize(serializer),
            Token::Ext(kind, bytes) => match date(kind, bytes) {
                Some(text) => serializer.serialize_str(&text),
                None => Err(S::Error::custom(format!("MessagePack extension {kind} has no JSON form"))),
            },
        }
    }
}

/// True if the JSON form of this object would be read as something else.
fn looks_escaped(len: usize, mut entries: &[u8]) -> bool {
    len > 0 && matches!((len, msgpack::read(&mut entries)), (1, Ok(Token::Str(BINARY))) | (_, Ok(Token::Str(ESCAPE))))
}

struct Object<'a> {
    len: usize,
    entries: &'a [u8],
    form: InputForm,
}

impl Serialize for Object<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { len, entries: mut rest, form } = *self;
        let mut map = serializer.serialize_map(Some(len))?;
        for _ in 0..len {
            match msgpack::read(&mut rest) {
                Ok(Token::Str(key)) => map.serialize_entry(key, &value::<S::Error>(&mut rest, form)?)?,
                _ => return Err(S::Error::custom("a key that is no string")),
            }
        }
        map.end()
    }
}

/// A timestamp as `Date.prototype.toJSON` spells it.
fn date(kind: i8, bytes: &[u8]) -> Option<String> {
    let millis = if kind == -1 { msgpack::timestamp_millis(bytes)? } else { return None };
    Date::from_unix_ms(millis).iso()
}
