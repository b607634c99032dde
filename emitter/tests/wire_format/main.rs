//! The specification of the wire formats shows captured messages only, byte by byte; what it says about them is what we
//! read; and we say the same.

#![allow(clippy::unwrap_used)]

mod annotated;
mod capture;
mod document;

use serde_json::{Value, json};
use socketio_emitter::{ADAPTER_NAMES, Adapter, Command, Frame, Heard};

use self::{
    annotated::rows,
    capture::{Capture, Ours, base64, captures},
    document::{Example, examples},
};

/// The message as the document says it: the one JSON form of events and orders, and what else there is.
fn said(adapter: &Adapter, frame: &Frame<'_>) -> Value {
    match adapter.decode(frame) {
        Ok(Heard::Message { message, request, .. }) => {
            let mut form = json!(message);
            if let Some(request) = request {
                form["request"] = json!(request);
            }
            form
        }
        Ok(Heard::Question { about, target, request, .. }) => {
            let mut form = json!({"question": about, "namespace": target.namespace});
            if let Some(rooms) = target.rooms {
                form["rooms"] = json!(rooms);
            }
            form["request"] = json!(request);
            form
        }
        Ok(Heard::Answer { about, request, .. }) => json!({"answer": about, "request": request}),
        Ok(Heard::Presence { about, namespace, .. }) => json!({"presence": about, "namespace": namespace}),
        Ok(other) => panic!("{other:?}"),
        Err(error) => json!({"unread": error.to_string()}),
    }
}

/// What the lines of an example must be, but for notes at their ends.
fn lines(capture: &Capture) -> Vec<String> {
    let mut first = capture.heading();
    let mut bytes = Vec::new();
    match &capture.payload {
        Some(payload) if payload.starts_with(b"{") => first += &format!(" {}", str::from_utf8(payload).unwrap()),
        Some(payload) => bytes = rows(payload),
        None => {
            for (name, value) in &capture.fields {
                first += &format!(" {name} {value}");
                bytes.extend(base64(name, value).iter().flat_map(|bytes| rows(bytes)));
            }
        }
    }
    bytes.insert(0, first);
    bytes
}

/// Compares an example with its capture; a wrong one is shown as it should be.
fn compare(example: &Example, capture: &Capture) {
    let right = lines(capture);
    let is = |(line, right): (&String, &String)| {
        line.strip_prefix(right.as_str()).is_some_and(|note| note.is_empty() || note.starts_with("  "))
    };
    let same = example.lines.len() == right.len() && example.lines.iter().zip(&right).all(is);
    assert!(same, "{} is not what was captured, which is\n{}\n", example.name, right.join("\n"));
}

/// Our own words for the same: their bytes where the captured ones are an emitter's, and otherwise their meaning.
fn say(capture: &Capture, adapter: &Adapter, mut meaning: Value) {
    let Ok(Heard::Message { message, .. }) = adapter.decode(&capture.frame()) else { return };
    let command = match adapter.encode(&message) {
        Ok(command) => command,
        Err(error) => {
            assert!(capture.ours == Ours::Meaning && error.code() == "unsupported", "{}: {error}", capture.name);
            return;
        }
    };
    match (capture.ours, &capture.payload) {
        (Ours::Same, _) => assert_eq!(command.frame(), capture.frame(), "{}", capture.name),
        (Ours::SameButIds, Some(theirs)) => {
            let ours = with_their_ids(theirs, &command);
            assert_eq!(Frame::from((command.channel(), &ours)), capture.frame(), "{}", capture.name);
        }
        _ => {
            // Only a question has one.
            meaning.as_object_mut().unwrap().shift_remove("request");
            assert_eq!(said(adapter, &command.frame()), meaning, "{}", capture.name);
        }
    }
}

/// socketioxide's emitter makes up two ids for every message.
fn with_their_ids(theirs: &[u8], command: &Command) -> Vec<u8> {
    const IDS: usize = 35;
    [&theirs[..IDS], &command.payload()[IDS..]].concat()
}

#[test]
fn every_example_is_captured_and_means_what_the_document_says() {
    let captures = captures();
    for example in examples() {
        let capture = captures.iter().find(|capture| capture.name == example.name);
        let capture = capture.unwrap_or_else(|| panic!("nothing was captured as {:?}", example.name));
        compare(&example, capture);
        let adapter = capture.adapter();
        let meaning = said(&adapter, &capture.frame());
        assert_eq!(example.meaning, meaning.to_string(), "{}", example.name);
        say(capture, &adapter, meaning);
    }
}

#[test]
fn every_adapter_has_examples() {
    let captures = captures();
    let examples = examples();
    let shown = |adapter: &str| {
        let is_shown = |capture: &&Capture| examples.iter().any(|example| example.name == capture.name);
        captures.iter().filter(|capture| capture.adapter == adapter).filter(is_shown).count()
    };
    for (adapter, _) in ADAPTER_NAMES {
        assert!(shown(adapter) >= 4, "{adapter}: {}", shown(adapter));
    }
    for older in ["streams,before-0.3", "python,before-5.15.1"] {
        assert!(shown(older) > 0, "{older}");
    }
}

#[test]
fn a_wrong_example_is_found() {
    let captures = captures();
    let example = examples().into_iter().find(|example| example.name == "classic.json: one room").unwrap();
    let capture = captures.iter().find(|capture| capture.name == example.name).unwrap();
    for line in 0..example.lines.len() {
        let mut wrong = example.clone();
        // The third character is of a channel's name, or an offset's last digit.
        wrong.lines[line].replace_range(2..3, "x");
        assert!(std::panic::catch_unwind(|| compare(&wrong, capture)).is_err(), "line {line}");
        wrong.lines.remove(line);
        assert!(std::panic::catch_unwind(|| compare(&wrong, capture)).is_err(), "without line {line}");
    }
}
