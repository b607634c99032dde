//! Whole values from JSON text or MessagePack, with errors that say where.

use std::collections::HashMap;

use serde::Deserializer;
use serde_json::{error::Category, value::RawValue};
use serde_path_to_error::{Segment, Track};

use crate::{
    base::{Code, InvalidMessage, push_step},
    message::{Numbers, RuleViolation, msgpack::Source, rounded_integer, unsafe_integer},
};

/// What is to be read.
pub(crate) trait InputForm: Copy {
    type Value;

    /// Reads it, and whether a number in it may have been rounded. A rule that was broken is left in `fault`.
    fn read<'de, D: Deserializer<'de>>(
        self,
        source: D,
        numbers: Numbers,
        fault: &mut Option<RuleViolation>,
    ) -> Result<(Self::Value, bool), D::Error>;
}

/// Reads a whole text.
pub(crate) fn json<F: InputForm>(form: F, json: &[u8], numbers: Numbers) -> Result<F::Value, InvalidMessage> {
    let mut source = serde_json::Deserializer::from_slice(json);
    let read = form.read(&mut source, numbers, &mut None);
    match read.and_then(|read| source.end().map(|()| read)) {
        Ok((value, false)) => Ok(value),
        Ok((value, true)) if numbers == Numbers::Lossy => Ok(value),
        Ok((value, true)) => no_rounded_integer(json).map(|()| value),
        Err(_) => Err(explain(form, json, numbers)),
    }
}

/// Reads a whole MessagePack value.
pub(crate) fn msgpack<F: InputForm>(form: F, bytes: &[u8], numbers: Numbers) -> Result<F::Value, InvalidMessage> {
    let mut source = Source::new(bytes);
    let mut fault = None;
    let mut track = Track::new();
    let read = form.read(serde_path_to_error::Deserializer::new(&mut source, &mut track), numbers, &mut fault);
    read.and_then(|(value, _)| source.end().map(|()| value)).map_err(|error| {
        let pointer = pointer(track);
        match fault {
            Some(fault) => InvalidMessage::new(fault.code, fault.pointer(&pointer), fault.reason),
            None => InvalidMessage::new(
                if error.malformed { Code::Msgpack } else { Code::Message },
                pointer,
                error.to_string(),
            ),
        }
    })
}

/// Reads once more, slowly, to say where it went wrong.
fn explain<F: InputForm>(form: F, json: &[u8], numbers: Numbers) -> InvalidMessage {
    let mut fault = None;
    let mut source = serde_json::Deserializer::from_slice(json);
    let mut track = Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut source, &mut track);
    let Err(error) = form.read(tracked, numbers, &mut fault).map(drop).and_then(|()| source.end()) else {
        return InvalidMessage::new(Code::Json, "", "this JSON could not be read");
    };
    let mut pointer = pointer(track);
    let (code, reason) = match (fault, error.classify()) {
        (Some(fault), _) => {
            pointer = fault.pointer(&pointer);
            (fault.code, fault.reason)
        }
        (None, Category::Data) => (Code::Message, without_position(&error)),
        (None, _) if json.trim_ascii().is_empty() => {
            (Code::Json, "there is nothing here, where JSON was expected".to_owned())
        }
        (None, _) => (Code::Json, format!("this is no valid JSON: {}", without_position(&error))),
    };
    let position = (error.line() > 0).then(|| (error.line(), error.column().max(1)));
    InvalidMessage { code, pointer, reason, position }
}

/// The place where reading stopped.
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

/// serde_json ends its errors with the position, which is told apart here.
pub(crate) fn without_position(error: &serde_json::Error) -> String {
    let text = error.to_string();
    match text.rfind(" at line ") {
        Some(end) => text[..end].to_owned(),
        None => text,
    }
}

/// A float beyond 2^53 may have been an integer in the text, rounded on the way in.
fn no_rounded_integer(json: &[u8]) -> Result<(), InvalidMessage> {
    let Some(literal) = str::from_utf8(json).ok().and_then(rounded_integer) else {
        return Ok(());
    };
    let RuleViolation { code, reason, .. } = unsafe_integer(literal);
    Err(InvalidMessage { code, pointer: String::new(), reason, position: Some(position(json, literal)) })
}

/// Says where in the text the value stands that was refused after it was read.
pub(crate) fn located(json: &[u8], invalid: InvalidMessage) -> InvalidMessage {
    let value = str::from_utf8(json).ok().and_then(|text| value_at(text, &invalid.pointer));
    InvalidMessage { position: value.map(|value| position(json, value)), ..invalid }
}

/// The value that a JSON pointer points at, or the innermost that there is on the way.
fn value_at<'a>(text: &'a str, pointer: &str) -> Option<&'a str> {
    let mut value: &RawValue = serde_json::from_str(text).ok()?;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let inner = match step.parse::<usize>() {
            Ok(index) => {
                serde_json::from_str::<Vec<&RawValue>>(value.get()).ok().and_then(|list| list.get(index).copied())
            }
            Err(_) => serde_json::from_str::<HashMap<String, &RawValue>>(value.get())
                .ok()
                .and_then(|map| map.get(&step).copied()),
        };
        match inner {
            Some(inner) => value = inner,
            None => break,
        }
    }
    Some(value.get())
}

/// Line and column, both from 1, of a part of the text.
fn position(json: &[u8], part: &str) -> (usize, usize) {
    let before = &json[..part.as_ptr() as usize - json.as_ptr() as usize];
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
    (line, column)
}
