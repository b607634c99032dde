//! The packet of an event, `[namespace, type, value, ack, error]`, and the value in it: `[0, bytes, attachments]`, in
//! which the bytes are JSON.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, SeqAccess, Visitor},
};

use crate::{
    adapter::{
        json_payload::{ensure_finite, to_json},
        packet_type::{self, BINARY_EVENT, EVENT},
        payload_reader::{read_json, read_msgpack},
    },
    base::{Error, malformed},
    message::{Args, PlainEvent, WireEvent, WireList, msgpack},
};

/// The type of values in JSON. Servers with another parser use another type.
const JSON: u8 = 0;

/// A packet to encode.
pub(super) struct OxidePacket<'a> {
    namespace: &'a str,
    json: Vec<u8>,
    attachments: Vec<&'a [u8]>,
}

impl<'a> OxidePacket<'a> {
    pub(super) fn new(namespace: &'a str, event: &'a str, args: &'a Args) -> Result<Self, Error> {
        ensure_finite(args)?;
        let (args, attachments) = args.detached();
        Ok(Self { namespace, json: to_json(&PlainEvent { event, args: &args })?, attachments })
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        msgpack::array(out, 5);
        msgpack::str(out, self.namespace);
        msgpack::uint(out, if self.attachments.is_empty() { EVENT } else { BINARY_EVENT }.into());
        msgpack::array(out, 3);
        msgpack::uint(out, JSON.into());
        // An array of integers, as servers write it, although they also read the shorter MessagePack binary.
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

/// A received packet. Its namespace is also in the name of the channel.
#[derive(Debug, Deserialize)]
#[serde(expecting = "a packet")]
pub(super) struct ReceivedOxidePacket {
    _namespace: IgnoredAny,
    packet_type: u8,
    value: Option<OxideValue>,
    _ack: Option<IgnoredAny>,
    _error: Option<IgnoredAny>,
}

impl ReceivedOxidePacket {
    pub(super) fn event(&self) -> Result<WireEvent, Error> {
        packet_type::ensure_event(self.packet_type)?;
        let value = self.value.as_ref().ok_or_else(|| malformed("an event packet without a value"))?;
        let WireEvent { event, args } = value.read()?;
        Ok(WireEvent { event, args: value.attach(args)? })
    }
}

/// The content of an event or an acknowledgement: type, bytes, attachments.
#[derive(Debug, Deserialize)]
#[serde(expecting = "an array of value type, bytes and attachments")]
pub(super) struct OxideValue(u8, OxideBytes, Option<Vec<OxideBytes>>);

impl OxideValue {
    /// The arguments of an acknowledgement.
    pub(super) fn args(&self) -> Result<Args, Error> {
        let WireList(args) = self.read()?;
        self.attach(args)
    }

    /// Values of other types than JSON are read as MessagePack, for servers with the MessagePack parser.
    fn read<'de, T: Deserialize<'de>>(&'de self) -> Result<T, Error> {
        let Self(value_type, OxideBytes(bytes), _) = self;
        if *value_type == JSON {
            return read_json(bytes);
        }
        read_msgpack(bytes)
    }

    fn attach(&self, args: Args) -> Result<Args, Error> {
        let attachments = self.2.as_deref().unwrap_or_default();
        args.attached(attachments).map_err(|violation| malformed(violation.to_string()))
    }
}

/// Bytes as MessagePack binary or as an array of integers.
#[derive(Debug)]
struct OxideBytes(Vec<u8>);

impl AsRef<[u8]> for OxideBytes {
    fn as_ref(&self) -> &[u8] {
        &self.0
    }
}

impl<'de> Deserialize<'de> for OxideBytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct OxideBytesVisitor;

        impl<'de> Visitor<'de> for OxideBytesVisitor {
            type Value = OxideBytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("bytes")
            }

            fn visit_bytes<E>(self, bytes: &[u8]) -> Result<OxideBytes, E> {
                Ok(OxideBytes(bytes.to_vec()))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OxideBytes, A::Error> {
                let mut bytes = Vec::new();
                while let Some(byte) = seq.next_element()? {
                    bytes.push(byte);
                }
                Ok(OxideBytes(bytes))
            }
        }

        deserializer.deserialize_any(OxideBytesVisitor)
    }
}
