//! Cuts a long text into its records as it arrives, and never holds more of it than one record and one chunk.

use bytes::{Bytes, BytesMut};

/// How records stand one after the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Framing {
    /// The items of one JSON array.
    Array,
    /// One a line; a line may be blank.
    Lines,
}

/// A place in the text: line and column, counted from 1, the column in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Position {
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// One record's text, and where it begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) text: Bytes,
    pub(crate) at: Position,
}

/// Why the text cannot be cut any further.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    TooLong,
    NoArray { at: Position, expected: &'static str },
}

#[derive(Debug)]
pub(crate) struct Splitter {
    framing: Framing,
    limit: usize,
    /// What was not handed out yet: a part of a record, or more than one.
    rest: BytesMut,
    /// Where the rest begins.
    at: Position,
    /// So much of the rest is known to hold no end of a record.
    scanned: usize,
    place: Place,
    /// Of brackets and braces, within an item.
    depth: usize,
    /// Within a string, and after a backslash in it.
    quoted: bool,
    escaped: bool,
}

/// Where in an array the rest begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Before,
    /// Before the first item, which there need not be.
    First,
    Item,
    After,
}

impl Splitter {
    /// One for records of up to `limit` bytes.
    pub(crate) fn new(framing: Framing, limit: usize) -> Self {
        Self {
            framing,
            limit,
            rest: BytesMut::new(),
            at: Position { line: 1, column: 1 },
            scanned: 0,
            place: Place::Before,
            depth: 0,
            quoted: false,
            escaped: false,
        }
    }

    /// More of the text.
    pub(crate) fn push(&mut self, chunk: &[u8]) {
        self.rest.extend_from_slice(chunk);
    }

    /// The next record, if it is here to its end; `ended` if there is no more text to come.
    pub(crate) fn next(&mut self, ended: bool) -> Result<Option<Record>, Broken> {
        let record = match self.framing {
            Framing::Lines => self.line(ended),
            Framing::Array => self.item(ended)?,
        };
        match &record {
            Some(record) if record.text.len() > self.limit => Err(Broken::TooLong),
            None if self.rest.len() > self.limit => Err(Broken::TooLong),
            _ => Ok(record),
        }
    }

    fn line(&mut self, ended: bool) -> Option<Record> {
        self.skip_space();
        let end = self.rest.iter().skip(self.scanned).position(|byte| *byte == b'\n');
        match end {
            Some(end) => Some(self.take(self.scanned + end)),
            None if ended && !self.rest.is_empty() => Some(self.take(self.rest.len())),
            None => {
                self.scanned = self.rest.len();
                None
            }
        }
    }

    fn item(&mut self, ended: bool) -> Result<Option<Record>, Broken> {
        loop {
            if self.scanned == 0 {
                self.skip_space();
            }
            match (self.place, self.rest.first()) {
                (Place::Item, _) => {
                    let Some(end) = self.item_end() else {
                        return if ended { Err(self.no_array("a comma or ']'")) } else { Ok(None) };
                    };
                    let closes = self.rest[end] == b']';
                    let record = self.take(end);
                    self.skip(1);
                    self.place = if closes { Place::After } else { Place::Item };
                    return Ok(Some(record));
                }
                (Place::After, None) => return Ok(None),
                (_, None) if !ended => return Ok(None),
                (Place::Before, Some(b'[')) => {
                    self.skip(1);
                    self.place = Place::First;
                }
                (Place::First, Some(b']')) => {
                    self.skip(1);
                    self.place = Place::After;
                }
                (Place::First, Some(_)) => self.place = Place::Item,
                (Place::Before, _) => return Err(self.no_array("an array of messages, so '['")),
                (Place::First, None) => return Err(self.no_array("a message or ']'")),
                (Place::After, Some(_)) => return Err(self.no_array("nothing more after the array")),
            }
        }
    }

    /// The comma or bracket after an item; what is within it is for its reader to judge.
    fn item_end(&mut self) -> Option<usize> {
        for (index, byte) in self.rest.iter().enumerate().skip(self.scanned) {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' if self.quoted => self.escaped = true,
                b'"' => self.quoted = !self.quoted,
                _ if self.quoted => {}
                b',' | b']' if self.depth == 0 => return Some(index),
                b'[' | b'{' => self.depth += 1,
                b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                _ => {}
            }
        }
        self.scanned = self.rest.len();
        None
    }

    fn no_array(&self, expected: &'static str) -> Broken {
        Broken::NoArray { at: self.at, expected }
    }

    fn take(&mut self, len: usize) -> Record {
        Record { at: self.at, text: self.skip(len) }
    }

    fn skip_space(&mut self) {
        let space = self.rest.len() - self.rest.trim_ascii_start().len();
        self.skip(space);
    }

    fn skip(&mut self, len: usize) -> Bytes {
        let text = self.rest.split_to(len).freeze();
        self.scanned = self.scanned.saturating_sub(len);
        match text.iter().rposition(|byte| *byte == b'\n') {
            Some(last) => {
                self.at.line += text.iter().filter(|byte| **byte == b'\n').count();
                self.at.column = text.len() - last;
            }
            None => self.at.column += text.len(),
        }
        text
    }
}
