//! Arbitrary input gives commands or an error, in bounded memory, independent of the pieces in which it arrives.

#![no_main]

use broker::{RespParser, ProtocolError};
use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;

const MAX_REQUEST: usize = 4096;

/// Bytes of the longest line. The parser consumes everything else as it arrives.
const MAX_WAITING: usize = 64 * 1024 + 1;

fuzz_target!(|input: (Vec<u8>, &[u8])| {
    let (lengths, bytes) = input;
    let whole = parse([bytes]);
    let (commands, _) = &whole;
    assert!(commands.iter().all(|words| !words.is_empty()));
    assert!(commands.iter().flatten().map(Bytes::len).sum::<usize>() <= bytes.len());
    if !lengths.is_empty() {
        assert_eq!(parse(split(bytes, &lengths)), whole);
    }
});

/// The commands in these pieces, and the error that ended parsing.
fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Vec<Bytes>>, Result<(), ProtocolError>) {
    let mut parser = RespParser::new(MAX_REQUEST);
    let mut input = BytesMut::new();
    let mut commands = Vec::new();
    for piece in pieces {
        input.extend_from_slice(piece);
        loop {
            match parser.parse(&mut input) {
                Ok(Some(words)) => commands.push(words),
                Ok(None) => break,
                Err(error) => return (commands, Err(error)),
            }
        }
        assert!(input.len() <= MAX_WAITING, "{} bytes are not consumed", input.len());
    }
    (commands, Ok(()))
}

/// Pieces of these lengths, which repeat; 0 stands for 256.
fn split<'a>(mut bytes: &'a [u8], lengths: &[u8]) -> impl Iterator<Item = &'a [u8]> {
    lengths.iter().cycle().map_while(move |&length| {
        let length = usize::from(length.wrapping_sub(1)) + 1;
        let (piece, rest) = bytes.split_at(length.min(bytes.len()));
        bytes = rest;
        (!piece.is_empty()).then_some(piece)
    })
}
