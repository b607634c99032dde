//! Reads and understands lines, on a thread of its own, while others are sent.

use std::{
    fmt,
    io::{self, Read},
    thread,
};

use bytesize::ByteSize;
use memchr::memmem;
use socketio_emitter::{Error, Message, Numbers, Origin, Tapped};
use tokio::sync::mpsc;

use super::lines::{Line, Lines};
use crate::failure::{Failure, reason};

/// Chunks of lines that may wait to be sent.
const WAITING: usize = 4;

/// The lines that came at once.
#[derive(Default)]
pub(super) struct Chunk {
    /// The lines that hold something, by their numbers.
    pub(super) records: Vec<(u64, Record)>,
    /// How many bytes were read for them.
    pub(super) bytes: usize,
}

/// The input, chunk by chunk, unless it cannot be read on.
pub(super) type Chunks = mpsc::Receiver<io::Result<Chunk>>;

/// What a line is.
pub(super) enum Record {
    Message(Message),
    /// A message that a tap heard, and which one.
    Replay(Message, Origin),
    /// A tap's line that is no message.
    Aside,
    Bad(Problem),
}

/// Why a line is no message.
pub(super) enum Problem {
    Refused(Error),
    TooLong(usize),
}

impl fmt::Display for Problem {
    /// What follows the number of the line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refused(error) => f.write_str(&reason(error)),
            Self::TooLong(longest) => {
                write!(f, ": it is longer than {} (--max-line)", ByteSize(*longest as u64).display().iec())
            }
        }
    }
}

impl Record {
    fn read(line: &[u8], numbers: Numbers) -> Self {
        match Message::from_json_with(line, numbers) {
            // Most lines are not a tap's, which need not be read twice.
            Ok(message) => match memmem::find(line, b"\"seen\"").and_then(|_| Origin::of_line(line)) {
                Some(origin) => Self::Replay(message, origin),
                None => Self::Message(message),
            },
            Err(_) if Tapped::is_aside(line) => Self::Aside,
            Err(error) => Self::Bad(Problem::Refused(error)),
        }
    }
}

/// What of the input is read, and how.
pub(super) struct Reader<R> {
    lines: Lines<R>,
    from: u64,
    longest: usize,
    numbers: Numbers,
    /// How many lines the last chunk had.
    expected: usize,
}

impl<R: Read + Send + 'static> Reader<R> {
    /// Lines from this number on, of at most so many bytes.
    pub(super) fn new(source: R, from: u64, longest: usize, numbers: Numbers) -> Self {
        Self { lines: Lines::new(source, longest), from, longest, numbers, expected: 0 }
    }

    /// Starts to read. It ends with the input, or when nobody takes the chunks any more. Nobody waits for its end: there
    /// is none while a terminal or a pipe says nothing.
    pub(super) fn start(self) -> Result<Chunks, Failure> {
        let (sender, chunks) = mpsc::channel(WAITING);
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || self.run(&sender))
            .map_err(|error| Failure::failed(format!("cannot start to read: {error}")))?;
        Ok(chunks)
    }

    fn run(mut self, sender: &mpsc::Sender<io::Result<Chunk>>) {
        loop {
            let chunk = self.lines.fill().map(|bytes| self.chunk(bytes));
            let over = chunk.as_ref().map_or(true, |chunk| chunk.bytes == 0);
            if sender.blocking_send(chunk).is_err() || over {
                return;
            }
        }
    }

    /// What came, understood.
    fn chunk(&mut self, bytes: usize) -> Chunk {
        let mut records = Vec::with_capacity(self.expected);
        while let Some((number, line)) = self.lines.next() {
            let record = match line {
                _ if number < self.from => continue,
                Line::Text(text) if text.trim_ascii().is_empty() => continue,
                Line::Text(text) => Record::read(text, self.numbers),
                Line::TooLong => Record::Bad(Problem::TooLong(self.longest)),
            };
            records.push((number, record));
        }
        self.expected = records.len();
        Chunk { records, bytes }
    }
}
