use socketio_emitter::{Adapter, Args, Message, adapter::Classic};

use crate::capture::{CaptureFile, check_round_trip, truncations};

#[test]
fn captured_messages_are_encoded_to_the_same_bytes() {
    let captures = CaptureFile::load("classic.json").captured;
    assert_eq!(captures.len(), 33);
    let mut encoded = 0;
    for capture in &captures {
        for message in [Some(capture.message()), capture.message_from_json()].into_iter().flatten() {
            let command = capture.adapter().encode(&message).unwrap();
            assert_eq!(command.name(), "PUBLISH", "{}", capture.name);
            assert_eq!(command.frame(), capture.frame(), "{}", capture.name);
            encoded += 1;
        }
    }
    assert_eq!(encoded, 59);
}

#[test]
fn messages_of_servers_and_of_the_socket_io_2_emitter_are_decoded() {
    let captures = CaptureFile::load("classic_servers.json").servers;
    assert_eq!(captures.len(), 26);
    for capture in &captures {
        capture.check_decoded();
    }
}

#[test]
fn encoded_messages_are_decoded_to_the_same_message() {
    for capture in CaptureFile::load("classic.json").captured {
        check_round_trip(&capture.name, &capture.adapter(), &capture.message());
    }
}

#[test]
fn invalid_payloads_and_channels_are_malformed() {
    let adapter = Adapter::Classic(Classic::default());
    let valid = adapter.encode(&Message::emit("e", Args::new(&("x", [1, 2])).unwrap())).unwrap();
    let valid = valid.payload();
    let mut invalid: Vec<Vec<u8>> = truncations(valid).collect();
    invalid.push([valid, b"x"].concat());
    invalid.extend([&b"\xc1"[..], b"{}", b"\x80", b"{\"type\":99}", b"\x93\xc0\xc0\xc0"].map(<[u8]>::to_vec));
    invalid.push([&b"\x93\xa1x\x82\xa4type\x02\xa4data\x92\xa1e"[..], &[0x91; 3000], b"\xc0\x80"].concat());
    for (at, payload) in invalid.iter().enumerate() {
        for channel in ["socket.io#/#", "socket.io-request#/#"] {
            let error = adapter.decode(&(channel, payload).into()).unwrap_err();
            assert_eq!(error.code(), "malformed", "{channel} {at}");
        }
    }
    for channel in ["", "socket.io", "socket.io-request#/", "other#/#", "socket.io-xyz#/#"] {
        assert_eq!(adapter.decode(&(channel, valid).into()).unwrap_err().code(), "malformed", "{channel}");
    }
}
