//! One value from a whole JSON text or MessagePack input, with errors that say where they are.

use std::collections::HashMap;

use serde::Deserializer;
use serde_json::{error::Category, value::RawValue};
use serde_path_to_error::{Segment, Track};

use super::{
    args::{Numbers, RuleViolation, rounded_integer, unsafe_integer},
    msgpack::MsgpackSource,
};
use crate::base::{Code, InvalidMessage, push_step};

/// What the input is read as: a message, or arguments.
pub(super) trait InputForm: Copy {
    type Value;

    /// Reads the value, and whether a number in it may have been rounded. If this fails because a rule is broken, the
    /// rule is in `violation`.
    fn read<'de, D: Deserializer<'de>>(
        self,
        source: D,
        numbers: Numbers,
        violation: &mut Option<RuleViolation>,
    ) -> Result<(Self::Value, bool), D::Error>;
}

/// Reads a JSON text.
pub(super) fn json<F: InputForm>(form: F, json: &[u8], numbers: Numbers) -> Result<F::Value, InvalidMessage> {
    let mut source = serde_json::Deserializer::from_slice(json);
    let result = form.read(&mut source, numbers, &mut None);
    match result.and_then(|value| source.end().map(|()| value)) {
        Ok((value, false)) => Ok(value),
        Ok((value, true)) if numbers == Numbers::Lossy => Ok(value),
        Ok((value, true)) => check_no_rounded_integer(json).map(|()| value),
        Err(_) => Err(json_error(form, json, numbers)),
    }
}

/// Reads a MessagePack value.
pub(super) fn msgpack<F: InputForm>(form: F, bytes: &[u8], numbers: Numbers) -> Result<F::Value, InvalidMessage> {
    let mut source = MsgpackSource::new(bytes);
    let mut violation = None;
    let mut track = Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut source, &mut track);
    let result = form.read(tracked, numbers, &mut violation);
    result.and_then(|(value, _)| source.end().map(|()| value)).map_err(|error| {
        let pointer = pointer(track);
        match violation {
            Some(violation) => InvalidMessage::new(violation.code, violation.pointer(&pointer), violation.reason),
            None => {
                let code = if error.malformed { Code::Msgpack } else { Code::Message };
                InvalidMessage::new(code, pointer, error.to_string())
            }
        }
    })
}

/// The error of reading this JSON. It is read a second time, with the path tracked, which is too slow for valid input.
fn json_error<F: InputForm>(form: F, json: &[u8], numbers: Numbers) -> InvalidMessage {
    let mut violation = None;
    let mut source = serde_json::Deserializer::from_slice(json);
    let mut track = Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut source, &mut track);
    let result = form.read(tracked, numbers, &mut violation);
    let Err(error) = result.and_then(|_| source.end()) else {
        return InvalidMessage::new(Code::Json, "", "invalid JSON");
    };
    let mut pointer = pointer(track);
    let (code, reason) = match (violation, error.classify()) {
        (Some(violation), _) => {
            pointer = violation.pointer(&pointer);
            (violation.code, violation.reason)
        }
        (None, Category::Data) => (Code::Message, without_position(&error)),
        (None, _) if json.trim_ascii().is_empty() => (Code::Json, "the input is empty; expected JSON".to_owned()),
        (None, _) => (Code::Json, format!("invalid JSON: {}", without_position(&error))),
    };
    let position = (error.line() > 0).then(|| (error.line(), error.column().max(1)));
    InvalidMessage { code, pointer, reason, position }
}

/// The JSON pointer of the value where reading stopped.
fn pointer(track: Track) -> String {
    let mut pointer = String::new();
    for segment in &track.path() {
        match segment {
            Segment::Seq { index } => push_step(&mut pointer, &index.to_string()),
            Segment::Map { key } => push_step(&mut pointer, key),
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    pointer
}

/// The text of the error without the position, which `InvalidMessage` has separately.
pub(crate) fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// Refuses a text with an integer that serde_json read as a float, and so rounded.
fn check_no_rounded_integer(json: &[u8]) -> Result<(), InvalidMessage> {
    let Some(literal) = str::from_utf8(json).ok().and_then(rounded_integer) else {
        return Ok(());
    };
    let RuleViolation { code, reason, .. } = unsafe_integer(literal);
    Err(InvalidMessage { code, pointer: String::new(), reason, position: Some(position(json, literal)) })
}

/// Adds the position of the value that was refused after the text had been read.
pub(super) fn with_position(json: &[u8], invalid: InvalidMessage) -> InvalidMessage {
    let value = str::from_utf8(json).ok().and_then(|text| value_at(text, &invalid.pointer));
    InvalidMessage { position: value.map(|value| position(json, value)), ..invalid }
}

/// The text of the value at a JSON pointer, or of its innermost parent that exists.
fn value_at<'a>(text: &'a str, pointer: &str) -> Option<&'a str> {
    let mut value: &RawValue = serde_json::from_str(text).ok()?;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let child = match step.parse::<usize>() {
            Ok(index) => {
                serde_json::from_str::<Vec<&RawValue>>(value.get()).ok().and_then(|list| list.get(index).copied())
            }
            Err(_) => serde_json::from_str::<HashMap<String, &RawValue>>(value.get())
                .ok()
                .and_then(|map| map.get(&step).copied()),
        };
        match child {
            Some(child) => value = child,
            None => break,
        }
    }
    Some(value.get())
}

/// The line and column of a part of the text, both counted from 1.
fn position(json: &[u8], part: &str) -> (usize, usize) {
    let before = &json[..part.as_ptr() as usize - json.as_ptr() as usize];
    let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|byte| **byte != b'\n').count() + 1;
    (line, column)
}
