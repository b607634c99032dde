//! Splits a text into records while it arrives. Holds at most one record and one chunk.

use bytes::{Bytes, BytesMut};

/// How the records are separated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RecordFraming {
    /// They are the items of one JSON array.
    Array,
    /// Each is one line. Blank lines are ignored.
    Lines,
}

/// A position in a text: line and column, both counted from 1, the column in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct BodyPosition {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// The text of one record, and its position in the whole text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct BatchRecord {
    pub(crate) text: Bytes,
    pub(crate) position: BodyPosition,
}

/// Why the text cannot be split any further.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum RecordSplitError {
    /// A record exceeds the limit.
    TooLong,
    /// The text is not a JSON array.
    NotAnArray { position: BodyPosition, expected: &'static str },
}

#[derive(Debug)]
pub(crate) struct RecordSplitter {
    framing: RecordFraming,
    limit: usize,
    /// Text that was not returned yet: part of a record, or several records.
    rest: BytesMut,
    /// Position of the first byte of `rest`.
    position: BodyPosition,
    /// Length of the start of `rest` that is known to hold no end of a record.
    scanned: usize,
    array_state: RecordArrayState,
    /// Open brackets and braces within the item.
    depth: usize,
    in_string: bool,
    after_backslash: bool,
}

/// What comes next in a JSON array.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum RecordArrayState {
    Start,
    FirstItemOrEnd,
    Item,
    AfterEnd,
}

impl RecordSplitter {
    /// A splitter for records of up to `limit` bytes.
    pub(crate) fn new(framing: RecordFraming, limit: usize) -> Self {
        Self {
            framing,
            limit,
            rest: BytesMut::new(),
            position: BodyPosition { line: 1, column: 1 },
            scanned: 0,
            array_state: RecordArrayState::Start,
            depth: 0,
            in_string: false,
            after_backslash: false,
        }
    }

    /// Appends a chunk of the text.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.rest.extend_from_slice(chunk);
    }

    /// The next record, if it is complete. `ended` means that no more text will come.
    pub(crate) fn next(&mut self, ended: bool) -> Result<Option<BatchRecord>, RecordSplitError> {
        let record = match self.framing {
            RecordFraming::Lines => self.next_line(ended),
            RecordFraming::Array => self.next_item(ended)?,
        };
        match &record {
            Some(record) if record.text.len() > self.limit => Err(RecordSplitError::TooLong),
            None if self.rest.len() > self.limit => Err(RecordSplitError::TooLong),
            _ => Ok(record),
        }
    }

    fn next_line(&mut self, ended: bool) -> Option<BatchRecord> {
        self.skip_whitespace();
        let end = self.rest.iter().skip(self.scanned).position(|byte| *byte == b'\n');
        match end {
            Some(end) => Some(self.take_record(self.scanned + end)),
            None if ended && !self.rest.is_empty() => Some(self.take_record(self.rest.len())),
            None => {
                self.scanned = self.rest.len();
                None
            }
        }
    }

    fn next_item(&mut self, ended: bool) -> Result<Option<BatchRecord>, RecordSplitError> {
        loop {
            if self.scanned == 0 {
                self.skip_whitespace();
            }
            match (self.array_state, self.rest.first()) {
                (RecordArrayState::Item, _) => {
                    let Some(end) = self.find_item_end() else {
                        return if ended { Err(self.not_an_array("a comma or ']'")) } else { Ok(None) };
                    };
                    let is_last = self.rest[end] == b']';
                    let record = self.take_record(end);
                    self.consume(1);
                    self.array_state = if is_last { RecordArrayState::AfterEnd } else { RecordArrayState::Item };
                    return Ok(Some(record));
                }
                (RecordArrayState::AfterEnd, None) => return Ok(None),
                (_, None) if !ended => return Ok(None),
                (RecordArrayState::Start, Some(b'[')) => {
                    self.consume(1);
                    self.array_state = RecordArrayState::FirstItemOrEnd;
                }
                (RecordArrayState::FirstItemOrEnd, Some(b']')) => {
                    self.consume(1);
                    self.array_state = RecordArrayState::AfterEnd;
                }
                (RecordArrayState::FirstItemOrEnd, Some(_)) => self.array_state = RecordArrayState::Item,
                (RecordArrayState::Start, _) => return Err(self.not_an_array("'[', the start of an array of messages")),
                (RecordArrayState::FirstItemOrEnd, None) => return Err(self.not_an_array("a message or ']'")),
                (RecordArrayState::AfterEnd, Some(_)) => {
                    return Err(self.not_an_array("the end of the body after the array"));
                }
            }
        }
    }

    /// The index of the comma or bracket after an item. The item itself is not validated here: its parser does that.
    fn find_item_end(&mut self) -> Option<usize> {
        for (index, byte) in self.rest.iter().enumerate().skip(self.scanned) {
            match byte {
                _ if self.after_backslash => self.after_backslash = false,
                b'\\' if self.in_string => self.after_backslash = true,
                b'"' => self.in_string = !self.in_string,
                _ if self.in_string => {}
                b',' | b']' if self.depth == 0 => return Some(index),
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.scanned = self.rest.len();
        None
    }

    fn not_an_array(&self, expected: &'static str) -> RecordSplitError {
        RecordSplitError::NotAnArray { position: self.position, expected }
    }

    fn take_record(&mut self, len: usize) -> BatchRecord {
        BatchRecord { position: self.position, text: self.consume(len) }
    }

    fn skip_whitespace(&mut self) {
        let len = self.rest.len() - self.rest.trim_ascii_start().len();
        self.consume(len);
    }

    fn consume(&mut self, len: usize) -> Bytes {
        let text = self.rest.split_to(len).freeze();
        self.scanned = self.scanned.saturating_sub(len);
        match text.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => {
                self.position.line += text.iter().filter(|byte| **byte == b'\n').count();
                self.position.column = text.len() - last;
            }
            None => self.position.column += text.len(),
        }
        text
    }
}
