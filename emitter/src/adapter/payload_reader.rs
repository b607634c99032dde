//! Reads payloads of the bus. Its errors say why a payload cannot be read, and which part of it.

use std::marker::PhantomData;

use serde::{Deserialize, de::DeserializeSeed};
use serde_json::error::Category;
use serde_path_to_error::Track;

use crate::{
    base::{Error, malformed},
    message::{msgpack::MsgpackSource, without_position},
};

/// The Rust types of integers that serde's errors name.
const INTEGER_TYPES: [&str; 4] = ["u8", "u32", "u64", "usize"];

/// Reads JSON.
pub(super) fn read_json<'de, T: Deserialize<'de>>(payload: &'de [u8]) -> Result<T, Error> {
    read_json_seed(payload, PhantomData)
}

/// Reads MessagePack.
pub(super) fn read_msgpack<'de, T: Deserialize<'de>>(payload: &'de [u8]) -> Result<T, Error> {
    read_msgpack_seed(payload, PhantomData)
}

/// Reads JSON if the first byte is `{`, else MessagePack. Servers decide in the same way.
pub(super) fn read_payload<'de, T: Deserialize<'de>>(payload: &'de [u8]) -> Result<T, Error> {
    read_payload_seed(payload, PhantomData)
}

/// As [`read_payload`], with a seed.
pub(super) fn read_payload_seed<'de, S>(payload: &'de [u8], seed: S) -> Result<S::Value, Error>
where
    S: DeserializeSeed<'de> + Copy,
{
    match payload.first() {
        Some(b'{') => read_json_seed(payload, seed),
        _ => read_msgpack_seed(payload, seed),
    }
}

fn read_json_seed<'de, S: DeserializeSeed<'de> + Copy>(payload: &'de [u8], seed: S) -> Result<S::Value, Error> {
    let mut source = serde_json::Deserializer::from_slice(payload);
    let result = seed.deserialize(&mut source).and_then(|value| source.end().map(|()| value));
    result.map_err(|error| {
        if error.classify() != Category::Data {
            return malformed(format!("invalid JSON: {}", without_position(&error)));
        }
        // Tracking the path is slow, so only payloads that failed are read again with it.
        let mut track = Track::new();
        let mut source = serde_json::Deserializer::from_slice(payload);
        let _ = seed.deserialize(serde_path_to_error::Deserializer::new(&mut source, &mut track));
        malformed_at(track, &without_position(&error))
    })
}

fn read_msgpack_seed<'de, S: DeserializeSeed<'de> + Copy>(payload: &'de [u8], seed: S) -> Result<S::Value, Error> {
    let mut source = MsgpackSource::new(payload);
    let result = seed.deserialize(&mut source).and_then(|value| source.end().map(|()| value));
    result.map_err(|error| {
        if payload.is_empty() {
            return malformed("the payload is empty");
        }
        if is_text(payload) {
            return malformed("expected MessagePack, found text");
        }
        if error.malformed {
            return malformed(error.to_string());
        }
        let mut track = Track::new();
        let mut source = MsgpackSource::new(payload);
        let _ = seed.deserialize(serde_path_to_error::Deserializer::new(&mut source, &mut track));
        malformed_at(track, &error.to_string())
    })
}

/// An error with the path to the value that it is about.
fn malformed_at(track: Track, reason: &str) -> Error {
    let integer = INTEGER_TYPES.iter().find_map(|name| reason.strip_suffix(name)?.strip_suffix("expected "));
    let reason = integer.map_or_else(|| reason.to_owned(), |start| format!("{start}expected a number"));
    match track.path() {
        path if path.iter().len() == 0 => malformed(reason),
        path => malformed(format!("{path}: {reason}")),
    }
}

/// True for text that a person published, or JSON that is not an object.
fn is_text(payload: &[u8]) -> bool {
    let is_text = |text: &str| text.chars().all(|character| !character.is_control() || character.is_ascii_whitespace());
    str::from_utf8(payload).is_ok_and(is_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(expecting = "a sample")]
    struct SamplePayload {
        #[serde(rename = "rooms")]
        _rooms: Vec<String>,
        #[serde(rename = "type")]
        _kind: Option<u8>,
    }

    #[test]
    fn errors_say_why_and_where() {
        for (payload, expected) in [
            (&b"{}"[..], "missing field `rooms`"),
            (b"{\"rooms\":[\"a\",1]}", "rooms[1]: invalid type: integer `1`, expected a string"),
            (b"{\"rooms\":[],\"type\":\"x\"}", "type: invalid type: string \"x\", expected a number"),
            (b"{\"rooms\":[", "invalid JSON: EOF while parsing a list"),
            (b"{\"rooms\":[]} x", "invalid JSON: trailing characters"),
            (b"", "the payload is empty"),
            (b"hello\n", "expected MessagePack, found text"),
            (b"[\"chat\", 1]", "expected MessagePack, found text"),
            (b"\x81\xa5rooms\x92\xa1a\x01", "rooms[1]: invalid type: integer `1`, expected a string"),
            (b"\x81\xa5rooms", "invalid MessagePack"),
            (b"\x81\xa5rooms\x90\x01", "invalid MessagePack: 1 extra byte(s) after the value"),
            (b"\xc3", "invalid type: boolean `true`, expected a sample"),
        ] {
            let error = read_payload::<SamplePayload>(payload).unwrap_err();
            let Error::Malformed(reason) = &error else { panic!("{error:?}") };
            assert_eq!(reason, expected, "{payload:?}");
        }
    }
}
