use proptest::prelude::*;
use serde_json::{Value, json};
use socketio_emitter::{
    Adapter, Args, Binary, Message,
    adapter::{DecodedMessage, Operation, Python},
    message::{Action, Spread},
};

use crate::{
    arbitrary::any_message,
    capture::{CaptureFile, message_of, truncations},
};

const SID: &str = "GmJ-_sQoWd5bXhSnAAAB";

fn adapter(before_5_15_1: bool) -> Adapter {
    let name = if before_5_15_1 { "python,before-5.15.1" } else { "python" };
    name.parse().unwrap()
}

/// The published JSON object.
fn published(adapter: &Adapter, message: &Message) -> Value {
    let command = adapter.encode(message).unwrap();
    assert_eq!((command.name(), command.channel()), ("PUBLISH", "socketio"));
    serde_json::from_slice(command.payload()).unwrap()
}

/// Removes the sender id and the keys whose value equals the default.
fn without_defaults(mut object: Value) -> Value {
    let map = object.as_object_mut().unwrap();
    map.retain(|key, value| key == "data" || (key != "host_id" && !value.is_null() && *value != json!(false)));
    object
}

#[test]
fn captured_messages_are_encoded_to_the_same_object_except_defaults() {
    let captures = CaptureFile::load("python.json").captured;
    assert_eq!(captures.len(), 19);
    let mut compared = 0;
    for capture in &captures {
        let payload = capture.payload.as_ref().unwrap();
        let is_json = payload.starts_with(b"{");
        // "sid1" in the captures does not have the length of an id.
        if !is_json || payload.windows(4).any(|bytes| bytes == b"sid1") {
            continue;
        }
        let adapter = capture.adapter();
        if adapter.unsupported_reason(Operation::Binary).is_some() && capture.name == "binary" {
            continue;
        }
        let is_5_18 = capture.version.as_ref().unwrap().starts_with("5.18");
        let mut expected = without_defaults(serde_json::from_slice(payload).unwrap());
        // Servers of every version read one argument that is not a list as itself.
        if let Some([only]) = expected["data"].as_array().map(Vec::as_slice)
            && is_5_18
            && !only.is_array()
        {
            expected["data"] = only.clone();
        }
        assert_eq!(without_defaults(published(&adapter, &capture.message())), expected, "{}", capture.name);
        compared += 1;
    }
    assert_eq!(compared, 12);
}

#[test]
fn captured_messages_are_decoded_except_pickle() {
    let captures = CaptureFile::load("python.json").captured;
    let (pickle, json): (Vec<_>, Vec<_>) =
        captures.iter().partition(|capture| capture.version.as_ref().unwrap().starts_with("5.13"));
    assert_eq!((pickle.len(), json.len()), (3, 16));
    for capture in pickle {
        let error = capture.adapter().decode(&capture.frame()).unwrap_err();
        assert!(error.to_string().contains("pickle"), "{}: {error}", capture.name);
    }
    for capture in json {
        match capture.check_decoded() {
            DecodedMessage::Message { request: None, .. } => {}
            other => panic!("{}: {other:?}", capture.name),
        }
    }
}

#[test]
fn emit_with_callback_and_its_callback_are_decoded() {
    let decode = |json: Value| adapter(false).decode(&("socketio", &json.to_string().into_bytes()).into()).unwrap();
    let emit = json!({"method": "emit", "event": "e", "data": [1], "namespace": "/", "room": 5, "skip_sid": null,
        "callback": [["a", "b"], "/", 7], "host_id": "h"});
    match decode(emit) {
        DecodedMessage::Message { message, request, .. } => {
            assert_eq!((message.target.rooms, request), (Some(vec!["5".to_owned()]), Some("7".to_owned())));
        }
        other => panic!("{other:?}"),
    }
    let callback =
        json!({"method": "callback", "host_id": "h", "sid": ["a", "b"], "namespace": "/", "id": 7, "args": []});
    match decode(callback) {
        DecodedMessage::Response { kind: about, request, .. } => {
            assert_eq!((json!(about), request), (json!("ack"), Some("7".to_owned())));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn arguments_are_encoded_in_the_form_that_most_versions_read() {
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
fn unsupported_messages_are_refused() {
    let refusal = |adapter: &Adapter, form: &Value| adapter.encode(&message_of(form)).unwrap_err().code();
    let [current, before] = [false, true].map(adapter);
    for unsupported in [
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
        assert_eq!(refusal(&current, &unsupported), "unsupported", "{unsupported}");
        assert_eq!(refusal(&before, &unsupported), "unsupported", "{unsupported}");
    }
    for unsupported_before in
        [json!({"event": "e", "args": [1, 2]}), json!({"event": "e", "args": [{"$binary": "AQ=="}]})]
    {
        assert_eq!(refusal(&before, &unsupported_before), "unsupported", "{unsupported_before}");
        assert!(current.encode(&message_of(&unsupported_before)).is_ok(), "{unsupported_before}");
    }
    let nan = Message::emit("e", Args::new(&f64::NAN).unwrap());
    assert_eq!(current.encode(&nan).unwrap_err().code(), "not-finite");
}

#[test]
fn socket_operations_select_one_socket_or_one_room() {
    let operation = |form: Value| without_defaults(published(&adapter(false), &message_of(&form)));
    assert_eq!(
        operation(json!({"do": "join", "join": ["r"], "rooms": [SID], "namespace": "/a"})),
        json!({"method": "enter_room", "sid": SID, "room": "r", "namespace": "/a"})
    );
    assert_eq!(
        operation(json!({"do": "leave", "leave": ["r"], "rooms": [SID]})),
        json!({"method": "leave_room", "sid": SID, "room": "r", "namespace": "/"})
    );
    assert_eq!(
        operation(json!({"do": "disconnect", "rooms": [SID]})),
        json!({"method": "disconnect", "sid": SID, "namespace": "/"})
    );
    for every_socket in
        [json!({"do": "leave", "leave": ["r"], "rooms": ["r"]}), json!({"do": "leave", "leave": ["r"], "all": true})]
    {
        assert_eq!(operation(every_socket), json!({"method": "close_room", "room": "r", "namespace": "/"}));
    }
}

#[test]
fn invalid_payloads_are_malformed() {
    let adapter = adapter(false);
    let valid = adapter.encode(&Message::emit("e", Args::new(&("x", Binary([1]))).unwrap())).unwrap();
    let mut invalid: Vec<Vec<u8>> = truncations(valid.payload()).collect();
    let deep =
        format!(r#"{{"method":"emit","event":"e","namespace":"/","data":{}1{}}}"#, "[".repeat(5000), "]".repeat(5000));
    invalid.extend([
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
    for payload in &invalid {
        let error = adapter.decode(&("socketio", payload).into()).unwrap_err();
        assert_eq!(error.code(), "malformed", "{}", String::from_utf8_lossy(payload));
    }
    assert_eq!(adapter.decode(&("other", valid.payload()).into()).unwrap_err().code(), "malformed");
}

#[test]
fn prefix_is_the_channel() {
    let adapter = Adapter::Python(Python::default().prefix("chat"));
    assert_eq!(adapter.encode(&Message::emit("e", Args::default())).unwrap().channel(), "chat");
}

/// Names of rooms. Some have the format of a socket id.
fn any_room() -> impl Strategy<Value = String> + Clone {
    prop_oneof![1 => "[a-zé:# ]{1,24}".boxed(), 2 => "[A-Za-z0-9_-]{20}".boxed()]
}

/// Messages with the flags that the adapter supports.
fn any_python_message() -> impl Strategy<Value = Message> {
    any_message(any_room()).prop_map(|mut message| {
        if let Action::Emit { flags, .. } = &mut message.action {
            flags.volatile = false;
        }
        message
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        failure_persistence: None,
        // The adapter does not support most of the generated messages.
        max_global_rejects: 100_000,
        ..ProptestConfig::default()
    })]

    #[test]
    fn encoded_messages_are_decoded_to_the_same_message(message in any_python_message(), before in any::<bool>()) {
        // Names each room once, as encoding does.
        let message = message.check().unwrap().into_message();
        let adapter = adapter(before);
        let command = adapter.encode(&message);
        prop_assume!(command.is_ok());
        let command = command.unwrap();
        match adapter.decode(&command.frame()) {
            // Leave for all sockets is close_room, which is decoded as a leave for the sockets in the room.
            Ok(DecodedMessage::Message { message: decoded, .. }) if message.target.all => {
                prop_assert_eq!(adapter.encode(&decoded).unwrap(), command);
            }
            Ok(DecodedMessage::Message { message: decoded, .. }) => prop_assert_eq!(decoded, message),
            other => prop_assert!(false, "{:?}", other),
        }
    }

    #[test]
    fn decoding_changed_bytes_does_not_panic(
        message in any_python_message(),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
    ) {
        let adapter = adapter(false);
        let command = adapter.encode(&message);
        prop_assume!(command.is_ok());
        let mut payload = command.unwrap().payload().to_vec();
        for (at, byte) in changes {
            let at = at.index(payload.len());
            payload[at] = byte;
        }
        let _ = adapter.decode(&("socketio", &payload).into());
    }
}
