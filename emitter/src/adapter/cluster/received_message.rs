//! A message as it was received. Its `data` is read only when needed.

use std::{borrow::Cow, marker::PhantomData};

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{Deserialize, de::DeserializeSeed};

use super::wire_object::{WireMember, WireObject};
use crate::{
    adapter::{
        Frame,
        payload_reader::{read_payload, read_payload_seed},
    },
    base::{Error, malformed},
};

/// Node accepts base64 with and without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A message of a server or an emitter.
pub(in crate::adapter) struct ReceivedMessage<'a> {
    pub(super) message_type: u8,
    pub(super) uid: Option<String>,
    pub(super) namespace: String,
    pub(super) request: Option<String>,
    data: ReceivedData<'a>,
}

enum ReceivedData<'a> {
    /// `data` is a member of this payload.
    MemberOf(&'a [u8]),
    /// `data` is this payload.
    Payload(Cow<'a, [u8]>),
    Missing,
}

#[derive(Deserialize)]
#[serde(expecting = "a message")]
struct ClusterEnvelope {
    #[serde(rename = "type")]
    message_type: u8,
    uid: Option<String>,
    nsp: String,
    data: Option<WireObject<ClusterRequestId>>,
}

#[derive(Deserialize)]
#[serde(expecting = "message data")]
struct ClusterRequestId {
    #[serde(rename = "requestId")]
    request: Option<String>,
}

impl<'a> ReceivedMessage<'a> {
    /// Reads a message that was published on `<prefix>#<namespace>#`, or on `<prefix>#<namespace>#<name>#`.
    pub(in crate::adapter) fn from_published(prefix: &str, channel: &str, payload: &'a [u8]) -> Result<Self, Error> {
        let Some(rest) = channel.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('#')) else {
            return Err(malformed("the channel has another prefix"));
        };
        let WireObject(ClusterEnvelope { message_type, uid, nsp, data }) = read_payload(payload)?;
        let name = rest.strip_prefix(&nsp).and_then(|rest| rest.strip_prefix('#'));
        if !name.is_some_and(|name| name.is_empty() || name.ends_with('#')) {
            return Err(malformed(format!("the channel is not one of namespace {nsp:?}")));
        }
        let request = data.and_then(|WireObject(data)| data.request);
        Ok(Self { message_type, uid, namespace: nsp, request, data: ReceivedData::MemberOf(payload) })
    }

    /// Reads a stream entry.
    pub(in crate::adapter) fn from_entry(entry: &Frame<'a>) -> Result<Self, Error> {
        let text = |name| {
            let text = entry.field(name).map(str::from_utf8).transpose();
            text.map_err(|_| malformed(format!("field `{name}` is not UTF-8")))
        };
        let message_type = text("type")?
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| malformed("missing or invalid field `type`"))?;
        let uid = text("uid")?.map(str::to_owned);
        let namespace = text("nsp")?.ok_or_else(|| malformed("missing field `nsp`"))?.to_owned();
        let data = match entry.field("data") {
            None | Some([]) => ReceivedData::Missing,
            Some(json @ [b'{', ..]) => ReceivedData::Payload(json.into()),
            Some(base64) => ReceivedData::Payload(decode_base64(base64)?.into()),
        };
        let request = match &data {
            ReceivedData::Payload(data) => read_payload::<WireObject<ClusterRequestId>>(data)?.0.request,
            _ => None,
        };
        Ok(Self { message_type, uid, namespace, request, data })
    }

    /// Reads `data`.
    pub(super) fn data<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Error> {
        self.read_data(PhantomData::<WireObject<T>>).map(|WireObject(data)| data)
    }

    /// Reads one member of `data`; `None` if `data` has no such member.
    pub(super) fn member<'s, S>(&'s self, name: &'static str, value: S) -> Result<Option<S::Value>, Error>
    where
        S: DeserializeSeed<'s> + Copy,
    {
        self.read_data(WireMember { name, value })
    }

    fn read_data<'s, S>(&'s self, seed: S) -> Result<S::Value, Error>
    where
        S: DeserializeSeed<'s> + Copy,
    {
        let data = match &self.data {
            ReceivedData::MemberOf(payload) => read_payload_seed(payload, WireMember { name: "data", value: seed })?,
            ReceivedData::Payload(data) => Some(read_payload_seed(data, seed)?),
            ReceivedData::Missing => None,
        };
        data.ok_or_else(|| malformed("missing field `data`"))
    }
}

/// Decodes base64 of the standard or the URL alphabet, as Node does.
fn decode_base64(text: &[u8]) -> Result<Vec<u8>, Error> {
    let to_standard = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    let text: Vec<u8> = text.iter().map(to_standard).collect();
    BASE64.decode(text).map_err(|error| malformed(format!("field `data` is neither JSON nor base64: {error}")))
}
