use std::{
    io::{Read, Write},
    os::unix::net::UnixStream,
};

use socketio_interop::{PATIENCE, RedisServer};

/// A subscriber that speaks to Redis itself.
pub(crate) struct Ear {
    stream: UnixStream,
    heard: Vec<u8>,
}

impl Ear {
    pub(crate) fn subscribe(server: &RedisServer, command: &str, channel: &str) -> Self {
        let mut stream = UnixStream::connect(server.unix_url().trim_start_matches("unix://")).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        write!(stream, "{command} {channel}\r\n").unwrap();
        let mut ear = Self { stream, heard: Vec::new() };
        ear.hears(":1\r\n");
        ear
    }

    /// Waits for this text, and forgets what came before it.
    pub(crate) fn hears(&mut self, text: &str) {
        loop {
            if let Some(at) = self.heard.windows(text.len()).position(|window| window == text.as_bytes()) {
                self.heard.drain(..at + text.len());
                return;
            }
            let mut bytes = [0; 65536];
            let read = self.stream.read(&mut bytes).unwrap_or_else(|error| panic!("waited for {text}: {error}"));
            assert!(read > 0, "the connection ended before {text}");
            self.heard.extend_from_slice(&bytes[..read]);
        }
    }
}
