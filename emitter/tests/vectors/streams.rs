use socketio_emitter::{
    Adapter, Args, Date, Message,
    adapter::{Command, DecodedMessage, Frame, Presence, Streams},
    message::Action,
};

use crate::capture::{CaptureFile, CapturedMessage, check_round_trip};

/// The streams adapter with the options of the capture.
fn streams(capture: &CapturedMessage) -> Streams {
    let mut streams = Streams::default().prefix(&capture.prefix);
    if let Some(max_len) = capture.max_len {
        streams.max_len = max_len;
    }
    streams
}

fn check_encoded(capture: &CapturedMessage, command: &Command) {
    let max_len = capture.max_len.unwrap().to_string();
    let mut words = vec!["XADD", &capture.prefix, "MAXLEN", "~", &max_len, "*"];
    words.extend(capture.fields.iter().flat_map(|(name, value)| [name.as_str(), value]));
    assert_eq!(serde_json::to_value(command).unwrap(), serde_json::to_value(words).unwrap(), "{}", capture.name);
    assert_eq!(command.frame(), capture.frame(), "{}", capture.name);
}

#[test]
fn captured_entries_are_encoded_to_the_same_bytes() {
    let captures = CaptureFile::load("streams.json").captured;
    assert_eq!(captures.len(), 19);
    for capture in &captures {
        for message in [Some(capture.message()), capture.message_from_json()].into_iter().flatten() {
            let before_0_3 = Adapter::Streams(streams(capture).before_0_3());
            check_encoded(capture, &before_0_3.encode(&message).unwrap());
            // From 0.3 on, servers publish server-side emits. The official emitter still appends them.
            if !matches!(message.action, Action::ServerEmit { .. }) {
                check_encoded(capture, &Adapter::Streams(streams(capture)).encode(&message).unwrap());
            }
        }
    }
}

#[test]
fn messages_of_servers_are_decoded_and_encoded_with_the_same_meaning() {
    let captures = CaptureFile::load("streams.json").servers;
    assert_eq!(captures.len(), 17);
    let mut messages = 0;
    for capture in &captures {
        if let DecodedMessage::Message { message, .. } = capture.check_decoded() {
            check_round_trip(&capture.name, &Adapter::Streams(streams(capture)), &message);
            check_round_trip(&capture.name, &Adapter::Streams(streams(capture).before_0_3()), &message);
            messages += 1;
        }
    }
    assert_eq!(messages, 12);
}

#[test]
fn captured_entries_are_decoded_to_the_same_message() {
    for capture in CaptureFile::load("streams.json").captured {
        match capture.adapter().decode(&capture.frame()).unwrap() {
            DecodedMessage::Message { message, sender, request, .. } => {
                // Debug output, because a date in JSON is decoded as its text.
                assert_eq!(format!("{message:?}"), format!("{:?}", capture.message()), "{}", capture.name);
                assert_eq!((sender.as_deref(), request), (Some("emitter"), None), "{}", capture.name);
            }
            other => panic!("{}: {other:?}", capture.name),
        }
    }
}

#[test]
fn server_side_emit_is_published_from_0_3_on() {
    let reload = Message::from_json(br#"{"do": "server-emit", "event": "reload", "namespace": "/admin"}"#).unwrap();
    let mut streams = Streams::default().prefix("chat");
    streams.channel_prefix = "talk".to_owned();
    let command = Adapter::Streams(streams.clone()).encode(&reload).unwrap();
    assert_eq!((command.name(), command.channel()), ("PUBLISH", "talk#/admin#"));
    streams.sharded_pub_sub = true;
    let command = Adapter::Streams(streams.clone()).encode(&reload).unwrap();
    assert_eq!((command.name(), command.channel()), ("SPUBLISH", "talk#/admin#"));
    let command = Adapter::Streams(streams.before_0_3()).encode(&reload).unwrap();
    assert_eq!((command.name(), command.channel()), ("XADD", "chat"));
}

#[test]
fn message_is_appended_to_the_stream_that_servers_read_for_its_namespace() {
    let mut streams = Streams::default();
    streams.stream_count = 3;
    let adapter = Adapter::Streams(streams);
    for (namespace, stream) in [("/", "socket.io-2"), ("/admin", "socket.io-1"), ("/orders-2024", "socket.io-2")] {
        let mut message = Message::emit("e", Args::default());
        message.target.of(namespace);
        assert_eq!(adapter.encode(&message).unwrap().channel(), stream, "{namespace}");
    }
}

#[test]
fn values_without_a_json_form_are_encoded_as_messagepack() {
    let adapter = Adapter::Streams(Streams::default());
    let beyond_iso_8601 = Date::from_unix_ms(8_640_000_000_000_000);
    for args in [Args::new(&f64::NAN), Args::new(&f64::INFINITY), Args::new(&beyond_iso_8601)] {
        let message = Message::emit("e", args.unwrap());
        let command = adapter.encode(&message).unwrap();
        assert!(!command.payload().starts_with(b"{"), "{command}");
        check_round_trip(&command.to_string(), &adapter, &message);
    }
}

#[test]
fn heartbeat_messages_of_servers_before_0_3_are_decoded() {
    let adapter = Adapter::Streams(Streams::default());
    for (kind, expected) in
        [("1", Presence::InitialHeartbeat), ("2", Presence::Heartbeat), ("13", Presence::AdapterClose)]
    {
        let fields = [("uid", "a"), ("nsp", "/"), ("type", kind)].map(|(name, value)| (name, value.as_bytes()));
        match adapter.decode(&Frame::Entry { stream: "socket.io", fields: fields.to_vec() }).unwrap() {
            DecodedMessage::Presence { presence: about, namespace, sender, .. } => {
                assert_eq!((about, namespace.as_str(), sender.as_deref()), (expected, "/", Some("a")));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn base64_variants_unknown_fields_and_numbered_streams_are_decoded() {
    let adapter = Adapter::Streams(Streams::default());
    let mut emit = Message::emit("e", Args::new(&f64::NAN).unwrap());
    emit.target.to(["~~~???>>>".to_owned()]);
    let command = adapter.encode(&emit).unwrap();
    let base64 = str::from_utf8(command.payload()).unwrap();
    let without_padding = base64.trim_end_matches('=');
    let url_safe = base64.replace('+', "-").replace('/', "_");
    assert!(without_padding != base64 && url_safe != base64, "{base64}");
    for data in [base64, without_padding, &url_safe] {
        let fields = [("data", data), ("more", "x"), ("type", "3"), ("nsp", "/")];
        let fields = fields.map(|(name, value)| (name, value.as_bytes())).to_vec();
        for stream in ["socket.io", "socket.io-7", "socket.io--3"] {
            match adapter.decode(&Frame::Entry { stream, fields: fields.clone() }) {
                Ok(DecodedMessage::Message { message, .. }) => {
                    assert_eq!(format!("{message:?}"), format!("{emit:?}"), "{stream} {data}");
                }
                other => panic!("{stream} {data}: {other:?}"),
            }
        }
        for stream in ["socket.io7", "socket.io-x", "other", ""] {
            let error = adapter.decode(&Frame::Entry { stream, fields: fields.clone() }).unwrap_err();
            assert_eq!(error.code(), "malformed", "{stream}");
        }
    }
}

#[test]
fn invalid_entries_are_malformed() {
    let adapter = Adapter::Streams(Streams::default());
    let valid = r#"{"packet":{"type":2,"data":["e"]},"opts":{}}"#;
    let entry = |kind, nsp, data| vec![("type", kind), ("nsp", nsp), ("data", data)];
    let truncated = (0..valid.len()).map(|len| entry("3", "/", &valid[..len]));
    let others = [
        vec![],
        vec![("nsp", "/"), ("data", valid)],
        vec![("type", "3"), ("data", valid)],
        entry("three", "/", valid),
        entry("14", "/", valid),
        entry("3", "/", "{}"),
        entry("3", "/", " {}"),
        entry("3", "/", "gqZwYWNrZXQ="),
        entry("3", "/", r#"{"packet":{"type":2,"data":["e"]}}"#),
        entry("7", "/", r#"{"requestId":"x"}"#),
        entry("9", "/", r#"{"packet":"e"}"#),
    ];
    for fields in truncated.chain(others) {
        let bytes = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let error = adapter.decode(&Frame::Entry { stream: "socket.io", fields: bytes }).unwrap_err();
        assert_eq!(error.code(), "malformed", "{fields:?}");
    }
    let invalid_utf8 = vec![("type", &b"3"[..]), ("nsp", b"/\xff"), ("data", valid.as_bytes())];
    let error = adapter.decode(&Frame::Entry { stream: "socket.io", fields: invalid_utf8 }).unwrap_err();
    assert_eq!(error.code(), "malformed");
}
