//! Decoding any bytes does not panic. A decoded message that can be encoded is decoded to the same message.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socketio_emitter::{adapter::{Classic, DecodedMessage}, Adapter};

// The input is the channel, a line feed, and the payload.
fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |&byte| byte == b'\n');
    let (Some(channel), Some(payload)) = (parts.next(), parts.next()) else {
        return;
    };
    let Ok(channel) = str::from_utf8(channel) else {
        return;
    };
    let adapter = Adapter::Classic(Classic::default());
    let Ok(DecodedMessage::Message { message, .. }) = adapter.decode(&(channel, payload).into()) else {
        return;
    };
    let Ok(command) = adapter.encode(&message) else {
        return;
    };
    match adapter.decode(&command.frame()) {
        Ok(DecodedMessage::Message { message: decoded, .. }) => assert_eq!(decoded, message),
        other => panic!("{message:?} is decoded as {other:?}"),
    }
});
