//! The parser by itself: whatever arrives, and in whatever pieces.

use broker::{Parser, ProtocolError};
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

const MAX_REQUEST: usize = 64;

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
    }
    (commands, Ok(()))
}

fn encoded(commands: &[Vec<Vec<u8>>]) -> Vec<u8> {
    let mut out = Vec::new();
    for words in commands {
        out.extend(format!("*{}\r\n", words.len()).bytes());
        for word in words {
            out.extend(format!("${}\r\n", word.len()).bytes());
            out.extend(word);
            out.extend(b"\r\n");
        }
    }
    out
}

/// Pieces that go together often enough to get far.
fn almost_resp() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        any::<Vec<u8>>(),
        "[*$][-+0-9]{0,3}\r\n".prop_map(String::into_bytes),
        "[*$]?[ a-z\"'\\\\\r\n]{0,6}".prop_map(String::into_bytes),
        Just(b"*2\r\n$4\r\nECHO\r\n$1\r\na\r\n".to_vec()),
        Just(b"\r\n".to_vec()),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

#[test]
fn a_line_is_too_long_however_it_is_cut() {
    const MAX_LINE: usize = 64 * 1024;
    for (start, end) in [("PING ", "\n"), ("*", "\r\n"), ("*1\r\n$", "\r\n")] {
        // The line itself is what comes after the last line's end.
        let before = start.rfind('\n').map_or(0, |end| end + 1);
        for (length, too_long) in [(MAX_LINE, false), (MAX_LINE + 1, true)] {
            let digits = "1".repeat(length - (start.len() - before));
            let line = [start, &digits, end].concat().into_bytes();
            let whole = parse([&line[..]]);
            let refused = whole.1.as_ref().is_err_and(|error| error.to_string().contains("too big"));
            assert_eq!(refused, too_long, "{start:?}, {length} bytes: {:?}", whole.1);
            assert_eq!(parse(line.chunks(1000)), whole, "{start:?}, {length} bytes");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_commands_or_an_error_however_they_are_cut(input in almost_resp(), cut in 1..9_usize) {
        let (commands, end) = parse([&input[..]]);
        prop_assert!(commands.iter().all(|words| !words.is_empty()));
        prop_assert!(commands.iter().flatten().map(Bytes::len).sum::<usize>() <= input.len());
        prop_assert_eq!(parse(input.chunks(cut)), (commands, end));
    }

    #[test]
    fn commands_arrive_whole_wherever_they_are_cut(
        commands in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..16), 1..5), 0..4),
    ) {
        let bytes = encoded(&commands);
        for cut in 0..=bytes.len() {
            let (start, rest) = bytes.split_at(cut);
            let (parsed, end) = parse([start, rest]);
            prop_assert!(end.is_ok());
            prop_assert_eq!(&parsed, &commands);
        }
    }
}
