//! Our bytes are the official emitter's, on every message captured from it.

#![allow(clippy::unwrap_used)]

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, value::RawValue};
use socketio_emitter::{Action, Adapter, Args, Binary, Classic, Date, Message, Spread};

#[derive(Deserialize)]
struct Captures<'a> {
    #[serde(borrow)]
    captured: Vec<Capture<'a>>,
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
    let captures: Captures<'_> = serde_json::from_str(include_str!("vectors/classic.json")).unwrap();
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
