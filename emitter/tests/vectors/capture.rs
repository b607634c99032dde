//! The captured messages in the JSON files of this directory.

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, value::RawValue};
use socketio_emitter::{
    Adapter, Args, Binary, Date, Message,
    adapter::{DecodedMessage, Frame},
    message::{Action, Spread},
};

pub(crate) const FILES: [(&str, &str); 7] = [
    ("classic.json", include_str!("classic.json")),
    ("classic_servers.json", include_str!("classic_servers.json")),
    ("python.json", include_str!("python.json")),
    ("requests.json", include_str!("requests.json")),
    ("sharded.json", include_str!("sharded.json")),
    ("socketioxide.json", include_str!("socketioxide.json")),
    ("streams.json", include_str!("streams.json")),
];

/// A socketioxide message starts with this number of bytes up to the end of its two random ids.
pub(crate) const SOCKETIOXIDE_IDS_LEN: usize = 35;

/// Keys that replace an argument without a JSON form. `Message::from_json` does not know them.
const ESCAPES: [&str; 4] = ["$base64", "$date", "$undefined", "$float"];

#[derive(Deserialize)]
pub(crate) struct CaptureFile {
    /// Messages of an official emitter.
    #[serde(default)]
    pub(crate) captured: Vec<CapturedMessage>,
    /// Messages of servers.
    #[serde(default)]
    pub(crate) servers: Vec<CapturedMessage>,
}

impl CaptureFile {
    pub(crate) fn load(file: &str) -> Self {
        let (_, json) = FILES.iter().find(|(name, _)| *name == file).unwrap();
        let mut captures: Self = serde_json::from_str(json).unwrap();
        for capture in captures.captured.iter_mut().chain(&mut captures.servers) {
            capture.set_defaults(file);
        }
        captures
    }
}

/// A published message or a stream entry, and what it decodes to.
#[derive(Deserialize)]
pub(crate) struct CapturedMessage {
    pub(crate) name: String,
    /// The version of python-socketio.
    pub(crate) version: Option<String>,
    /// The name of the adapter, with options.
    #[serde(default)]
    pub(crate) adapter: String,
    #[serde(default)]
    pub(crate) prefix: String,
    /// `message`, `question` or `answer`.
    kind: Option<String>,
    /// What a question or an answer is about.
    about: Option<String>,
    pub(crate) sender: Option<String>,
    request: Option<String>,
    message: Option<Box<RawValue>>,
    channel: Option<String>,
    stream: Option<String>,
    hex: Option<String>,
    text: Option<String>,
    /// The bytes of `hex` or `text`; `None` for a stream entry.
    #[serde(skip)]
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) max_len: Option<u64>,
    #[serde(default)]
    pub(crate) fields: Vec<(String, String)>,
}

impl CapturedMessage {
    fn set_defaults(&mut self, file: &str) {
        let stem = file.strip_suffix(".json").unwrap();
        if self.adapter.is_empty() {
            let before_5_15_1 = self.version.as_ref().is_some_and(|version| !version.starts_with("5.18"));
            let name = if before_5_15_1 { "python,before-5.15.1" } else { stem.trim_end_matches("_servers") };
            self.adapter = name.to_owned();
        }
        if self.prefix.is_empty() {
            self.adapter().prefix().clone_into(&mut self.prefix);
        }
        let text = self.text.as_ref().map(|text| text.as_bytes().to_vec());
        self.payload = text.or_else(|| self.hex.as_deref().map(decode_hex));
    }

    pub(crate) fn adapter(&self) -> Adapter {
        let adapter: Adapter = self.adapter.parse().unwrap();
        if self.prefix.is_empty() { adapter } else { adapter.with_prefix(&self.prefix) }
    }

    /// The channel or the stream.
    pub(crate) fn channel(&self) -> &str {
        self.channel.as_ref().or(self.stream.as_ref()).unwrap_or(&self.prefix)
    }

    pub(crate) fn frame(&self) -> Frame<'_> {
        match &self.payload {
            Some(payload) => (self.channel(), payload).into(),
            None => {
                let fields = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
                Frame::Entry { stream: self.channel(), fields }
            }
        }
    }

    /// The captured message, with the types that its arguments had in the program that emitted them.
    pub(crate) fn message(&self) -> Message {
        let mut form: Value = serde_json::from_str(self.message.as_ref().unwrap().get()).unwrap();
        let values = form.get_mut("args").map(|args| args.take().as_array().unwrap().clone()).unwrap_or_default();
        if form.get("args").is_some() {
            form["args"] = Value::Array(Vec::new());
        }
        let mut message = message_of(&form);
        let packed = Args::new(&Spread(values.into_iter().map(CapturedArg).collect::<Vec<_>>())).unwrap();
        if let Action::Emit { args, .. } | Action::ServerEmit { args, .. } = &mut message.action {
            *args = packed;
        }
        message
    }

    /// The same message parsed by `Message::from_json`, if its arguments have a JSON form.
    pub(crate) fn message_from_json(&self) -> Option<Message> {
        let json = self.message.as_ref().unwrap().get();
        let has_escape = ESCAPES.iter().any(|escape| json.contains(escape));
        (!has_escape).then(|| Message::from_json(json.as_bytes()).unwrap().into_message())
    }

    /// Decodes the frame and compares the result with what the capture says about it.
    pub(crate) fn check_decoded(&self) -> DecodedMessage {
        let name = format!("{} {}", self.name, self.version.as_deref().unwrap_or_default());
        let decoded = self.adapter().decode(&self.frame()).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (kind, about, sender, request) = match &decoded {
            DecodedMessage::Message { message, sender, request, .. } => {
                assert_eq!(*message, self.message(), "{name}");
                ("message", None, sender, request)
            }
            DecodedMessage::Request { kind: about, sender, request, .. } => ("question", Some(about), sender, request),
            DecodedMessage::Response { kind: about, sender, request, .. } => ("answer", Some(about), sender, request),
            other => panic!("{name}: {other:?}"),
        };
        assert_eq!(kind, self.kind.as_deref().unwrap_or("message"), "{name}");
        let about = about.map(|about| serde_json::to_value(about).unwrap());
        assert_eq!(about.as_ref().and_then(Value::as_str), self.about.as_deref(), "{name}");
        for (decoded, captured) in [(sender, &self.sender), (request, &self.request)] {
            if captured.is_some() {
                assert_eq!(decoded, captured, "{name}");
            }
        }
        decoded
    }
}

/// An argument in the `message` of a capture.
struct CapturedArg(Value);

impl Serialize for CapturedArg {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let escape = |key: &str| self.0.as_object().and_then(|map| map.get(key)).and_then(Value::as_str);
        if let Some(base64) = escape("$base64").or_else(|| escape("$binary")) {
            return Binary(STANDARD.decode(base64).unwrap()).serialize(serializer);
        }
        if let Some(iso) = escape("$date") {
            let time: jiff::Timestamp = iso.parse().unwrap();
            return Date::from_unix_ms(time.as_millisecond()).serialize(serializer);
        }
        if let Some(float) = escape("$float") {
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

/// The message with this JSON form.
pub(crate) fn message_of(json: &Value) -> Message {
    Message::from_json(json.to_string().as_bytes()).unwrap().into_message()
}

fn decode_hex(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

/// Encodes the message, decodes the command, and encodes the result to the same command.
pub(crate) fn check_round_trip(name: &str, adapter: &Adapter, message: &Message) {
    let command = adapter.encode(message).unwrap();
    match adapter.decode(&command.frame()).unwrap() {
        DecodedMessage::Message { message: decoded, .. } => {
            // Debug output, because NaN does not equal itself.
            assert_eq!(format!("{decoded:?}"), format!("{message:?}"), "{name}");
            assert_eq!(adapter.encode(&decoded).unwrap(), command, "{name}");
        }
        other => panic!("{name}: {other:?}"),
    }
}

/// Every proper prefix of the payload.
pub(crate) fn truncations(payload: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..payload.len()).map(|len| payload[..len].to_vec())
}
