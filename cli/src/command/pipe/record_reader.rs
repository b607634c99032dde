//! Reads and parses lines on a thread of its own, in parallel with sending.

use std::{
    fmt,
    io::{self, Read},
    thread,
};

use bytesize::ByteSize;
use socketio_emitter::{
    Error,
    message::{CheckedMessage, Numbers},
    tap::{TapLine, TapOrigin},
};
use tokio::sync::mpsc;

use super::line_reader::{LineReader, RawLine};
use crate::cli_error::{CliError, describe_in_line};

/// The number of chunks that may be queued for sending.
const MAX_QUEUED_CHUNKS: usize = 4;

/// The lines of one read.
#[derive(Default)]
pub(super) struct RecordChunk {
    /// The lines that are not blank, with their numbers.
    pub(super) records: Vec<(u64, LineRecord)>,
    /// The number of bytes read.
    pub(super) bytes: usize,
}

/// Receives the chunks of the input; an error is the last item.
pub(super) type RecordChunks = mpsc::Receiver<io::Result<RecordChunk>>;

/// A parsed line.
pub(super) enum LineRecord {
    Message(CheckedMessage),
    /// A message that a tap wrote, and the tap's origin.
    Tapped(CheckedMessage, TapOrigin),
    /// A tap's line that is not a message, such as a response.
    NotAMessage,
    Invalid(LineProblem),
}

/// Why a line is invalid.
pub(super) enum LineProblem {
    Rejected(Error),
    /// The line is longer than this number of bytes.
    TooLong(usize),
}

impl fmt::Display for LineProblem {
    /// Writes the text that follows `line N`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rejected(error) => f.write_str(&describe_in_line(error)),
            Self::TooLong(max) => {
                write!(f, ": longer than {} (--max-line)", ByteSize(*max as u64).display().iec())
            }
        }
    }
}

impl LineRecord {
    fn parse(line: &[u8], numbers: Numbers) -> Self {
        match TapLine::read(line, numbers) {
            Ok(TapLine::Message { message, origin: None, .. }) => Self::Message(message),
            Ok(TapLine::Message { message, origin: Some(origin), .. }) => Self::Tapped(message, origin),
            Ok(_) => Self::NotAMessage,
            Err(error) => Self::Invalid(LineProblem::Rejected(error)),
        }
    }
}

/// Reads lines and parses them.
pub(super) struct LineRecordReader<R> {
    lines: LineReader<R>,
    from_line: u64,
    max_bytes: usize,
    numbers: Numbers,
    /// The number of records in the last chunk.
    capacity: usize,
}

impl<R: Read + Send + 'static> LineRecordReader<R> {
    /// Reads from line `from_line` on. Lines of more than `max_bytes` are invalid.
    pub(super) fn new(source: R, from_line: u64, max_bytes: usize, numbers: Numbers) -> Self {
        Self { lines: LineReader::new(source, max_bytes), from_line, max_bytes, numbers, capacity: 0 }
    }

    /// Starts the thread. It ends with the input, or when the receiver is dropped. Do not join it: it may block
    /// forever on a terminal or a pipe.
    pub(super) fn start(self) -> Result<RecordChunks, CliError> {
        let (sender, chunks) = mpsc::channel(MAX_QUEUED_CHUNKS);
        thread::Builder::new()
            .name("reader".to_owned())
            .spawn(move || self.run(&sender))
            .map_err(|error| CliError::failed(format!("cannot start the reader thread: {error}")))?;
        Ok(chunks)
    }

    fn run(mut self, sender: &mpsc::Sender<io::Result<RecordChunk>>) {
        loop {
            let chunk = self.lines.fill().map(|bytes| self.parse_chunk(bytes));
            let ended = chunk.as_ref().map_or(true, |chunk| chunk.bytes == 0);
            if sender.blocking_send(chunk).is_err() || ended {
                return;
            }
        }
    }

    fn parse_chunk(&mut self, bytes: usize) -> RecordChunk {
        let mut records = Vec::with_capacity(self.capacity);
        while let Some((number, line)) = self.lines.next() {
            let record = match line {
                _ if number < self.from_line => continue,
                RawLine::Text(text) if text.trim_ascii().is_empty() => continue,
                RawLine::Text(text) => LineRecord::parse(text, self.numbers),
                RawLine::TooLong => LineRecord::Invalid(LineProblem::TooLong(self.max_bytes)),
            };
            records.push((number, record));
        }
        self.capacity = records.len();
        RecordChunk { records, bytes }
    }
}
