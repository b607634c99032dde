//! Lines out of bytes, in bounded memory.

use std::io::{self, ErrorKind, Read};

/// How much is read at once: what a pipe holds on Linux.
const CHUNK: usize = 64 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The lines of a source, numbered from 1.
pub(super) struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    /// What of the buffer was read and not yet given out.
    start: usize,
    end: usize,
    /// How much of that is known to hold no line break.
    searched: usize,
    number: u64,
    longest: usize,
    /// The line is too long; the rest of it is dropped.
    dropping: bool,
    over: bool,
}

/// A line without its line break.
#[derive(Debug, PartialEq)]
pub(super) enum Line<'b> {
    Text(&'b [u8]),
    TooLong,
}

impl<R: Read> Lines<R> {
    /// Lines of at most so many bytes.
    pub(super) fn new(source: R, longest: usize) -> Self {
        let buffer = vec![0; CHUNK];
        Self { source, buffer, start: 0, end: 0, searched: 0, number: 0, longest, dropping: false, over: false }
    }

    /// The next line and its number, if it can be had without waiting.
    pub(super) fn next(&mut self) -> Option<(u64, Line<'_>)> {
        let rest = &self.buffer[self.start..self.end];
        let (len, with_break) = match memchr::memchr(b'\n', &rest[self.searched..]) {
            Some(at) => (self.searched + at, self.searched + at + 1),
            None if self.over && (!rest.is_empty() || self.dropping) => (rest.len(), rest.len()),
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
        let too_long = std::mem::take(&mut self.dropping) || text.len() > self.longest;
        Some((self.number, if too_long { Line::TooLong } else { Line::Text(text) }))
    }

    /// Waits for more, once there is no next line without. Gives how many bytes came, 0 at the end; what is left then
    /// is the last line.
    pub(super) fn fill(&mut self) -> io::Result<usize> {
        if self.dropping || self.end - self.start > self.longest + BYTE_ORDER_MARK.len() {
            self.dropping = true;
            (self.start, self.end, self.searched) = (0, 0, 0);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        if self.end == self.buffer.len() {
            self.buffer.resize(self.end * 2, 0);
        }
        let space = self.buffer.len().min(self.end + CHUNK);
        let read = loop {
            match self.source.read(&mut self.buffer[self.end..space]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                read => break read?,
            }
        };
        self.end += read;
        self.over = read == 0;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives what it has in pieces of so many bytes.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let len = self.1.min(self.0.len()).min(buffer.len());
            let (piece, rest) = self.0.split_at(len);
            buffer[..len].copy_from_slice(piece);
            self.0 = rest;
            Ok(len)
        }
    }

    fn all(text: &[u8], piece: usize, longest: usize) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::new(Pieces(text, piece), longest);
        let mut all = Vec::new();
        loop {
            let over = lines.fill().unwrap() == 0;
            while let Some((number, line)) = lines.next() {
                let text = match line {
                    Line::Text(text) => Some(text.to_vec()),
                    Line::TooLong => None,
                };
                all.push((number, text));
            }
            if over {
                return all;
            }
        }
    }

    #[test]
    fn lines_are_the_same_in_whatever_pieces_they_come() {
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
                assert_eq!(all(text.as_bytes(), piece, 8), expected, "{text:?} in pieces of {piece}");
            }
        }
    }

    #[test]
    fn a_long_line_takes_no_more_memory_than_it_may() {
        let text = [vec![b'x'; 10_000_000], b"\nshort".to_vec()].concat();
        let mut lines = Lines::new(text.as_slice(), 100_000);
        let mut seen = Vec::new();
        while lines.fill().unwrap() > 0 {
            while let Some((number, line)) = lines.next() {
                seen.push((number, line == Line::TooLong));
            }
        }
        assert_eq!(lines.next(), Some((2, Line::Text(b"short"))));
        assert_eq!(seen, [(1, true)]);
        assert!(lines.buffer.len() <= 4 * CHUNK);
    }
}
