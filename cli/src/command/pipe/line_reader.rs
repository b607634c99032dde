//! Splits bytes into lines, in bounded memory.

use std::io::{self, ErrorKind, Read};

/// The number of bytes per read: the capacity of a pipe on Linux.
const READ_BYTES: usize = 64 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Reads lines, numbered from 1.
pub(super) struct LineReader<R> {
    source: R,
    buffer: Vec<u8>,
    /// The part of the buffer that was read but not returned yet.
    start: usize,
    end: usize,
    /// The length of its beginning that contains no line break.
    searched: usize,
    number: u64,
    max_bytes: usize,
    /// The current line is too long; the rest of it is discarded.
    discarding: bool,
    ended: bool,
}

/// A line without its line break.
#[derive(Debug, PartialEq)]
pub(super) enum RawLine<'b> {
    Text(&'b [u8]),
    TooLong,
}

impl<R: Read> LineReader<R> {
    /// Reports lines of more than `max_bytes` as too long.
    pub(super) fn new(source: R, max_bytes: usize) -> Self {
        let buffer = vec![0; READ_BYTES];
        Self { source, buffer, start: 0, end: 0, searched: 0, number: 0, max_bytes, discarding: false, ended: false }
    }

    /// Returns the next line and its number, if it is in the buffer.
    pub(super) fn next(&mut self) -> Option<(u64, RawLine<'_>)> {
        let rest = &self.buffer[self.start..self.end];
        let (len, with_break) = match memchr::memchr(b'\n', &rest[self.searched..]) {
            Some(at) => (self.searched + at, self.searched + at + 1),
            None if self.ended && (!rest.is_empty() || self.discarding) => (rest.len(), rest.len()),
            None => {
                self.searched = rest.len();
                return None;
            }
        };
        let mut text = &rest[..len];
        self.start += with_break;
        self.searched = 0;
        self.number += 1;
        if self.number == 1 {
            text = text.strip_prefix(BYTE_ORDER_MARK).unwrap_or(text);
        }
        let too_long = std::mem::take(&mut self.discarding) || text.len() > self.max_bytes;
        Some((self.number, if too_long { RawLine::TooLong } else { RawLine::Text(text) }))
    }

    /// Reads more bytes into the buffer. Call it after [`next`](Self::next) returned `None`. Returns the number of bytes
    /// read; 0 at the end, after which `next` returns the rest as the last line.
    pub(super) fn fill(&mut self) -> io::Result<usize> {
        if self.discarding || self.end - self.start > self.max_bytes + BYTE_ORDER_MARK.len() {
            self.discarding = true;
            (self.start, self.end, self.searched) = (0, 0, 0);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.end == self.buffer.len() {
            self.buffer.resize(self.end * 2, 0);
        }
        let space = self.buffer.len().min(self.end + READ_BYTES);
        let read = loop {
            match self.source.read(&mut self.buffer[self.end..space]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.end += read;
        self.ended = read == 0;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the text in pieces of this number of bytes.
    struct ChunkedReader<'a>(&'a [u8], usize);

    impl Read for ChunkedReader<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let len = self.1.min(self.0.len()).min(buffer.len());
            let (piece, rest) = self.0.split_at(len);
            buffer[..len].copy_from_slice(piece);
            self.0 = rest;
            Ok(len)
        }
    }

    fn read_all(text: &[u8], piece: usize, max_bytes: usize) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = LineReader::new(ChunkedReader(text, piece), max_bytes);
        let mut all = Vec::new();
        loop {
            let ended = lines.fill().unwrap() == 0;
            while let Some((number, line)) = lines.next() {
                let text = match line {
                    RawLine::Text(text) => Some(text.to_vec()),
                    RawLine::TooLong => None,
                };
                all.push((number, text));
            }
            if ended {
                return all;
            }
        }
    }

    #[test]
    fn lines_do_not_depend_on_how_the_input_is_split() {
        let line = |text: &str| Some(text.as_bytes().to_vec());
        for (text, expected) in [
            ("", vec![]),
            ("\n", vec![line("")]),
            ("a", vec![line("a")]),
            ("a\n", vec![line("a")]),
            ("a\n\nb", vec![line("a"), line(""), line("b")]),
            ("a\r\nb\r\n", vec![line("a\r"), line("b\r")]),
            ("\u{feff}a\n\u{feff}b", vec![line("a"), line("\u{feff}b")]),
            ("123456789\n12345678\n1234567\n", vec![None, line("12345678"), line("1234567")]),
            ("1\n123456789012345678901234567890\n2\n", vec![line("1"), None, line("2")]),
            ("1\n123456789012345678901234567890", vec![line("1"), None]),
            ("\u{feff}12345678\n", vec![line("12345678")]),
        ] {
            let expected: Vec<_> = (1..).zip(expected).collect();
            for piece in [1, 2, 3, 7, 1000] {
                assert_eq!(read_all(text.as_bytes(), piece, 8), expected, "{text:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn too_long_line_uses_bounded_memory() {
        let text = [vec![b'x'; 10_000_000], b"\nshort".to_vec()].concat();
        let mut lines = LineReader::new(text.as_slice(), 100_000);
        let mut seen = Vec::new();
        while lines.fill().unwrap() > 0 {
            while let Some((number, line)) = lines.next() {
                seen.push((number, line == RawLine::TooLong));
            }
        }
        assert_eq!(lines.next(), Some((2, RawLine::Text(b"short"))));
        assert_eq!(seen, [(1, true)]);
        assert!(lines.buffer.len() <= 4 * READ_BYTES);
    }
}
