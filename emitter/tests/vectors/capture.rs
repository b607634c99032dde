//! Messages as they were captured, and what they say.

use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, value::RawValue};
use socketio_emitter::{Action, Adapter, Args, Binary, Date, Frame, Heard, Message, Spread};

/// Marks of what JSON has no form for.
pub(crate) const ESCAPES: [&str; 4] = ["$base64", "$date", "$undefined", "$float"];

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
pub(crate) fn typed(message: &RawValue) -> Message {
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

/// What someone published or appended, and what it says.
#[derive(Deserialize)]
pub(crate) struct Overheard<'a> {
    pub(crate) name: String,
    pub(crate) prefix: String,
    heard: String,
    about: Option<String>,
    sender: Option<String>,
    request: Option<String>,
    #[serde(borrow)]
    message: Option<&'a RawValue>,
    channel: Option<String>,
    hex: Option<String>,
    text: Option<String>,
    stream: Option<String>,
    #[serde(default)]
    fields: Vec<(String, String)>,
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

    /// Decodes it, and compares.
    pub(crate) fn hear(&self, adapter: &Adapter) -> Heard {
        let heard = match &self.stream {
            Some(stream) => adapter.decode(&entry(stream, &self.fields)),
            None => adapter.decode(&(self.channel.as_deref().unwrap(), &self.payload()).into()),
        };
        let heard = heard.unwrap_or_else(|error| panic!("{}: {error}", self.name));
        let (about, sender, request) = match &heard {
            Heard::Message { message, sender, request } => {
                assert_eq!(self.heard, "message", "{}", self.name);
                assert_eq!(*message, typed(self.message.unwrap()), "{}", self.name);
                (None, sender, request)
            }
            Heard::Question { about, sender, request, .. } => {
                assert_eq!(self.heard, "question", "{}", self.name);
                (Some(about), sender, request)
            }
            Heard::Answer { about, sender, request } => {
                assert_eq!(self.heard, "response", "{}", self.name);
                (Some(about), sender, request)
            }
            other => panic!("{}: {other:?}", self.name),
        };
        let about = about.map(|about| serde_json::to_value(about).unwrap());
        assert_eq!(about.as_ref().and_then(Value::as_str), self.about.as_deref(), "{}", self.name);
        for (ours, captured) in [(sender, &self.sender), (request, &self.request)] {
            if let (Some(ours), Some(captured)) = (ours, captured) {
                assert_eq!(ours, captured, "{}", self.name);
            }
        }
        heard
    }
}

/// An entry of a stream.
pub(crate) fn entry<'a>(stream: &'a str, fields: &'a [(String, String)]) -> Frame<'a> {
    let fields = fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
    Frame::Entry { stream, fields }
}

/// What the adapter says is read back as the same, and said again as the same.
pub(crate) fn read_back(name: &str, adapter: &Adapter, message: &Message) {
    let command = adapter.encode(message).unwrap();
    match adapter.decode(&command.frame()).unwrap() {
        Heard::Message { message: heard, .. } => {
            // NaN is not even itself.
            assert_eq!(format!("{heard:?}"), format!("{message:?}"), "{name}");
            assert_eq!(adapter.encode(&heard).unwrap(), command, "{name}");
        }
        other => panic!("{name}: {other:?}"),
    }
}
