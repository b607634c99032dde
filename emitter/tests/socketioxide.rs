//! Our bytes are the official emitter's, where that one is right; what servers publish is read as what it is; and
//! what no server could read is refused.

#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use socketio_emitter::{Action, Adapter, Args, Binary, Heard, Message, Operation, Presence, SocketIoxide};

use self::support::{any_message, bytes};

const SID: &str = "G_c7IstL0vAz1hQc";

/// Where what the official emitter chooses at random ends: the ids of the sender and of the request.
const IDS: usize = 35;

#[derive(Deserialize)]
struct Captures<'a> {
    #[serde(borrow)]
    captured: Vec<Capture<'a>>,
    #[serde(borrow)]
    heard: Vec<Overheard<'a>>,
}

#[derive(Deserialize)]
struct Capture<'a> {
    name: String,
    prefix: String,
    #[serde(borrow)]
    message: &'a RawValue,
    sender: String,
    channel: String,
    hex: String,
}

#[derive(Deserialize)]
struct Overheard<'a> {
    name: String,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    question: Option<Value>,
    answer: Option<Value>,
    channel: String,
    hex: String,
}

fn captures() -> Captures<'static> {
    serde_json::from_str(include_str!("vectors/socketioxide.json")).unwrap()
}

fn adapter(prefix: &str) -> Adapter {
    Adapter::SocketIoxide(SocketIoxide::default().prefix(prefix))
}

fn message(form: &Value) -> Message {
    Message::from_json(form.to_string().as_bytes()).unwrap()
}

#[test]
fn every_captured_message_is_encoded_to_the_same_bytes() {
    let captures = captures().captured;
    assert_eq!(captures.len(), 6);
    for Capture { name, prefix, message, channel, hex, .. } in &captures {
        let message = Message::from_json(message.get().as_bytes()).unwrap();
        let command = adapter(prefix).encode(&message).unwrap();
        assert_eq!((command.name(), command.channel()), ("PUBLISH", channel.as_str()), "{name}");
        let mut expected = bytes(hex);
        if name == "binary" {
            // The official emitter calls it a plain event, and clients drop the connection. Servers write 5.
            let kind = IDS + b"\x00\x95\xa1/".len();
            assert_eq!(std::mem::replace(&mut expected[kind], 5), 2);
        }
        assert_eq!(command.payload()[IDS..], expected[IDS..], "{name}");
    }
}

#[test]
fn what_others_publish_is_read() {
    let Captures { captured, heard } = captures();
    for Capture { name, prefix, message, sender, channel, hex } in &captured {
        let expected = Message::from_json(message.get().as_bytes()).unwrap();
        match adapter(prefix).decode(&(channel.as_str(), &bytes(hex)).into()).unwrap() {
            Heard::Message { message, sender: heard, request: None } => {
                assert_eq!((&message, heard.as_ref()), (&expected, Some(sender)), "{name}");
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    assert!(heard.len() > 10, "{}", heard.len());
    for Overheard { name, message, question, answer, channel, hex } in &heard {
        let payload = bytes(hex);
        match adapter("socket.io").decode(&(channel.as_str(), &payload).into()).unwrap() {
            Heard::Message { message: heard, .. } => {
                let expected = Message::from_json(message.unwrap().get().as_bytes()).unwrap();
                assert_eq!(heard, expected, "{name}");
            }
            Heard::Question { about, .. } => assert_eq!(Some(json!(about)), *question, "{name}"),
            Heard::Answer { about, .. } => assert_eq!(Some(json!(about)), *answer, "{name}"),
            other => panic!("{name}: {other:?}"),
        }
    }
}

#[test]
fn a_name_of_the_shape_of_an_id_is_a_socket() {
    let frame = |form: Value| adapter("socket.io").encode(&message(&form)).unwrap();
    let ends = |form: Value, selection: &[u8]| assert!(frame(form.clone()).payload().ends_with(selection), "{form}");
    let sid = [b"\xb0", SID.as_bytes()].concat();
    let with = |start: &[u8]| [start, &sid, b"\xc0"].concat();
    ends(json!({"event": "e", "rooms": [SID]}), &with(b"\x95\x00\x90\x90"));
    ends(json!({"event": "e", "rooms": [SID], "flags": {"volatile": true}}), &with(b"\x95\x04\x90\x90"));
    ends(json!({"do": "leave", "leave": ["r"], "rooms": [SID]}), &with(b"\x95\x00\x90\x90"));
    ends(json!({"event": "e", "except": [SID]}), &with(&[b"\x95\x02\x90\x91", &sid[..]].concat()));
    ends(json!({"event": "e", "rooms": ["r"], "except": [SID]}), &with(&[b"\x95\x02\x91\xa1r\x91", &sid[..]].concat()));
    ends(json!({"event": "e", "rooms": ["r"], "flags": {"volatile": true}}), b"\x95\x06\x91\xa1r\x90\xc0\xc0");
    ends(
        json!({"event": "e", "rooms": [&SID[1..]]}),
        &[b"\x95\x02\x91\xaf", &SID.as_bytes()[1..], b"\x90\xc0\xc0"].concat(),
    );

    for unsaid in [
        json!({"event": "e", "rooms": [SID, "r"]}),
        json!({"event": "e", "rooms": [SID], "except": ["r"]}),
        json!({"event": "e", "except": [SID, "0123456789abcdef"]}),
        json!({"do": "join", "join": ["r"], "rooms": [SID]}),
        json!({"do": "disconnect", "rooms": ["r"], "close": true}),
    ] {
        let error = adapter("socket.io").encode(&message(&unsaid)).unwrap_err();
        assert_eq!(error.code(), "unsupported", "{unsaid}: {error}");
    }

    let only_rooms: Adapter = "socketioxide,only-rooms".parse().unwrap();
    assert_eq!(only_rooms.to_string(), "socketioxide,only-rooms");
    let command = only_rooms.encode(&message(&json!({"event": "e", "rooms": [SID, "r"]}))).unwrap();
    assert!(command.payload().ends_with(&[b"\x95\x02\x92", &sid[..], b"\xa1r\x90\xc0\xc0"].concat()));
}

#[test]
fn what_it_cannot_say_is_refused() {
    let refused = |form: Value| adapter("socket.io").encode(&message(&form)).unwrap_err().code();
    assert_eq!(refused(json!({"event": "e", "flags": {"compress": false}})), "unsupported");
    assert_eq!(refused(json!({"do": "server-emit", "event": "e"})), "unsupported");
    assert_eq!(refused(json!({"event": "e", "namespace": "/a#b"})), "unreachable-name");
    let infinite = Message::emit("e", Args::new(&f64::INFINITY).unwrap());
    assert_eq!(adapter("socket.io").encode(&infinite).unwrap_err().code(), "not-finite");
    let lacking = Operation::ALL.into_iter().filter(|operation| adapter("").lacks(*operation).is_some());
    assert_eq!(lacking.collect::<Vec<_>>(), [Operation::Compress, Operation::ServerEmit, Operation::ServerAcks]);
}

#[test]
fn on_a_cluster_it_publishes_to_shards() {
    let sharded: Adapter = "socketioxide,sharded".parse().unwrap();
    let command = sharded.encode(&Message::emit("e", Args::default())).unwrap();
    assert_eq!((command.name(), command.channel()), ("SPUBLISH", "socket.io-request#/#"));
}

#[test]
fn what_no_server_could_read_is_malformed() {
    let adapter = adapter("socket.io");
    let message = Message::emit("e", Args::new(&("x", Binary([1]))).unwrap());
    let good = adapter.encode(&message).unwrap().payload().to_vec();
    let mut bad: Vec<Vec<u8>> = (0..good.len()).map(|cut| good[..cut].to_vec()).collect();
    bad.push([&good[..], b"x"].concat());
    bad.extend([&b"\xc1"[..], b"{}", b"\x96", b"\xdd\xff\xff\xff\xff", b"\xc6\xff\xff\xff\xff"].map(<[u8]>::to_vec));
    bad.push([0x91; 5000].to_vec());
    for payload in &bad {
        for channel in ["socket.io-request#/#", "socket.io-request#/#G_c7IstL0vAz1hQc#", "socket.io-response#/#x#"] {
            let error = adapter.decode(&(channel, payload).into()).unwrap_err();
            assert_eq!(error.code(), "malformed", "{payload:x?}");
        }
    }
    for channel in ["", "socket.io", "socket.io#/#", "socket.io-request#/", "other-request#/#"] {
        assert_eq!(adapter.decode(&(channel, &good).into()).unwrap_err().code(), "malformed", "{channel}");
    }
}

#[test]
fn an_attachment_counts_once() {
    let json = br#"["e",{"_placeholder":true,"num":0},{"_placeholder":true,"num":0}]"#;
    let ids = b"\x96\xb0socketio-emitter\xb00000000000000000\x00\x95\xa1/\x05\x93\x00\xc4";
    let rest = b"\x91\xc4\x01x\xc0\xc0\xc0\x95\x02\x90\x90\xc0\xc0";
    let payload = [&ids[..], &[json.len() as u8], json, rest].concat();
    let error = adapter("socket.io").decode(&("socket.io-request#/#", &payload).into()).unwrap_err();
    assert!(error.to_string().contains("placeholder"), "{error}");
}

#[test]
fn signs_of_life_are_read() {
    for (kind, expected) in [(20, Presence::Alive), (21, Presence::Came)] {
        let payload = [&b"\x96\xb0socketio-emitter\xb00000000000000000"[..], &[kind], b"\xc0\xc0\xc0"].concat();
        match adapter("socket.io").decode(&("socket.io-request#/a#", &payload).into()).unwrap() {
            Heard::Presence { about, namespace, sender } => {
                assert_eq!((about, namespace.as_str(), sender.as_deref()), (expected, "/a", Some("socketio-emitter")));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn what_reaches_nobody_is_not_for_everyone() {
    let ids = b"\x96\xb0socketio-emitter\xb00000000000000000\x02\xc0\xc0";
    let nobody = [&ids[..], b"\x95\x00\x90\x90\xc0\xc0"].concat();
    match adapter("socket.io").decode(&("socket.io-request#/#", &nobody).into()).unwrap() {
        Heard::Message { message: Message { target, action: Action::Disconnect { .. } }, .. } => {
            assert_eq!((target.rooms, target.all), (Some(Vec::new()), false));
        }
        other => panic!("{other:?}"),
    }
}

/// Names, some of which are sockets' ids.
fn names() -> impl Strategy<Value = String> + Clone {
    prop_oneof![4 => "[a-zé:# ]{1,20}".boxed(), 1 => "[A-Za-z0-9_-]{16}".boxed()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_published_is_read_back_the_same(message in any_message(names())) {
        let adapter = adapter("socket.io");
        let Ok(command) = adapter.encode(&message) else { return Ok(()) };
        match adapter.decode(&command.frame()) {
            Ok(Heard::Message { message: heard, .. }) => prop_assert_eq!(heard, message),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn rooms_alone_are_never_refused(message in any_message("[a-z]{1,15}")) {
        prop_assert!(adapter("socket.io").encode(&message).is_ok());
    }

    #[test]
    fn no_bytes_make_it_panic(
        message in any_message(names()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        answer in any::<prop::sample::Index>(),
    ) {
        let adapter = adapter("socket.io");
        let request = adapter.encode(&message).map(|command| command.payload().to_vec()).unwrap_or_default();
        let answers: Vec<_> = captures().heard.iter().map(|heard| bytes(&heard.hex)).collect();
        let answer = answers[answer.index(answers.len())].clone();
        for (channel, mut payload) in [("socket.io-request#/#", request), ("socket.io-response#/#x#", answer)] {
            for (at, byte) in changes.iter().filter(|_| !payload.is_empty()).collect::<Vec<_>>() {
                let at = at.index(payload.len());
                payload[at] = *byte;
            }
            let _ = adapter.decode(&(channel, &payload).into());
        }
    }
}
