//! The parser with arbitrary input in arbitrary pieces.

use broker::{ProtocolError, RespParser};
use bytes::{Bytes, BytesMut};
use proptest::prelude::*;

const MAX_REQUEST: usize = 64;

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
    }
    (commands, Ok(()))
}

fn encode(commands: &[Vec<Vec<u8>>]) -> Vec<u8> {
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

/// Input that is valid RESP often enough to reach all states of the parser.
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
fn line_limit_is_independent_of_pieces() {
    const MAX_LINE: usize = 64 * 1024;
    for (start, end) in [("PING ", "\n"), ("*", "\r\n"), ("*1\r\n$", "\r\n")] {
        // The line begins after the last line end.
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
    fn result_is_independent_of_pieces(input in almost_resp(), cut in 1..9_usize) {
        let (commands, end) = parse([&input[..]]);
        prop_assert!(commands.iter().all(|words| !words.is_empty()));
        prop_assert!(commands.iter().flatten().map(Bytes::len).sum::<usize>() <= input.len());
        prop_assert_eq!(parse(input.chunks(cut)), (commands, end));
    }

    #[test]
    fn valid_commands_are_parsed_from_any_two_pieces(
        commands in prop::collection::vec(prop::collection::vec(prop::collection::vec(any::<u8>(), 0..16), 1..5), 0..4),
    ) {
        let bytes = encode(&commands);
        for cut in 0..=bytes.len() {
            let (start, rest) = bytes.split_at(cut);
            let (parsed, end) = parse([start, rest]);
            prop_assert!(end.is_ok());
            prop_assert_eq!(&parsed, &commands);
        }
    }
}
