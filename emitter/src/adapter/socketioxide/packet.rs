//! An event as a packet, `[namespace, type, value, acknowledgement, error]`, and the value in it:
//! `[0, <JSON text as a list of bytes>, attachments]`.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};

use crate::{
    adapter::{payload, plain::finite},
    base::{Code, Error, InvalidMessage, malformed},
    message::{Args, PlainEvent, WireEvent, WireList, msgpack},
};

const EVENT: u8 = 2;

/// An event with attachments. Told that it is a plain one, clients drop the connection.
const BINARY_EVENT: u8 = 5;

/// The value is JSON text, and not the bytes of a parser of the servers' own.
const JSON: u8 = 0;

/// An event, ready to be written.
pub(super) struct Packet<'a> {
    namespace: &'a str,
    json: Vec<u8>,
    attachments: Vec<&'a [u8]>,
}

impl<'a> Packet<'a> {
    pub(super) fn new(namespace: &'a str, event: &'a str, args: &'a Args) -> Result<Self, Error> {
        finite(args)?;
        let (args, attachments) = args.detached();
        let json = serde_json::to_vec(&PlainEvent { event, args: &args })
            .map_err(|error| InvalidMessage::new(Code::Value, "/args", format!("no JSON can carry this: {error}")))?;
        Ok(Self { namespace, json, attachments })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        msgpack::array(out, 5);
        msgpack::str(out, self.namespace);
        msgpack::uint(out, if self.attachments.is_empty() { EVENT } else { BINARY_EVENT }.into());
        msgpack::array(out, 3);
        msgpack::uint(out, JSON.into());
        // What servers write themselves, and all of them read; MessagePack's binary would be shorter by a few bytes.
        msgpack::array(out, self.json.len());
        self.json.iter().for_each(|byte| msgpack::uint(out, (*byte).into()));
        if self.attachments.is_empty() {
            msgpack::nil(out);
        } else {
            msgpack::array(out, self.attachments.len());
            self.attachments.iter().for_each(|bytes| msgpack::bin(out, bytes));
        }
        msgpack::nil(out);
        msgpack::nil(out);
    }
}

/// A packet as others wrote it. The channel says the namespace, too.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a packet")]
pub(super) struct Written {
    _namespace: IgnoredAny,
    kind: u8,
    value: Option<Value>,
    _ack: Option<IgnoredAny>,
    _error: Option<IgnoredAny>,
}

impl Written {
    pub(super) fn event(&self) -> Result<WireEvent, Error> {
        match (self.kind, &self.value) {
            (EVENT | BINARY_EVENT, Some(value)) => {
                let WireEvent { event, args } = value.read()?;
                Ok(WireEvent { event, args: value.apply_to(args)? })
            }
            (EVENT | BINARY_EVENT, None) => Err(malformed("an event without a value")),
            (kind, _) => Err(malformed(format!("a packet of type {kind}, which is no event"))),
        }
    }
}

/// What an event or an acknowledgement carries.
#[derive(Debug, Deserialize)]
#[serde(expecting = "the kind of a value, its bytes and its attachments")]
pub(super) struct Value(u8, Bytes, Option<Vec<Bytes>>);

impl Value {
    /// The arguments of an acknowledgement.
    pub(super) fn args(&self) -> Result<Args, Error> {
        let WireList(args) = self.read()?;
        self.apply_to(args)
    }

    /// JSON text; or MessagePack, where the servers' parser is for that.
    fn read<'de, T: Deserialize<'de>>(&'de self) -> Result<T, Error> {
        let Self(kind, Bytes(bytes), _) = self;
        if *kind == JSON {
            return payload::json(bytes);
        }
        payload::msgpack(bytes)
    }

    fn apply_to(&self, args: Args) -> Result<Args, Error> {
        let attachments = self.2.as_deref().unwrap_or_default();
        args.attached(attachments).map_err(|fault| malformed(fault.to_string()))
    }
}

/// Bytes, as such or as a list of small numbers.
#[derive(Debug)]
struct Bytes(Vec<u8>);

impl AsRef<[u8]> for Bytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;

        impl<'de> Visitor<'de> for Either {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Bytes, E> {
                Ok(Bytes(bytes.to_vec()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Bytes, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(Bytes(bytes))
            }
        }

        deserializer.deserialize_any(Either)
    }
}
