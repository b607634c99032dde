use std::{borrow::Cow, fmt, mem};

use bytes::{Buf, Bytes, BytesMut};

use crate::inline;

/// The longest line: an inline command, or the length of an array or a bulk string.
const MAX_LINE: usize = 64 * 1024;

/// The most words of a command, as in Redis before 7.0, where the limit grew beyond use.
const MAX_WORDS: usize = 1024 * 1024;

/// Cuts what a client sends into commands. It does no I/O, takes from the front of its input what it has understood,
/// and goes on from there, so that a command that arrives in many pieces costs no more than one that arrives whole.
///
/// ```
/// # fn main() -> Result<(), broker::ProtocolError> {
/// let mut parser = broker::Parser::new(1024);
/// let mut input = bytes::BytesMut::from("*1\r\n$4\r\nPING\r\nECHO 'a b'\r\nQU");
/// assert_eq!(parser.parse(&mut input)?.unwrap(), ["PING"]);
/// assert_eq!(parser.parse(&mut input)?.unwrap(), ["ECHO", "a b"]);
/// assert_eq!(parser.parse(&mut input)?, None); // more has to arrive
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Parser {
    max_request: usize,
    /// How many words of the command are still to come.
    missing: usize,
    /// How many bytes they may have.
    room: usize,
    /// The length of the next word, once it is known.
    length: Option<usize>,
    words: Vec<Bytes>,
    /// How much of a line was searched for its end, in vain.
    searched: usize,
}

impl Parser {
    /// A parser for one connection, for commands of at most that many bytes.
    pub fn new(max_request: usize) -> Self {
        Self { max_request, missing: 0, room: 0, length: None, words: Vec::new(), searched: 0 }
    }

    /// The next command, which has at least one word; `None` if more has to arrive first.
    ///
    /// # Errors
    /// If this is not RESP, or too much of it. What follows cannot be understood either.
    pub fn parse(&mut self, input: &mut BytesMut) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        loop {
            if self.missing > 0 {
                return self.array(input);
            }
            match input.first() {
                None => return Ok(None),
                Some(b'*') => {
                    let Some(line) = self.take_line(input, LONG_ARRAY_LENGTH)? else {
                        return Ok(None);
                    };
                    let length = integer(&line[1..]).ok_or_else(|| error(ARRAY_LENGTH))?;
                    // Redis passes over empty and negative arrays without a word.
                    self.missing = usize::try_from(length).unwrap_or(0);
                    if self.missing > MAX_WORDS {
                        return Err(error(ARRAY_LENGTH));
                    }
                    self.room = self.max_request;
                }
                Some(_) => match self.inline(input)? {
                    Some(words) if words.is_empty() => {}
                    words => return Ok(words),
                },
            }
        }
    }

    fn array(&mut self, input: &mut BytesMut) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        while self.missing > 0 {
            let length = match self.length {
                Some(length) => length,
                None => {
                    let Some(line) = self.take_line(input, LONG_BULK_LENGTH)? else {
                        return Ok(None);
                    };
                    let Some(digits) = line.strip_prefix(b"$") else {
                        let first = line.first().map_or(' ', |&byte| char::from(byte));
                        return Err(ProtocolError(format!("expected '$', got '{first}'").into()));
                    };
                    let length = integer(digits).and_then(|length| usize::try_from(length).ok());
                    let length = length.filter(|&length| length <= self.room).ok_or_else(|| error(BULK_LENGTH))?;
                    self.room -= length;
                    *self.length.insert(length)
                }
            };
            // The two bytes after it are its line's end; Redis does not look at them.
            if input.len() < length + 2 {
                return Ok(None);
            }
            self.words.push(input.split_to(length).freeze());
            input.advance(2);
            self.length = None;
            self.missing -= 1;
        }
        Ok(Some(mem::take(&mut self.words)))
    }

    fn inline(&mut self, input: &mut BytesMut) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        let Some(end) = self.line_end(input, b'\n', LONG_INLINE)? else {
            return Ok(None);
        };
        let line = input.split_to(end + 1);
        let words = inline::words(&line[..end]).ok_or_else(|| error(QUOTES))?;
        Ok(Some(words))
    }

    /// A line without its end, which is a carriage return and, as in Redis, any byte.
    fn take_line(&mut self, input: &mut BytesMut, too_long: &'static str) -> Result<Option<BytesMut>, ProtocolError> {
        match self.line_end(input, b'\r', too_long)? {
            Some(end) if end + 1 < input.len() => {
                let line = input.split_to(end);
                input.advance(2);
                Ok(Some(line))
            }
            Some(end) => {
                self.searched = end;
                Ok(None)
            }
            None => Ok(None),
        }
    }

    /// Where the line ends. Redis takes a longer one if all of it arrived at once; here it is too long in any case.
    fn line_end(&mut self, input: &[u8], end: u8, too_long: &'static str) -> Result<Option<usize>, ProtocolError> {
        let searched = mem::take(&mut self.searched);
        match input.iter().take(MAX_LINE + 1).skip(searched).position(|&byte| byte == end) {
            Some(end) => Ok(Some(searched + end)),
            None if input.len() > MAX_LINE => Err(error(too_long)),
            None => {
                self.searched = input.len();
                Ok(None)
            }
        }
    }
}

/// Why a client's bytes are no command, in Redis' words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolError(Cow<'static, str>);

const ARRAY_LENGTH: &str = "invalid multibulk length";
const BULK_LENGTH: &str = "invalid bulk length";
const LONG_ARRAY_LENGTH: &str = "too big mbulk count string";
const LONG_BULK_LENGTH: &str = "too big bulk count string";
const LONG_INLINE: &str = "too big inline request";
const QUOTES: &str = "unbalanced quotes in request";

impl fmt::Display for ProtocolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Protocol error: {}", self.0)
    }
}

impl std::error::Error for ProtocolError {}

fn error(reason: &'static str) -> ProtocolError {
    ProtocolError(Cow::Borrowed(reason))
}

/// An integer, spelled the one way that Redis takes.
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    match text {
        [b'0'] => Some(0),
        [b'1'..=b'9', ..] | [b'-', b'1'..=b'9', ..] => str::from_utf8(text).ok()?.parse().ok(),
        _ => None,
    }
}
