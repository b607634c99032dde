use std::{borrow::Cow, fmt, mem};

use bytes::{Buf, Bytes, BytesMut};

use crate::inline_command;

/// Longest line in bytes: an inline command, or the header of an array or bulk string.
const MAX_LINE: usize = 64 * 1024;

/// Most arguments of a command, its name included: the limit of Redis before 7.0. Later versions permit about 2 billion.
const MAX_ARGS: usize = 1024 * 1024;

/// Parses a client's commands. Does no I/O. Removes parsed bytes from the front of its input and keeps its state between
/// calls, so that a command that arrives in many pieces costs no more than one that arrives whole.
///
/// ```
/// # fn main() -> Result<(), broker::ProtocolError> {
/// let mut parser = broker::RespParser::new(1024);
/// let mut input = bytes::BytesMut::from("*1\r\n$4\r\nPING\r\nECHO 'a b'\r\nQU");
/// assert_eq!(parser.parse(&mut input)?.unwrap(), ["PING"]);
/// assert_eq!(parser.parse(&mut input)?.unwrap(), ["ECHO", "a b"]);
/// assert_eq!(parser.parse(&mut input)?, None); // incomplete
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct RespParser {
    max_request: usize,
    /// The number of arguments of the current command that are missing.
    missing: usize,
    /// How many bytes they can have in total.
    remaining: usize,
    /// The length of the next argument, if its header is parsed.
    length: Option<usize>,
    args: Vec<Bytes>,
    /// How many bytes of the current line have been searched for its end.
    searched: usize,
}

impl RespParser {
    /// Creates a parser for one connection. `max_request` limits the total length of a command's arguments, in bytes.
    pub fn new(max_request: usize) -> Self {
        Self { max_request, missing: 0, remaining: 0, length: None, args: Vec::new(), searched: 0 }
    }

    /// The next command: its name and arguments. `None` if the input contains no complete command.
    ///
    /// # Errors
    /// If the input is malformed or exceeds a limit. The parser cannot continue after an error.
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
                    // Redis ignores empty and negative arrays.
                    self.missing = usize::try_from(length).unwrap_or(0);
                    if self.missing > MAX_ARGS {
                        return Err(error(ARRAY_LENGTH));
                    }
                    self.remaining = self.max_request;
                }
                Some(_) => match self.inline(input)? {
                    Some(args) if args.is_empty() => {}
                    args => return Ok(args),
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
                    let length = length.filter(|&length| length <= self.remaining).ok_or_else(|| error(BULK_LENGTH))?;
                    self.remaining -= length;
                    *self.length.insert(length)
                }
            };
            // Two bytes of line end follow, which Redis does not check.
            if input.len() < length + 2 {
                return Ok(None);
            }
            self.args.push(input.split_to(length).freeze());
            input.advance(2);
            self.length = None;
            self.missing -= 1;
        }
        Ok(Some(mem::take(&mut self.args)))
    }

    fn inline(&mut self, input: &mut BytesMut) -> Result<Option<Vec<Bytes>>, ProtocolError> {
        let Some(end) = self.line_end(input, b'\n', LONG_INLINE)? else {
            return Ok(None);
        };
        let line = input.split_to(end + 1);
        let args = inline_command::parse_words(&line[..end]).ok_or_else(|| error(QUOTES))?;
        Ok(Some(args))
    }

    /// A line without its end. As in Redis, the end is a carriage return and any byte.
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

    /// The position of the line's end. Unlike Redis, refuses a line that is too long even if it arrived in one piece.
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

/// Why the input is malformed, with Redis' error text.
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

/// An integer in the only form that Redis accepts: without plus sign and leading zeros.
pub(crate) fn integer(text: &[u8]) -> Option<i64> {
    match text {
        [b'0'] => Some(0),
        [b'1'..=b'9', ..] | [b'-', b'1'..=b'9', ..] => str::from_utf8(text).ok()?.parse().ok(),
        _ => None,
    }
}
