//! A message in JSON is refused, or it is the same after it was written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socketio_emitter::{Adapter, Classic, Message};

fuzz_target!(|input: &[u8]| {
    let Ok(message) = Message::from_json(input) else {
        return;
    };
    let json = serde_json::to_vec(&message).expect("a message has a JSON form");
    let again = Message::from_json(&json).unwrap_or_else(|error| panic!("{}: {error}", json.escape_ascii()));
    assert_eq!(again, message);
    let _ = Adapter::Classic(Classic::default()).encode(&message);
});
