//! Whatever is heard is understood or malformed; a message that could be sent on is heard as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use socketio_emitter::{Adapter, Classic, Heard};

// The channel, a line feed, and the payload.
fuzz_target!(|input: &[u8]| {
    let mut parts = input.splitn(2, |&byte| byte == b'\n');
    let (Some(channel), Some(payload)) = (parts.next(), parts.next()) else {
        return;
    };
    let Ok(channel) = str::from_utf8(channel) else {
        return;
    };
    let adapter = Adapter::Classic(Classic::default());
    let Ok(Heard::Message { message, .. }) = adapter.decode(channel, payload) else {
        return;
    };
    let Ok(command) = adapter.encode(&message) else {
        return;
    };
    match adapter.decode(command.channel(), command.payload()) {
        Ok(Heard::Message { message: again, .. }) => assert_eq!(again, message),
        other => panic!("{message:?} is heard as {other:?}"),
    }
});
