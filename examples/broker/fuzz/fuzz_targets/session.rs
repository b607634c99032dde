//! Whatever a client sends, all that comes back is RESP, and the broker is there for the next one.

#![no_main]

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::LazyLock,
};

use broker::{Broker, Options};
use libfuzzer_sys::fuzz_target;

static BROKER: LazyLock<Broker> = LazyLock::new(|| Options::new().max_request(4096).spawn().expect("a broker"));

fuzz_target!(|input: &[u8]| {
    let mut socket = TcpStream::connect(BROKER.address()).expect("the broker accepts");
    // It may have hung up by now, which is an answer as well.
    let _ = socket.write_all(input);
    let _ = socket.shutdown(Shutdown::Write);
    let mut answers = Vec::new();
    let _ = socket.read_to_end(&mut answers);

    let (mut parser, mut rest) = (redis::Parser::new(), &answers[..]);
    let end = loop {
        if let Err(end) = parser.parse_value(&mut rest) {
            break end;
        }
    };
    assert!(end.is_io_error(), "{end}: {}", answers.escape_ascii());
});
