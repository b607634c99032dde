//! The examples in `docs/wire-format.md` are captured messages, byte by byte. The adapters of this crate decode them as
//! the document says, and encode messages with the same meaning.

mod document;
mod hex_dump;

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde_json::{Value, json};
use socketio_emitter::{
    Adapter,
    adapter::{ADAPTER_NAMES, Command, DecodedMessage, Frame},
};

use self::{
    document::{SpecExample, examples},
    hex_dump::hex_dump,
};
use crate::capture::{CaptureFile, CapturedMessage, FILES, SOCKETIOXIDE_IDS_LEN};

/// What is equal in a captured message and in the same message encoded by this crate.
#[derive(Clone, Copy, PartialEq, Eq)]
enum EncodingMatch {
    /// Every byte. The message is from an official emitter.
    Bytes,
    /// Every byte except those of random ids. The message is from an official emitter.
    BytesExceptIds,
    /// The decoded message. The message is from a server, with another sender, order of keys, or format.
    Meaning,
}

/// A captured message that the document may show.
struct SpecCapture {
    /// The file, the name in the file, and a number if several captures have this name.
    title: String,
    encoding: EncodingMatch,
    message: CapturedMessage,
}

fn captures() -> Vec<SpecCapture> {
    let mut captures = Vec::new();
    let mut counts = HashMap::<String, usize>::new();
    for (file, _) in FILES {
        let CaptureFile { captured, servers } = CaptureFile::load(file);
        let emitter_match = match file {
            "classic.json" | "streams.json" => EncodingMatch::Bytes,
            "socketioxide.json" => EncodingMatch::BytesExceptIds,
            _ => EncodingMatch::Meaning,
        };
        let emitters = captured.into_iter().map(|message| (message, emitter_match));
        let servers = servers.into_iter().map(|message| (message, EncodingMatch::Meaning));
        for (message, encoding) in emitters.chain(servers) {
            let CapturedMessage { name, version, adapter, .. } = &message;
            let mut title = match version {
                Some(version) => format!("{file}: {name}, {version}"),
                None if file == "requests.json" => format!("{file}: {adapter}: {name}"),
                None => format!("{file}: {name}"),
            };
            let count = counts.entry(title.clone()).or_default();
            *count += 1;
            if *count > 1 {
                title = format!("{title} @{count}");
            }
            captures.push(SpecCapture { title, encoding, message });
        }
    }
    captures
}

/// The Redis command without its payload or fields.
fn command_line(capture: &CapturedMessage) -> String {
    let channel = capture.channel();
    match (&capture.payload, capture.max_len) {
        (Some(_), _) if capture.adapter == "sharded" => format!("SPUBLISH {channel}"),
        (Some(_), _) => format!("PUBLISH {channel}"),
        (None, Some(max_len)) => format!("XADD {channel} MAXLEN ~ {max_len} *"),
        (None, None) => format!("entry of {channel}:"),
    }
}

/// The lines of the example for this capture, without comments.
fn expected_lines(capture: &CapturedMessage) -> Vec<String> {
    let mut command = command_line(capture);
    let mut dump = Vec::new();
    match &capture.payload {
        Some(payload) if payload.starts_with(b"{") => command += &format!(" {}", str::from_utf8(payload).unwrap()),
        Some(payload) => dump = hex_dump(payload),
        None => {
            for (name, value) in &capture.fields {
                command += &format!(" {name} {value}");
                if name == "data" && !value.starts_with('{') {
                    dump.extend(hex_dump(&STANDARD.decode(value).unwrap()));
                }
            }
        }
    }
    dump.insert(0, command);
    dump
}

/// Compares the lines of an example with its capture.
fn check_lines(example: &SpecExample, capture: &CapturedMessage) {
    let expected = expected_lines(capture);
    let matches = |(line, expected): (&String, &String)| {
        line.strip_prefix(expected.as_str()).is_some_and(|comment| comment.is_empty() || comment.starts_with("  "))
    };
    let same = example.lines.len() == expected.len() && example.lines.iter().zip(&expected).all(matches);
    assert!(same, "{} differs from its capture, which is\n{}\n", example.title, expected.join("\n"));
}

/// The decoded message in the JSON form of the document.
fn decoded_json(adapter: &Adapter, frame: &Frame<'_>) -> Value {
    match adapter.decode(frame) {
        Ok(DecodedMessage::Message { message, request, .. }) => {
            let mut json = json!(message);
            if let Some(request) = request {
                json["request"] = json!(request);
            }
            json
        }
        Ok(DecodedMessage::Request { kind: about, target, request, .. }) => {
            let mut json = json!({"question": about, "namespace": target.namespace});
            if let Some(rooms) = target.rooms {
                json["rooms"] = json!(rooms);
            }
            json["request"] = json!(request);
            json
        }
        Ok(DecodedMessage::Response { kind: about, request, .. }) => json!({"answer": about, "request": request}),
        Ok(DecodedMessage::Presence { presence, namespace, .. }) => {
            json!({"presence": presence, "namespace": namespace})
        }
        Ok(other) => panic!("{other:?}"),
        Err(error) => json!({"unread": error.to_string()}),
    }
}

/// Encodes the captured message again, if it is a message that an emitter sends, and compares the commands.
fn check_encoded(capture: &SpecCapture, adapter: &Adapter, mut meaning: Value) {
    let SpecCapture { title, encoding, message: captured } = capture;
    let Ok(DecodedMessage::Message { message, .. }) = adapter.decode(&captured.frame()) else { return };
    let command = match adapter.encode(&message) {
        Ok(command) => command,
        Err(error) => {
            assert!(*encoding == EncodingMatch::Meaning && error.code() == "unsupported", "{title}: {error}");
            return;
        }
    };
    match (encoding, &captured.payload) {
        (EncodingMatch::Bytes, _) => assert_eq!(command.frame(), captured.frame(), "{title}"),
        (EncodingMatch::BytesExceptIds, Some(payload)) => {
            let encoded = with_ids_of(payload, &command);
            assert_eq!(Frame::from((command.channel(), &encoded)), captured.frame(), "{title}");
        }
        _ => {
            // A message that an emitter sends has no request id.
            meaning.as_object_mut().unwrap().shift_remove("request");
            assert_eq!(decoded_json(adapter, &command.frame()), meaning, "{title}");
        }
    }
}

/// The payload of the command with the random ids of a captured socketioxide message.
fn with_ids_of(captured: &[u8], command: &Command) -> Vec<u8> {
    [&captured[..SOCKETIOXIDE_IDS_LEN], &command.payload()[SOCKETIOXIDE_IDS_LEN..]].concat()
}

#[test]
fn examples_equal_their_captures_and_decode_as_documented() {
    let captures = captures();
    for example in examples() {
        let capture = captures.iter().find(|capture| capture.title == example.title);
        let capture = capture.unwrap_or_else(|| panic!("no capture has the name {:?}", example.title));
        check_lines(&example, &capture.message);
        let adapter = capture.message.adapter();
        let meaning = decoded_json(&adapter, &capture.message.frame());
        assert_eq!(example.meaning, meaning.to_string(), "{}", example.title);
        check_encoded(capture, &adapter, meaning);
    }
}

#[test]
fn every_adapter_has_examples() {
    let captures = captures();
    let examples = examples();
    let count = |adapter: &str| {
        let has_example = |capture: &&SpecCapture| examples.iter().any(|example| example.title == capture.title);
        captures.iter().filter(|capture| capture.message.adapter == adapter).filter(has_example).count()
    };
    for (adapter, _) in ADAPTER_NAMES {
        assert!(count(adapter) >= 4, "{adapter}: {}", count(adapter));
    }
    for adapter in ["streams,before-0.3", "python,before-5.15.1"] {
        assert!(count(adapter) > 0, "{adapter}");
    }
}

#[test]
fn changed_or_missing_example_lines_are_detected() {
    let captures = captures();
    let title = "classic.json: one room";
    let example = examples().into_iter().find(|example| example.title == title).unwrap();
    let capture = &captures.iter().find(|capture| capture.title == title).unwrap().message;
    check_lines(&example, capture);
    for line in 0..example.lines.len() {
        let mut wrong = example.clone();
        // The third character belongs to the command or to an offset.
        wrong.lines[line].replace_range(2..3, "x");
        assert!(std::panic::catch_unwind(|| check_lines(&wrong, capture)).is_err(), "line {line}");
        wrong.lines.remove(line);
        assert!(std::panic::catch_unwind(|| check_lines(&wrong, capture)).is_err(), "without line {line}");
    }
}
