use proptest::prelude::*;
use serde_json::{Value, json};
use socketio_emitter::{
    Adapter, Args, Binary, Message,
    adapter::{DecodedMessage, Operation, Presence, SocketIoxide},
    message::Action,
};

use crate::{
    arbitrary::any_message,
    capture::{CaptureFile, SOCKETIOXIDE_IDS_LEN, message_of, truncations},
};

const SID: &str = "G_c7IstL0vAz1hQc";

fn adapter() -> Adapter {
    Adapter::SocketIoxide(SocketIoxide::default())
}

#[test]
fn captured_messages_are_encoded_to_the_same_bytes_except_ids() {
    let captures = CaptureFile::load("socketioxide.json").captured;
    assert_eq!(captures.len(), 6);
    for capture in &captures {
        let name = &capture.name;
        let command = capture.adapter().encode(&capture.message()).unwrap();
        assert_eq!((command.name(), command.channel()), ("PUBLISH", capture.channel()), "{name}");
        let mut expected = capture.payload.clone().unwrap();
        if name == "binary" {
            // The official emitter writes packet type 2, and clients disconnect. Servers write 5.
            let packet_type = SOCKETIOXIDE_IDS_LEN + b"\x00\x95\xa1/".len();
            assert_eq!(std::mem::replace(&mut expected[packet_type], 5), 2);
        }
        assert_eq!(command.payload()[SOCKETIOXIDE_IDS_LEN..], expected[SOCKETIOXIDE_IDS_LEN..], "{name}");
    }
}

#[test]
fn messages_of_the_official_emitter_and_of_servers_are_decoded() {
    let CaptureFile { captured, servers } = CaptureFile::load("socketioxide.json");
    for capture in &captured {
        match capture.check_decoded() {
            DecodedMessage::Message { request: None, .. } => {}
            other => panic!("{}: {other:?}", capture.name),
        }
    }
    assert_eq!(servers.len(), 18);
    for capture in &servers {
        capture.check_decoded();
    }
}

#[test]
fn room_with_the_format_of_a_socket_id_selects_the_socket() {
    let check_selection = |form: Value, selection: &[u8]| {
        let command = adapter().encode(&message_of(&form)).unwrap();
        assert!(command.payload().ends_with(selection), "{form}");
    };
    let sid = [b"\xb0", SID.as_bytes()].concat();
    let with_socket = |start: &[u8]| [start, &sid, b"\xc0"].concat();
    check_selection(json!({"event": "e", "rooms": [SID]}), &with_socket(b"\x95\x00\x90\x90"));
    check_selection(
        json!({"event": "e", "rooms": [SID], "flags": {"volatile": true}}),
        &with_socket(b"\x95\x04\x90\x90"),
    );
    check_selection(json!({"do": "leave", "leave": ["r"], "rooms": [SID]}), &with_socket(b"\x95\x00\x90\x90"));
    check_selection(json!({"event": "e", "except": [SID]}), &with_socket(&[b"\x95\x02\x90\x91", &sid[..]].concat()));
    check_selection(
        json!({"event": "e", "rooms": ["r"], "except": [SID]}),
        &with_socket(&[b"\x95\x02\x91\xa1r\x91", &sid[..]].concat()),
    );
    check_selection(
        json!({"event": "e", "rooms": ["r"], "flags": {"volatile": true}}),
        b"\x95\x06\x91\xa1r\x90\xc0\xc0",
    );
    check_selection(
        json!({"event": "e", "rooms": [&SID[1..]]}),
        &[b"\x95\x02\x91\xaf", &SID.as_bytes()[1..], b"\x90\xc0\xc0"].concat(),
    );

    for unsupported in [
        json!({"event": "e", "rooms": [SID, "r"]}),
        json!({"event": "e", "rooms": [SID], "except": ["r"]}),
        json!({"event": "e", "except": [SID, "0123456789abcdef"]}),
        json!({"do": "join", "join": ["r"], "rooms": [SID]}),
        json!({"do": "disconnect", "rooms": ["r"], "close": true}),
    ] {
        let error = adapter().encode(&message_of(&unsupported)).unwrap_err();
        assert_eq!(error.code(), "unsupported", "{unsupported}: {error}");
    }

    // The option only-rooms treats every name as a room.
    let only_rooms: Adapter = "socketioxide,only-rooms".parse().unwrap();
    assert_eq!(only_rooms.to_string(), "socketioxide,only-rooms");
    let command = only_rooms.encode(&message_of(&json!({"event": "e", "rooms": [SID, "r"]}))).unwrap();
    assert!(command.payload().ends_with(&[b"\x95\x02\x92", &sid[..], b"\xa1r\x90\xc0\xc0"].concat()));
}

#[test]
fn unsupported_messages_are_refused() {
    let refusal = |form: Value| adapter().encode(&message_of(&form)).unwrap_err().code();
    assert_eq!(refusal(json!({"event": "e", "flags": {"compress": false}})), "unsupported");
    assert_eq!(refusal(json!({"do": "server-emit", "event": "e"})), "unsupported");
    assert_eq!(refusal(json!({"event": "e", "namespace": "/a#b"})), "unreachable-name");
    let infinite = Message::emit("e", Args::new(&f64::INFINITY).unwrap());
    assert_eq!(adapter().encode(&infinite).unwrap_err().code(), "not-finite");
    let unsupported = Operation::ALL.into_iter().filter(|operation| adapter().unsupported_reason(*operation).is_some());
    assert_eq!(unsupported.collect::<Vec<_>>(), [Operation::Compress, Operation::ServerEmit, Operation::ServerAcks]);
}

#[test]
fn sharded_option_publishes_with_spublish() {
    let sharded: Adapter = "socketioxide,sharded".parse().unwrap();
    let command = sharded.encode(&Message::emit("e", Args::default())).unwrap();
    assert_eq!((command.name(), command.channel()), ("SPUBLISH", "socket.io-request#/#"));
}

#[test]
fn invalid_payloads_and_channels_are_malformed() {
    let adapter = adapter();
    let message = Message::emit("e", Args::new(&("x", Binary([1]))).unwrap());
    let valid = adapter.encode(&message).unwrap().payload().to_vec();
    let mut invalid: Vec<Vec<u8>> = truncations(&valid).collect();
    invalid.push([&valid[..], b"x"].concat());
    invalid
        .extend([&b"\xc1"[..], b"{}", b"\x96", b"\xdd\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff"].map(<[u8]>::to_vec));
    invalid.push([0x91; 5000].to_vec());
    for payload in &invalid {
        for channel in ["socket.io-request#/#", "socket.io-request#/#G_c7IstL0vAz1hQc#", "socket.io-response#/#x#"] {
            let error = adapter.decode(&(channel, payload).into()).unwrap_err();
            assert_eq!(error.code(), "malformed", "{payload:x?}");
        }
    }
    for channel in ["", "socket.io", "socket.io#/#", "socket.io-request#/", "other-request#/#"] {
        assert_eq!(adapter.decode(&(channel, &valid).into()).unwrap_err().code(), "malformed", "{channel}");
    }
}

#[test]
fn two_placeholders_for_one_attachment_are_malformed() {
    let json = br#"["e",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]"#;
    let ids = b"\x96\xb0socketio-emitter\xb00000000000000000\x00\x95\xa1/\x05\x93\x00\xc4";
    let rest = b"\x91\xc4\x01x\xc0\xc0\xc0\x95\x02\x90\x90\xc0\xc0";
    let payload = [&ids[..], &[json.len() as u8], json, rest].concat();
    let error = adapter().decode(&("socket.io-request#/#", &payload).into()).unwrap_err();
    assert_eq!(error.code(), "malformed");
    assert!(error.to_string().contains("placeholder"), "{error}");
}

#[test]
fn heartbeats_are_decoded() {
    for (kind, expected) in [(20, Presence::Heartbeat), (21, Presence::InitialHeartbeat)] {
        let payload = [&b"\x96\xb0socketio-emitter\xb00000000000000000"[..], &[kind], b"\xc0\xc0\xc0"].concat();
        match adapter().decode(&("socket.io-request#/a#", &payload).into()).unwrap() {
            DecodedMessage::Presence { presence: about, namespace, sender, .. } => {
                assert_eq!((about, namespace.as_str(), sender.as_deref()), (expected, "/a", Some("socketio-emitter")));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn selection_of_no_socket_is_decoded_as_an_empty_room_list() {
    let ids = b"\x96\xb0socketio-emitter\xb00000000000000000\x02\xc0\xc0";
    let no_socket = [&ids[..], b"\x95\x00\x90\x90\xc0\xc0"].concat();
    match adapter().decode(&("socket.io-request#/#", &no_socket).into()).unwrap() {
        DecodedMessage::Message { message: Message { target, action: Action::Disconnect { .. }, .. }, .. } => {
            assert_eq!((target.rooms, target.all), (Some(Vec::new()), false));
        }
        other => panic!("{other:?}"),
    }
}

/// Names of rooms. Some have the format of a socket id.
fn any_room() -> impl Strategy<Value = String> + Clone {
    prop_oneof![4 => "[a-zé:# ]{1,20}".boxed(), 1 => "[A-Za-z0-9_-]{16}".boxed()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn encoded_messages_are_decoded_to_the_same_message(message in any_message(any_room())) {
        // Names each room once, as encoding does.
        let message = message.check().unwrap().into_message();
        let adapter = adapter();
        let command = adapter.encode(&message);
        prop_assume!(command.is_ok());
        let command = command.unwrap();
        match adapter.decode(&command.frame()) {
            Ok(DecodedMessage::Message { message: decoded, .. }) => prop_assert_eq!(decoded, message),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn messages_without_socket_ids_are_supported(message in any_message("[a-z]{1,15}")) {
        prop_assert!(adapter().encode(&message).is_ok());
    }

    #[test]
    fn decoding_changed_bytes_does_not_panic(
        message in any_message("[a-z]{1,15}"),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        answer in any::<prop::sample::Index>(),
    ) {
        let adapter = adapter();
        let request = adapter.encode(&message).unwrap().payload().to_vec();
        let servers = CaptureFile::load("socketioxide.json").servers;
        let answers: Vec<_> = servers.iter().filter(|capture| capture.channel().contains("-response#")).collect();
        let answer = answer.get(&answers).payload.clone().unwrap();
        for (channel, mut payload) in [("socket.io-request#/#", request), ("socket.io-response#/#x#", answer)] {
            for (at, byte) in &changes {
                let at = at.index(payload.len());
                payload[at] = *byte;
            }
            let _ = adapter.decode(&(channel, &payload).into());
        }
    }
}
