//! The payloads of the bus, read whole; where one cannot be read, why, and which part of it.

use std::marker::PhantomData;

use serde::{Deserialize, de::DeserializeSeed};
use serde_json::error::Category;
use serde_path_to_error::Track;

use crate::{
    base::{Error, malformed},
    message::{msgpack::MsgpackSource, without_position},
};

/// What serde calls a number, by Rust's names for them.
const NUMBERS: [&str; 4] = ["u8", "u32", "u64", "usize"];

/// JSON.
pub(super) fn json<'de, T: Deserialize<'de>>(payload: &'de [u8]) -> Result<T, Error> {
    json_as(payload, PhantomData)
}

/// MessagePack.
pub(super) fn msgpack<'de, T: Deserialize<'de>>(payload: &'de [u8]) -> Result<T, Error> {
    msgpack_as(payload, PhantomData)
}

/// JSON if it looks like it, else MessagePack: as the servers read it.
pub(super) fn either<'de, T: Deserialize<'de>>(payload: &'de [u8]) -> Result<T, Error> {
    either_as(payload, PhantomData)
}

/// The same, of what this reads.
pub(super) fn either_as<'de, S: DeserializeSeed<'de> + Copy>(payload: &'de [u8], seed: S) -> Result<S::Value, Error> {
    match payload.first() {
        Some(b'{') => json_as(payload, seed),
        _ => msgpack_as(payload, seed),
    }
}

fn json_as<'de, S: DeserializeSeed<'de> + Copy>(payload: &'de [u8], seed: S) -> Result<S::Value, Error> {
    let mut source = serde_json::Deserializer::from_slice(payload);
    let read = seed.deserialize(&mut source).and_then(|value| source.end().map(|()| value));
    read.map_err(|error| {
        if error.classify() != Category::Data {
            return malformed(format!("this is no valid JSON: {}", without_position(&error)));
        }
        // Once more, slowly.
        let mut track = Track::new();
        let mut source = serde_json::Deserializer::from_slice(payload);
        let _ = seed.deserialize(serde_path_to_error::Deserializer::new(&mut source, &mut track));
        at(track, &without_position(&error))
    })
}

fn msgpack_as<'de, S: DeserializeSeed<'de> + Copy>(payload: &'de [u8], seed: S) -> Result<S::Value, Error> {
    let mut source = MsgpackSource::new(payload);
    let read = seed.deserialize(&mut source).and_then(|value| source.end().map(|()| value));
    read.map_err(|error| {
        if payload.is_empty() {
            return malformed("there is nothing in it");
        }
        if is_text(payload) {
            return malformed("this is text, where MessagePack belongs");
        }
        if error.malformed {
            return malformed(error.to_string());
        }
        let mut track = Track::new();
        let mut source = MsgpackSource::new(payload);
        let _ = seed.deserialize(serde_path_to_error::Deserializer::new(&mut source, &mut track));
        at(track, &error.to_string())
    })
}

/// Where reading stopped, and why.
fn at(track: Track, reason: &str) -> Error {
    let number = NUMBERS.iter().find_map(|name| reason.strip_suffix(name)?.strip_suffix("expected "));
    let reason = number.map_or_else(|| reason.to_owned(), |start| format!("{start}expected a number"));
    match track.path() {
        path if path.iter().len() == 0 => malformed(reason),
        path => malformed(format!("{path}: {reason}")),
    }
}

/// Words, as a person would publish them, or JSON of another shape.
fn is_text(payload: &[u8]) -> bool {
    let is_text = |text: &str| text.chars().all(|character| !character.is_control() || character.is_ascii_whitespace());
    str::from_utf8(payload).is_ok_and(is_text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(expecting = "a thing")]
    struct Thing {
        #[serde(rename = "rooms")]
        _rooms: Vec<String>,
        #[serde(rename = "type")]
        _kind: Option<u8>,
    }

    #[test]
    fn what_cannot_be_read_is_told_with_its_place() {
        for (payload, reason) in [
            (&b"{}"[..], "missing field `rooms`"),
            (b"{\"rooms\":[\"a\",1]}", "rooms[1]: invalid type: integer `1`, expected a string"),
            (b"{\"rooms\":[],\"type\":\"x\"}", "type: invalid type: string \"x\", expected a number"),
            (b"{\"rooms\":[", "this is no valid JSON: EOF while parsing a list"),
            (b"{\"rooms\":[]} x", "this is no valid JSON: trailing characters"),
            (b"", "there is nothing in it"),
            (b"hello\n", "this is text, where MessagePack belongs"),
            (b"[\"chat\", 1]", "this is text, where MessagePack belongs"),
            (b"\x81\xa5rooms\x92\xa1a\x01", "rooms[1]: invalid type: integer `1`, expected a string"),
            (b"\x81\xa5rooms", "invalid MessagePack"),
            (b"\x81\xa5rooms\x90\x01", "invalid MessagePack: 1 extra byte(s) after the value"),
            (b"\xc3", "invalid type: boolean `true`, expected a thing"),
        ] {
            let error = either::<Thing>(payload).unwrap_err();
            let Error::Malformed(said) = &error else { panic!("{error:?}") };
            assert_eq!(said, reason, "{payload:?}");
        }
    }
}
