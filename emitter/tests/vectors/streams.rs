//! The streams adapter: our entries are the official emitter's, on every one captured from it.

use serde::Deserialize;
use serde_json::value::RawValue;
use socketio_emitter::{Action, Adapter, Args, Date, Frame, Heard, Message, Presence, Streams};

use crate::capture::{ESCAPES, Overheard, entry, read_back, typed};

#[derive(Deserialize)]
struct Captures<'a> {
    #[serde(borrow)]
    emitted: Vec<Emitted<'a>>,
    #[serde(borrow)]
    heard: Vec<Overheard<'a>>,
}

#[derive(Deserialize)]
struct Emitted<'a> {
    name: String,
    prefix: String,
    #[serde(borrow)]
    message: &'a RawValue,
    max_len: u64,
    fields: Vec<(String, String)>,
}

fn captures() -> Captures<'static> {
    serde_json::from_str(include_str!("streams.json")).unwrap()
}

impl Emitted<'_> {
    fn streams(&self) -> Streams {
        let mut streams = Streams::default().prefix(&self.prefix);
        streams.max_len = self.max_len;
        streams
    }

    fn check(&self, streams: Streams, message: &Message) {
        let command = Adapter::Streams(streams).encode(message).unwrap();
        let mut words = vec!["XADD".to_owned(), self.prefix.clone(), "MAXLEN".to_owned(), "~".to_owned()];
        words.extend([self.max_len.to_string(), "*".to_owned()]);
        words.extend(self.fields.iter().flat_map(|(name, value)| [name.clone(), value.clone()]));
        assert_eq!(serde_json::to_value(&command).unwrap(), serde_json::to_value(words).unwrap(), "{}", self.name);
        assert_eq!(command.frame(), entry(&self.prefix, &self.fields), "{}", self.name);
    }
}

fn message(json: &str) -> Message {
    Message::from_json(json.as_bytes()).unwrap()
}

#[test]
fn every_captured_entry_is_encoded_to_the_same_bytes() {
    let captures = captures();
    assert_eq!(captures.emitted.len(), 19);
    for capture in &captures.emitted {
        let mut messages = vec![typed(capture.message)];
        if !ESCAPES.iter().any(|escape| capture.message.get().contains(escape)) {
            messages.push(message(capture.message.get()));
        }
        for message in &messages {
            capture.check(capture.streams().before_0_3(), message);
            // From 0.3 on, servers publish what they say to each other, and so do we.
            if !matches!(message.action, Action::ServerEmit { .. }) {
                capture.check(capture.streams(), message);
            }
        }
    }
}

#[test]
fn what_servers_publish_and_append_is_read() {
    let captures = captures();
    assert_eq!(captures.heard.len(), 17);
    for capture in &captures.heard {
        let streams = Streams::default().prefix(&capture.prefix);
        if let Heard::Message { message, .. } = capture.hear(&Adapter::Streams(streams.clone())) {
            read_back(&capture.name, &Adapter::Streams(streams.clone()), &message);
            read_back(&capture.name, &Adapter::Streams(streams.before_0_3()), &message);
        }
    }
}

#[test]
fn what_the_official_emitter_appends_is_read() {
    for capture in &captures().emitted {
        let adapter = Adapter::Streams(capture.streams());
        match adapter.decode(&entry(&capture.prefix, &capture.fields)).unwrap() {
            Heard::Message { message, sender, request } => {
                // In JSON a date is its text.
                assert_eq!(format!("{message:?}"), format!("{:?}", typed(capture.message)), "{}", capture.name);
                assert_eq!((sender.as_deref(), request), (Some("emitter"), None));
            }
            other => panic!("{}: {other:?}", capture.name),
        }
    }
}

#[test]
fn a_server_side_event_is_published() {
    let reload = message(r#"{"do": "server-emit", "event": "reload", "namespace": "/admin"}"#);
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
fn of_several_streams_it_is_the_one_that_the_servers_choose() {
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
fn what_json_would_lose_is_messagepack() {
    let adapter = Adapter::Streams(Streams::default());
    let far = Date::from_unix_ms(8_640_000_000_000_000);
    for args in [Args::new(&f64::NAN), Args::new(&f64::INFINITY), Args::new(&far)] {
        let command = adapter.encode(&Message::emit("e", args.unwrap())).unwrap();
        assert!(!command.payload().starts_with(b"{"), "{command}");
    }
}

#[test]
fn servers_before_0_3_say_that_they_are_there() {
    let adapter = Adapter::Streams(Streams::default());
    for (kind, expected) in [("1", Presence::Came), ("2", Presence::Alive), ("13", Presence::Goes)] {
        let fields = [("uid", "a"), ("nsp", "/"), ("type", kind)].map(|(name, value)| (name, value.as_bytes()));
        match adapter.decode(&Frame::Entry { stream: "socket.io", fields: fields.to_vec() }).unwrap() {
            Heard::Presence { about, namespace, sender } => {
                assert_eq!((about, namespace.as_str(), sender.as_deref()), (expected, "/", Some("a")));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn entries_in_other_spellings_are_read() {
    let adapter = Adapter::Streams(Streams::default());
    let mut emit = Message::emit("e", Args::new(&f64::NAN).unwrap());
    emit.target.to(["~~~???>>>".to_owned()]);
    let command = adapter.encode(&emit).unwrap();
    let base64 = str::from_utf8(command.payload()).unwrap();
    let url_safe = base64.replace('+', "-").replace('/', "_");
    for data in [base64, base64.trim_end_matches('='), &url_safe] {
        let fields = [("data", data), ("more", "x"), ("type", "3"), ("nsp", "/")];
        let fields = fields.map(|(name, value)| (name, value.as_bytes())).to_vec();
        for stream in ["socket.io", "socket.io-7", "socket.io--3"] {
            assert!(adapter.decode(&Frame::Entry { stream, fields: fields.clone() }).is_ok(), "{stream} {data}");
        }
        for stream in ["socket.io7", "socket.io-x", "other", ""] {
            assert!(adapter.decode(&Frame::Entry { stream, fields: fields.clone() }).is_err(), "{stream}");
        }
    }
}

#[test]
fn what_no_server_could_read_is_malformed_and_never_a_panic() {
    let adapter = Adapter::Streams(Streams::default());
    let good = r#"{"packet":{"type":2,"data":["e"]},"opts":{}}"#;
    let whole = |kind, nsp, data| vec![("type", kind), ("nsp", nsp), ("data", data)];
    let cuts = (0..good.len()).map(|cut| whole("3", "/", &good[..cut]));
    let others = [
        vec![],
        vec![("nsp", "/"), ("data", good)],
        vec![("type", "3"), ("data", good)],
        whole("three", "/", good),
        whole("14", "/", good),
        whole("3", "/", "{}"),
        whole("3", "/", " {}"),
        whole("3", "/", "gqZwYWNrZXQ="),
        whole("3", "/", r#"{"packet":{"type":2,"data":["e"]}}"#),
        whole("7", "/", r#"{"requestId":"x"}"#),
        whole("9", "/", r#"{"packet":"e"}"#),
    ];
    for fields in cuts.chain(others) {
        let bytes = fields.iter().map(|(name, value)| (*name, value.as_bytes())).collect();
        let read = adapter.decode(&Frame::Entry { stream: "socket.io", fields: bytes });
        assert_eq!(read.unwrap_err().code(), "malformed", "{fields:?}");
    }
    let invalid = vec![("type", &b"3"[..]), ("nsp", b"/\xff"), ("data", good.as_bytes())];
    let read = adapter.decode(&Frame::Entry { stream: "socket.io", fields: invalid });
    assert_eq!(read.unwrap_err().code(), "malformed");
}
