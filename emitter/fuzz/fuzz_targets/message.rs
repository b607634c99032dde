//! A message parsed from JSON is serialized to JSON that is parsed as the same message. Encoding it does not panic.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socketio_emitter::{adapter::Classic, Adapter, Message};

fuzz_target!(|input: &[u8]| {
    let Ok(message) = Message::from_json(input) else {
        return;
    };
    let json = serde_json::to_vec(&message).expect("every message has a JSON form");
    let parsed = Message::from_json(&json).unwrap_or_else(|error| panic!("{}: {error}", json.escape_ascii()));
    assert_eq!(parsed, message);
    let _ = Adapter::Classic(Classic::default()).encode(&message);
});
