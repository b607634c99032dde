//! The classic adapter: our bytes are the official emitter's, on every message captured from it.

use serde::Deserialize;
use serde_json::value::RawValue;
use socketio_emitter::{Adapter, Args, Classic, Message};

use crate::capture::{ESCAPES, Overheard, read_back, typed};

#[derive(Deserialize)]
struct Captures<T> {
    captured: Vec<T>,
}

#[derive(Deserialize)]
struct Capture<'a> {
    name: String,
    prefix: String,
    #[serde(borrow)]
    message: &'a RawValue,
    channel: String,
    hex: Option<String>,
    text: Option<String>,
}

fn check(capture: &Capture<'_>, message: &Message) {
    let adapter = Adapter::Classic(Classic::default().prefix(&capture.prefix));
    let command = adapter.encode(message).unwrap();
    assert_eq!((command.name(), command.channel()), ("PUBLISH", capture.channel.as_str()), "{}", capture.name);
    match (&capture.hex, &capture.text) {
        (Some(hex), _) => {
            let ours: String = command.payload().iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(&ours, hex, "{}", capture.name);
        }
        (_, Some(text)) => assert_eq!(str::from_utf8(command.payload()).unwrap(), text, "{}", capture.name),
        _ => panic!("{} has no payload", capture.name),
    }
}

#[test]
fn every_captured_message_is_encoded_to_the_same_bytes() {
    let captures: Captures<Capture<'_>> = serde_json::from_str(include_str!("classic.json")).unwrap();
    assert_eq!(captures.captured.len(), 33);
    let mut from_json = 0;
    for capture in &captures.captured {
        check(capture, &typed(capture.message));
        if !ESCAPES.iter().any(|escape| capture.message.get().contains(escape)) {
            check(capture, &Message::from_json(capture.message.get().as_bytes()).unwrap());
            from_json += 1;
        }
    }
    assert!(from_json > 20, "{from_json}");
}

#[test]
fn what_servers_and_other_emitters_publish_is_read() {
    let captures: Captures<Overheard<'_>> = serde_json::from_str(include_str!("heard.json")).unwrap();
    assert_eq!(captures.captured.len(), 26);
    for capture in &captures.captured {
        capture.hear(&Adapter::Classic(Classic::default().prefix(&capture.prefix)));
    }
}

#[test]
fn what_we_publish_is_read_back() {
    let captures: Captures<Capture<'_>> = serde_json::from_str(include_str!("classic.json")).unwrap();
    for capture in &captures.captured {
        let adapter = Adapter::Classic(Classic::default().prefix(&capture.prefix));
        read_back(&capture.name, &adapter, &typed(capture.message));
    }
}

#[test]
fn what_no_server_could_read_is_malformed_and_never_a_panic() {
    let adapter = Adapter::Classic(Classic::default());
    let good = adapter.encode(&Message::emit("e", Args::new(&("x", [1, 2])).unwrap())).unwrap();
    let good = good.payload();
    let mut bad: Vec<Vec<u8>> = (0..good.len()).map(|cut| good[..cut].to_vec()).collect();
    bad.push([good, b"x"].concat());
    bad.extend([&b"\xc1"[..], b"{}", b"\x80", b"{\"type\":99}", b"\x93\xc0\xc0\xc0"].map(<[u8]>::to_vec));
    bad.push([&b"\x93\xa1x\x82\xa4type\x02\xa4data\x92\xa1e"[..], &[0x91; 3000], b"\xc0\x80"].concat());
    for (at, payload) in bad.iter().enumerate() {
        let broadcast = adapter.decode(&("socket.io#/#", payload).into());
        assert_eq!(broadcast.unwrap_err().code(), "malformed", "{at}");
        assert!(adapter.decode(&("socket.io-request#/#", payload).into()).is_err(), "{at}");
    }
    for channel in ["", "socket.io", "socket.io-request#/", "other#/#", "socket.io-xyz#/#"] {
        assert_eq!(adapter.decode(&(channel, good).into()).unwrap_err().code(), "malformed", "{channel}");
    }
}
