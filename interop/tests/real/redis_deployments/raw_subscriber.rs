use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
};

use socketio_interop::{RedisServer, TEST_TIMEOUT};

/// A subscribed connection that does not use a Redis client, with the bytes received so far.
pub(crate) struct RawSubscriber {
    stream: UnixStream,
    received: Vec<u8>,
}

impl RawSubscriber {
    /// Subscribes to a channel with `SUBSCRIBE` or `SSUBSCRIBE` and waits for the confirmation.
    pub(crate) fn subscribe(server: &RedisServer, command: &str, channel: &str) -> Self {
        let mut stream = UnixStream::connect(server.unix_url().trim_start_matches("unix://")).unwrap();
        stream.set_read_timeout(Some(TEST_TIMEOUT)).unwrap();
        write!(stream, "{command} {channel}\r\n").unwrap();
        let mut subscriber = Self { stream, received: Vec::new() };
        subscriber.expect(":1\r\n");
        subscriber
    }

    /// Waits for this text and discards everything received before it.
    pub(crate) fn expect(&mut self, text: &str) {
        loop {
            if let Some(at) = self.received.windows(text.len()).position(|window| window == text.as_bytes()) {
                self.received.drain(..at + text.len());
                return;
            }
            let mut bytes = [0; 65536];
            let read = self.stream.read(&mut bytes).unwrap_or_else(|error| panic!("waited for {text}: {error}"));
            assert!(read > 0, "the connection ended before {text}");
            self.received.extend_from_slice(&bytes[..read]);
        }
    }
}
