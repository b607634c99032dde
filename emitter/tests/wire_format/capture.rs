//! What was captured, from every file of it.

use std::collections::HashMap;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::Deserialize;
use socketio_emitter::{Adapter, Frame};

const FILES: [(&str, &str); 7] = [
    ("asked.json", include_str!("../vectors/asked.json")),
    ("classic.json", include_str!("../vectors/classic.json")),
    ("heard.json", include_str!("../vectors/heard.json")),
    ("sharded.json", include_str!("../vectors/sharded.json")),
    ("streams.json", include_str!("../vectors/streams.json")),
    ("socketioxide.json", include_str!("../vectors/socketioxide.json")),
    ("python.json", include_str!("../vectors/python.json")),
];

/// How our own message for the same compares with a captured one.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ours {
    /// An emitter's, byte by byte.
    Same,
    /// An emitter's, but for what it makes up anew each time.
    SameButIds,
    /// A server's: another sender, another order of keys, and MessagePack or JSON as we choose.
    Meaning,
}

/// A message on the bus.
pub(crate) struct Capture {
    /// As the document calls it: the file, and the name there, with a number if there are several.
    pub(crate) name: String,
    /// The adapter as our own doors name it.
    pub(crate) adapter: String,
    pub(crate) ours: Ours,
    /// The channel, or the stream.
    pub(crate) channel: String,
    /// What was published; `None` of an entry.
    pub(crate) payload: Option<Vec<u8>>,
    pub(crate) fields: Vec<(String, String)>,
    prefix: String,
    max_len: Option<u64>,
}

impl Capture {
    pub(crate) fn adapter(&self) -> Adapter {
        self.adapter.parse::<Adapter>().unwrap().with_prefix(&self.prefix)
    }

    pub(crate) fn frame(&self) -> Frame<'_> {
        match &self.payload {
            Some(payload) => (self.channel.as_str(), payload).into(),
            None => {
                let fields = self.fields.iter().map(|(name, value)| (name.as_str(), value.as_bytes())).collect();
                Frame::Entry { stream: &self.channel, fields }
            }
        }
    }

    /// The Redis command up to what it says.
    pub(crate) fn heading(&self) -> String {
        let Self { channel, payload, adapter, max_len, .. } = self;
        match (payload, max_len) {
            (Some(_), _) if adapter == "sharded" => format!("SPUBLISH {channel}"),
            (Some(_), _) => format!("PUBLISH {channel}"),
            (None, Some(max_len)) => format!("XADD {channel} MAXLEN ~ {max_len} *"),
            (None, None) => format!("entry of {channel}:"),
        }
    }
}

/// The bytes in an entry's field, unless it is text.
pub(crate) fn base64(name: &str, value: &str) -> Option<Vec<u8>> {
    (name == "data" && !value.starts_with('{')).then(|| STANDARD.decode(value).unwrap())
}

pub(crate) fn captures() -> Vec<Capture> {
    let mut seen = HashMap::<String, usize>::new();
    let mut captures: Vec<Capture> = FILES.iter().flat_map(|(file, json)| read(file, json)).collect();
    for Capture { name, .. } in &mut captures {
        let times = seen.entry(name.clone()).or_default();
        *times += 1;
        if *times > 1 {
            *name = format!("{name} @{times}");
        }
    }
    captures
}

/// A file of `emitter/tests/vectors`.
#[derive(Deserialize)]
struct Captured {
    #[serde(default)]
    captured: Vec<One>,
    #[serde(default)]
    emitted: Vec<One>,
    #[serde(default)]
    heard: Vec<One>,
}

#[derive(Deserialize)]
struct One {
    name: String,
    adapter: Option<String>,
    version: Option<String>,
    prefix: Option<String>,
    channel: Option<String>,
    hex: Option<String>,
    text: Option<String>,
    stream: Option<String>,
    max_len: Option<u64>,
    #[serde(default)]
    fields: Vec<(String, String)>,
}

fn read(file: &str, json: &str) -> Vec<Capture> {
    let Captured { captured, emitted, heard } = serde_json::from_str(json).unwrap();
    let by_emitters = match file {
        "classic.json" | "streams.json" => Ours::Same,
        "socketioxide.json" => Ours::SameButIds,
        _ => Ours::Meaning,
    };
    let emitters = captured.into_iter().chain(emitted).map(|one| one.capture(file, by_emitters));
    emitters.chain(heard.into_iter().map(|one| one.capture(file, Ours::Meaning))).collect()
}

impl One {
    fn capture(self, file: &str, ours: Ours) -> Capture {
        let stem = file.strip_suffix(".json").unwrap();
        let adapter = match (self.adapter, &self.version) {
            (Some(adapter), _) => adapter,
            (None, Some(version)) if !version.starts_with("5.18") => "python,before-5.15.1".to_owned(),
            (None, _) if stem == "heard" => "classic".to_owned(),
            (None, _) => stem.to_owned(),
        };
        let default = if stem == "python" { "socketio" } else { "socket.io" };
        let prefix = self.prefix.unwrap_or_else(|| default.to_owned());
        let name = match self.version {
            Some(version) => format!("{file}: {}, {version}", self.name),
            // Adapters have questions of the same name.
            None if stem == "asked" => format!("{file}: {adapter}: {}", self.name),
            None => format!("{file}: {}", self.name),
        };
        let payload = self.text.map(String::into_bytes).or_else(|| self.hex.as_deref().map(bytes));
        let channel = self.channel.or(self.stream).unwrap_or_else(|| prefix.clone());
        Capture { name, adapter, ours, channel, payload, fields: self.fields, prefix, max_len: self.max_len }
    }
}

fn bytes(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2).map(|pair| str::from_utf8(pair).unwrap());
    digits.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}
