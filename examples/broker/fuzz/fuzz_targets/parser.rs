//! Whatever arrives is commands or an error, in bounded memory, however it is cut.

#![no_main]

use broker::{Parser, ProtocolError};
use bytes::{Bytes, BytesMut};
use libfuzzer_sys::fuzz_target;

const MAX_REQUEST: usize = 4096;

/// A line, the longest thing that has to arrive whole.
const MAX_WAITING: usize = 64 * 1024 + 1;

fuzz_target!(|input: (Vec<u8>, &[u8])| {
    let (lengths, bytes) = input;
    let whole = parse([bytes]);
    let (commands, _) = &whole;
    assert!(commands.iter().all(|words| !words.is_empty()));
    assert!(commands.iter().flatten().map(Bytes::len).sum::<usize>() <= bytes.len());
    if !lengths.is_empty() {
        assert_eq!(parse(cut(bytes, &lengths)), whole);
    }
});

/// What comes of pieces that arrive one after the other.
fn parse<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> (Vec<Vec<Bytes>>, Result<(), ProtocolError>) {
    let mut parser = Parser::new(MAX_REQUEST);
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
        assert!(input.len() <= MAX_WAITING, "{} bytes wait for more", input.len());
    }
    (commands, Ok(()))
}

/// Pieces of these lengths, over and over; 0 stands for 256.
fn cut<'a>(mut bytes: &'a [u8], lengths: &[u8]) -> impl Iterator<Item = &'a [u8]> {
    lengths.iter().cycle().map_while(move |&length| {
        let length = usize::from(length.wrapping_sub(1)) + 1;
        let (piece, rest) = bytes.split_at(length.min(bytes.len()));
        bytes = rest;
        (!piece.is_empty()).then_some(piece)
    })
}
