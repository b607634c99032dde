//! Our JSON says what python-socketio's does, to servers of every version that can read it; what they publish is read
//! as what it is; and what they could not carry is refused.

#![allow(clippy::unwrap_used)]

mod support;

use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};
use socketio_emitter::{Adapter, Args, Binary, Heard, Message, Operation, Python, Spread};

use self::support::{any_message, bytes};

const SID: &str = "GmJ-_sQoWd5bXhSnAAAB";

#[derive(Deserialize)]
struct Captures<'a> {
    #[serde(borrow)]
    captured: Vec<Capture<'a>>,
}

#[derive(Deserialize)]
struct Capture<'a> {
    name: String,
    version: String,
    #[serde(borrow)]
    message: &'a RawValue,
    sender: String,
    channel: String,
    text: Option<String>,
    hex: Option<String>,
}

fn captures() -> Vec<Capture<'static>> {
    let Captures { captured } = serde_json::from_str(include_str!("vectors/python.json")).unwrap();
    captured
}

fn adapter(before_5_15_1: bool) -> Adapter {
    let name = if before_5_15_1 { "python,before-5.15.1" } else { "python" };
    name.parse().unwrap()
}

fn message(form: &Value) -> Message {
    Message::from_json(form.to_string().as_bytes()).unwrap()
}

fn published(adapter: &Adapter, message: &Message) -> Value {
    let command = adapter.encode(message).unwrap();
    assert_eq!((command.name(), command.channel()), ("PUBLISH", "socketio"));
    serde_json::from_slice(command.payload()).unwrap()
}

/// What the keys say, without those that say nothing and without who sent it.
fn said(mut object: Value) -> Value {
    let map = object.as_object_mut().unwrap();
    map.retain(|key, value| key == "data" || (key != "host_id" && !value.is_null() && *value != json!(false)));
    object
}

#[test]
fn every_captured_message_is_said_in_the_same_way() {
    let captures = captures();
    assert_eq!(captures.len(), 19);
    let mut same = 0;
    for Capture { name, version, message, text, .. } in &captures {
        let (Some(text), false) = (text, message.get().contains("sid1")) else { continue };
        let adapter = adapter(!version.starts_with("5.18"));
        let message = Message::from_json(message.get().as_bytes()).unwrap();
        if adapter.lacks(Operation::Binary).is_some() && name == "binary" {
            continue;
        }
        let mut expected = said(serde_json::from_str(text).unwrap());
        // One argument that is no list goes without its list, which servers of every version understand.
        if let Some([only]) = expected["data"].as_array().map(Vec::as_slice)
            && version.starts_with("5.18")
            && !only.is_array()
        {
            expected["data"] = only.clone();
        }
        assert_eq!(said(published(&adapter, &message)), expected, "{name} {version}");
        same += 1;
    }
    assert_eq!(same, 12);
}

#[test]
fn what_servers_publish_is_read() {
    for Capture { name, version, message, sender, channel, text, hex } in captures() {
        let adapter = adapter(!version.starts_with("5.18"));
        let payload = text.map(String::into_bytes).or_else(|| hex.as_deref().map(bytes)).unwrap();
        let heard = adapter.decode(&(channel.as_str(), &payload).into());
        if version.starts_with("5.13") {
            assert!(heard.unwrap_err().to_string().contains("pickle"), "{name}");
            continue;
        }
        match heard.unwrap() {
            Heard::Message { message: heard, sender: by, request: None } => {
                assert_eq!(heard, Message::from_json(message.get().as_bytes()).unwrap(), "{name} {version}");
                assert_eq!(by, Some(sender), "{name} {version}");
            }
            other => panic!("{name} {version}: {other:?}"),
        }
    }
}

#[test]
fn a_question_and_its_answer_are_read() {
    let decode = |json: Value| adapter(false).decode(&("socketio", &json.to_string().into_bytes()).into()).unwrap();
    let emit = json!({"method": "emit", "event": "e", "data": [1], "namespace": "/", "room": 5, "skip_sid": null,
        "callback": [["a", "b"], "/", 7], "host_id": "h"});
    match decode(emit) {
        Heard::Message { message, request, .. } => {
            assert_eq!((message.target.rooms, request), (Some(vec!["5".to_owned()]), Some("7".to_owned())));
        }
        other => panic!("{other:?}"),
    }
    let callback =
        json!({"method": "callback", "host_id": "h", "sid": ["a", "b"], "namespace": "/", "id": 7, "args": []});
    match decode(callback) {
        Heard::Answer { about, request, .. } => {
            assert_eq!((json!(about), request), (json!("ack"), Some("7".to_owned())));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn arguments_take_the_form_that_most_versions_read() {
    let data = |before, args: Args| published(&adapter(before), &Message::emit("e", args))["data"].take();
    let spread = |values: &[Value]| Args::new(&Spread(values)).unwrap();
    for before in [false, true] {
        assert_eq!(data(before, Args::default()), json!(null));
        assert_eq!(data(before, spread(&[json!({"a": [1.5]})])), json!({"a": [1.5]}));
        assert_eq!(data(before, spread(&[json!("x")])), json!("x"));
    }
    assert_eq!(data(false, spread(&[json!([1, 2])])), json!([[1, 2]]));
    assert_eq!(data(true, spread(&[json!([1, 2])])), json!([1, 2]));
    assert_eq!(data(false, spread(&[json!("x"), json!(null)])), json!(["x", null]));
    let binary = Args::new(&("x", Binary([1]), [Binary([2])])).unwrap();
    let placeholder = |num: u64| json!({"_placeholder": true, "num": num});
    assert_eq!(data(false, binary), json!([["x", placeholder(0), [placeholder(1)]], "AQ==", "Ag=="]));
}

#[test]
fn what_it_cannot_say_is_refused() {
    let refused = |adapter: &Adapter, form: &Value| adapter.encode(&message(form)).unwrap_err().code();
    let [now, before] = [false, true].map(adapter);
    for unsaid in [
        json!({"event": "e", "args": [null]}),
        json!({"event": "e", "except": ["room"]}),
        json!({"event": "e", "except": [SID, "room"]}),
        json!({"event": "e", "flags": {"volatile": true}}),
        json!({"event": "e", "flags": {"compress": true}}),
        json!({"do": "server-emit", "event": "e"}),
        json!({"do": "join", "join": ["r"], "rooms": ["room"]}),
        json!({"do": "join", "join": ["r"], "all": true}),
        json!({"do": "join", "join": ["r"], "rooms": [SID, "GmJ-_sQoWd5bXhSnAAAC"]}),
        json!({"do": "join", "join": ["r", "s"], "rooms": [SID]}),
        json!({"do": "join", "join": ["r"], "rooms": [SID], "except": ["room"]}),
        json!({"do": "leave", "leave": ["r"], "rooms": ["room"]}),
        json!({"do": "leave", "leave": ["r"], "rooms": ["r"], "except": [SID]}),
        json!({"do": "disconnect", "rooms": ["room"]}),
        json!({"do": "disconnect", "rooms": [SID], "close": true}),
    ] {
        assert_eq!(refused(&now, &unsaid), "unsupported", "{unsaid}");
        assert_eq!(refused(&before, &unsaid), "unsupported", "{unsaid}");
    }
    for too_new in [json!({"event": "e", "args": [1, 2]}), json!({"event": "e", "args": [{"$binary": "AQ=="}]})] {
        assert_eq!(refused(&before, &too_new), "unsupported", "{too_new}");
        assert!(now.encode(&message(&too_new)).is_ok(), "{too_new}");
    }
    let infinite = Message::emit("e", Args::new(&f64::NAN).unwrap());
    assert_eq!(now.encode(&infinite).unwrap_err().code(), "not-finite");
}

#[test]
fn orders_are_about_one_socket_or_one_room() {
    let order = |form: Value| said(published(&adapter(false), &message(&form)));
    assert_eq!(
        order(json!({"do": "join", "join": ["r"], "rooms": [SID], "namespace": "/a"})),
        json!({"method": "enter_room", "sid": SID, "room": "r", "namespace": "/a"})
    );
    assert_eq!(
        order(json!({"do": "leave", "leave": ["r"], "rooms": [SID]})),
        json!({"method": "leave_room", "sid": SID, "room": "r", "namespace": "/"})
    );
    assert_eq!(
        order(json!({"do": "disconnect", "rooms": [SID]})),
        json!({"method": "disconnect", "sid": SID, "namespace": "/"})
    );
    for everyone in
        [json!({"do": "leave", "leave": ["r"], "rooms": ["r"]}), json!({"do": "leave", "leave": ["r"], "all": true})]
    {
        assert_eq!(order(everyone), json!({"method": "close_room", "room": "r", "namespace": "/"}));
    }
}

#[test]
fn what_no_server_could_read_is_malformed() {
    let adapter = adapter(false);
    let good = adapter.encode(&Message::emit("e", Args::new(&("x", Binary([1]))).unwrap())).unwrap();
    let mut bad: Vec<Vec<u8>> = (0..good.payload().len()).map(|cut| good.payload()[..cut].to_vec()).collect();
    let deep =
        format!(r#"{{"method":"emit","event":"e","namespace":"/","data":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
    bad.extend([
        &b"5"[..],
        b"null",
        b"[]",
        b"{}",
        b"\x80\x04N.",
        br#"{"method":"what","sid":"x","namespace":"/"}"#,
        br#"{"method":"emit","event":"e","data":1}"#,
        br#"{"method":"emit","event":"e","namespace":"/"}"#,
        br#"{"method":"emit","data":1,"namespace":"/"}"#,
        br#"{"method":"emit","event":"e","data":NaN,"namespace":"/"}"#,
        br#"{"method":"emit","event":"e","data":[],"binary":true,"namespace":"/"}"#,
        br#"{"method":"emit","event":"e","data":[[{"_placeholder":true,"num":3}],"AQ=="],"binary":true,"namespace":"/"}"#,
        br#"{"method":"enter_room","sid":"x","namespace":"/"}"#,
        br#"{"method":"disconnect","sid":["x"],"namespace":"/"}"#,
        deep.as_bytes(),
    ].map(<[u8]>::to_vec));
    for payload in &bad {
        let error = adapter.decode(&("socketio", payload).into()).unwrap_err();
        assert_eq!(error.code(), "malformed", "{}", String::from_utf8_lossy(payload));
    }
    assert_eq!(adapter.decode(&("other", good.payload()).into()).unwrap_err().code(), "malformed");
}

#[test]
fn the_prefix_is_the_channel() {
    let adapter = Adapter::Python(Python::default().prefix("chat"));
    assert_eq!(adapter.encode(&Message::emit("e", Args::default())).unwrap().channel(), "chat");
}

fn names() -> impl Strategy<Value = String> + Clone {
    prop_oneof![1 => "[a-zé:# ]{1,24}".boxed(), 2 => "[A-Za-z0-9_-]{20}".boxed()]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_published_is_read_back_the_same(message in any_message(names()), before in any::<bool>()) {
        let adapter = adapter(before);
        let Ok(command) = adapter.encode(&message) else { return Ok(()) };
        match adapter.decode(&command.frame()) {
            // That everyone leaves a room is about those who are in it.
            Ok(Heard::Message { message: heard, .. }) if message.target.all => {
                prop_assert_eq!(adapter.encode(&heard).unwrap(), command);
            }
            Ok(Heard::Message { message: heard, .. }) => prop_assert_eq!(heard, message),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn no_bytes_make_it_panic(
        message in any_message(names()),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let adapter = adapter(false);
        let Ok(command) = adapter.encode(&message) else { return Ok(()) };
        let mut payload = command.payload().to_vec();
        for (at, byte) in changes {
            let at = at.index(payload.len());
            payload[at] = byte;
        }
        let _ = adapter.decode(&("socketio", &payload).into());
    }
}
