//! A message as it came: who sent it, to which namespace, and what it says, read when it is asked for.

use std::{borrow::Cow, marker::PhantomData};

use base64::{
    Engine,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
};
use serde::{Deserialize, de::DeserializeSeed};

use super::object::{Member, Object};
use crate::{
    adapter::{Frame, payload},
    base::{Error, malformed},
};

/// Node takes base64 with or without its padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A message of a server or of an emitter.
pub(in crate::adapter) struct Received<'a> {
    pub(super) kind: u8,
    pub(super) uid: Option<String>,
    pub(super) namespace: String,
    pub(super) request: Option<String>,
    said: Said<'a>,
}

/// Where its `data` is.
enum Said<'a> {
    /// A member of this.
    Within(&'a [u8]),
    /// This.
    All(Cow<'a, [u8]>),
    Nothing,
}

#[derive(Deserialize)]
#[serde(expecting = "a message")]
struct Envelope {
    #[serde(rename = "type")]
    kind: u8,
    uid: Option<String>,
    nsp: String,
    data: Option<Object<Named>>,
}

#[derive(Deserialize)]
#[serde(expecting = "a message's data")]
struct Named {
    #[serde(rename = "requestId")]
    request: Option<String>,
}

impl<'a> Received<'a> {
    /// Reads what was published on `<prefix>#<namespace>#`, or on a channel of the namespace that begins so.
    pub(in crate::adapter) fn published(prefix: &str, channel: &str, payload: &'a [u8]) -> Result<Self, Error> {
        let Some(rest) = channel.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('#')) else {
            return Err(malformed("the channel has another prefix"));
        };
        let Object(Envelope { kind, uid, nsp, data }) = payload::either(payload)?;
        let within = rest.strip_prefix(&nsp).and_then(|rest| rest.strip_prefix('#'));
        if !within.is_some_and(|rest| rest.is_empty() || rest.ends_with('#')) {
            return Err(malformed(format!("the channel is not one of namespace {nsp:?}")));
        }
        let request = data.and_then(|Object(named)| named.request);
        Ok(Self { kind, uid, namespace: nsp, request, said: Said::Within(payload) })
    }

    /// Reads an entry of a stream.
    pub(in crate::adapter) fn appended(entry: &Frame<'a>) -> Result<Self, Error> {
        let text = |name| {
            let text = entry.field(name).map(str::from_utf8).transpose();
            text.map_err(|_| malformed(format!("the field {name} is no text")))
        };
        let kind = text("type")?.and_then(|kind| kind.parse().ok()).ok_or_else(|| malformed("no type"))?;
        let uid = text("uid")?.map(str::to_owned);
        let namespace = text("nsp")?.ok_or_else(|| malformed("no namespace"))?.to_owned();
        let said = match entry.field("data") {
            None | Some([]) => Said::Nothing,
            Some(json @ [b'{', ..]) => Said::All(json.into()),
            Some(base64) => Said::All(debased(base64)?.into()),
        };
        let request = match &said {
            Said::All(data) => payload::either::<Object<Named>>(data)?.0.request,
            _ => None,
        };
        Ok(Self { kind, uid, namespace, request, said })
    }

    /// What it says.
    pub(super) fn data<'s, T: Deserialize<'s>>(&'s self) -> Result<T, Error> {
        self.read(PhantomData::<Object<T>>).map(|Object(data)| data)
    }

    /// One member of what it says, if it is there.
    pub(super) fn member<'s, S>(&'s self, name: &'static str, value: S) -> Result<Option<S::Value>, Error>
    where
        S: DeserializeSeed<'s> + Copy,
    {
        self.read(Member { name, value })
    }

    fn read<'s, S>(&'s self, seed: S) -> Result<S::Value, Error>
    where
        S: DeserializeSeed<'s> + Copy,
    {
        let data = match &self.said {
            Said::Within(map) => payload::either_as(map, Member { name: "data", value: seed })?,
            Said::All(data) => Some(payload::either_as(data, seed)?),
            Said::Nothing => None,
        };
        data.ok_or_else(|| malformed("no data"))
    }
}

/// The bytes of a base64 text in either alphabet, as Node reads it.
fn debased(text: &[u8]) -> Result<Vec<u8>, Error> {
    let standard = |byte: &u8| match byte {
        b'-' => b'+',
        b'_' => b'/',
        other => *other,
    };
    let text: Vec<u8> = text.iter().map(standard).collect();
    BASE64.decode(text).map_err(|error| malformed(format!("neither JSON nor base64: {error}")))
}
