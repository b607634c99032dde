//! Our bytes are the official emitter's, on every message captured from it; and what servers and other emitters
//! publish is read as what it is.

#![allow(clippy::unwrap_used)]

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, value::RawValue};
use socketio_emitter::{Action, Adapter, Args, Binary, Classic, Date, Heard, Message, Spread};

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

/// A captured argument, as the program that emitted it had it.
struct Captured(Value);

impl Serialize for Captured {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use base64::{Engine, engine::general_purpose::STANDARD};
        let special = |key: &str| self.0.as_object().and_then(|map| map.get(key)).and_then(Value::as_str);
        if let Some(base64) = special("$base64") {
            return Binary(STANDARD.decode(base64).unwrap()).serialize(serializer);
        }
        if let Some(iso) = special("$date") {
            let time: jiff::Timestamp = iso.parse().unwrap();
            return Date::from_unix_ms(time.as_millisecond()).serialize(serializer);
        }
        if let Some(float) = special("$float") {
            return float.parse::<f64>().unwrap().serialize(serializer);
        }
        match &self.0 {
            Value::Object(map) if map.contains_key("$undefined") => serializer.serialize_none(),
            Value::Object(map) => serializer.collect_map(map.iter().map(|(k, v)| (k, Self(v.clone())))),
            Value::Array(list) => serializer.collect_seq(list.iter().map(|v| Self(v.clone()))),
            plain => plain.serialize(serializer),
        }
    }
}

/// The message with its arguments as typed values instead of JSON.
fn typed(message: &RawValue) -> Message {
    let mut form: Value = serde_json::from_str(message.get()).unwrap();
    let values = form.get_mut("args").map(|args| args.take().as_array().unwrap().clone()).unwrap_or_default();
    if form.get("args").is_some() {
        form["args"] = Value::Array(Vec::new());
    }
    let mut message = Message::from_json(form.to_string().as_bytes()).unwrap();
    let packed = Args::new(&Spread(values.into_iter().map(Captured).collect::<Vec<_>>())).unwrap();
    if let Action::Emit { args, .. } | Action::ServerEmit { args, .. } = &mut message.action {
        *args = packed;
    }
    message
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
    let captures: Captures<Capture<'_>> = serde_json::from_str(include_str!("vectors/classic.json")).unwrap();
    assert_eq!(captures.captured.len(), 33);
    let mut from_json = 0;
    for capture in &captures.captured {
        check(capture, &typed(capture.message));
        if !["$base64", "$date", "$undefined", "$float"].iter().any(|escape| capture.message.get().contains(escape)) {
            check(capture, &Message::from_json(capture.message.get().as_bytes()).unwrap());
            from_json += 1;
        }
    }
    assert!(from_json > 20, "{from_json}");
}

#[derive(Deserialize)]
struct Overheard<'a> {
    name: String,
    prefix: String,
    heard: String,
    about: Option<String>,
    sender: Option<String>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    channel: String,
    hex: Option<String>,
    text: Option<String>,
}

impl Overheard<'_> {
    fn payload(&self) -> Vec<u8> {
        match (&self.hex, &self.text) {
            (Some(hex), _) => {
                let digits = hex.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
                digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
            }
            (_, text) => text.clone().unwrap().into_bytes(),
        }
    }
}

fn hear(capture: &Overheard<'_>) {
    let adapter = Adapter::Classic(Classic::default().prefix(&capture.prefix));
    let heard = adapter.decode(&(capture.channel.as_str(), &capture.payload()).into()).unwrap();
    let name = |about| serde_json::to_value(about).unwrap();
    match (capture.heard.as_str(), heard) {
        ("message", Heard::Message { message, sender, .. }) => {
            assert_eq!(message, typed(capture.message.unwrap()), "{}", capture.name);
            assert_eq!(sender, capture.sender.clone().filter(|_| sender.is_some()), "{}", capture.name);
        }
        ("question", Heard::Question { about, .. }) | ("response", Heard::Answer { about, .. }) => {
            assert_eq!(name(about), capture.about.clone().unwrap(), "{}", capture.name);
        }
        (expected, other) => panic!("{}: {expected}: {other:?}", capture.name),
    }
}

#[test]
fn what_servers_and_other_emitters_publish_is_read() {
    let captures: Captures<Overheard<'_>> = serde_json::from_str(include_str!("vectors/heard.json")).unwrap();
    assert_eq!(captures.captured.len(), 26);
    captures.captured.iter().for_each(hear);
}

#[test]
fn what_we_publish_is_read_back() {
    let captures: Captures<Capture<'_>> = serde_json::from_str(include_str!("vectors/classic.json")).unwrap();
    for capture in &captures.captured {
        let adapter = Adapter::Classic(Classic::default().prefix(&capture.prefix));
        let message = typed(capture.message);
        let command = adapter.encode(&message).unwrap();
        match adapter.decode(&command.frame()).unwrap() {
            Heard::Message { message: heard, .. } => {
                // NaN is not even itself.
                assert_eq!(format!("{heard:?}"), format!("{message:?}"), "{}", capture.name);
                assert_eq!(adapter.encode(&heard).unwrap(), command, "{}", capture.name);
            }
            other => panic!("{}: {other:?}", capture.name),
        }
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
