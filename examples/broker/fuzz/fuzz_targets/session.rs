//! A client sends arbitrary input. The broker replies with valid RESP only, and accepts the next client.

#![no_main]

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::LazyLock,
};

use broker::{Broker, BrokerOptions};
use libfuzzer_sys::fuzz_target;

static BROKER: LazyLock<Broker> = LazyLock::new(|| BrokerOptions::new().max_request(4096).spawn().expect("a broker"));

fuzz_target!(|input: &[u8]| {
    let mut socket = TcpStream::connect(BROKER.address()).expect("the broker accepts");
    // Fails if the broker has closed the connection already.
    let _ = socket.write_all(input);
    let _ = socket.shutdown(Shutdown::Write);
    let mut replies = Vec::new();
    let _ = socket.read_to_end(&mut replies);

    let (mut parser, mut rest) = (redis::Parser::new(), &replies[..]);
    let end = loop {
        if let Err(end) = parser.parse_value(&mut rest) {
            break end;
        }
    };
    assert!(end.is_io_error(), "{end}: {}", replies.escape_ascii());
});
