use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer};

use super::Frame;

/// Makes Redis generate the entry's id.
const ENTRY_ID: &str = "*";

/// The Redis command that sends a message. Only adapters create commands.
///
/// It displays as one would type it into `redis-cli`. It serializes as the list of its words, in which
/// `{"$binary": "<base64>"}` stands for a payload that is not UTF-8.
///
/// ```
/// use socketio_emitter::{Adapter, Args, Message, adapter::Classic};
///
/// let adapter = Adapter::Classic(Classic::default());
/// let command = adapter.encode(&Message::emit("tick", Args::default()))?;
/// assert_eq!(command.name(), "PUBLISH");
/// assert_eq!(command.channel(), "socket.io#/#");
/// assert!(command.to_string().starts_with(r#"PUBLISH "socket.io#/#" "\x93\xa7emitter\x83"#));
/// # Ok::<(), socketio_emitter::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Command {
    name: &'static str,
    channel: String,
    /// The words between channel and payload. Empty unless it appends to a stream.
    middle: Vec<String>,
    payload: Vec<u8>,
}

impl Command {
    pub(crate) fn publish(channel: String, payload: Vec<u8>) -> Self {
        Self { name: "PUBLISH", channel, middle: Vec::new(), payload }
    }

    pub(crate) fn shard_publish(channel: String, payload: Vec<u8>) -> Self {
        Self { name: "SPUBLISH", ..Self::publish(channel, payload) }
    }

    /// Appends an entry to a stream and trims the stream to about `max_len` entries. The payload is the value of the
    /// field `last`.
    pub(crate) fn append(stream: String, max_len: u64, fields: &[(&str, &str)], last: &str, payload: Vec<u8>) -> Self {
        let mut middle = vec!["MAXLEN".to_owned(), "~".to_owned(), max_len.to_string(), ENTRY_ID.to_owned()];
        middle.extend(fields.iter().flat_map(|(name, value)| [(*name).to_owned(), (*value).to_owned()]));
        middle.push(last.to_owned());
        Self { name: "XADD", channel: stream, middle, payload }
    }

    /// The command's name: `PUBLISH`, `SPUBLISH` or `XADD`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The channel that it publishes on, or the key of the stream that it appends to.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// The payload that it publishes, or the value of the last field of the stream entry.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The message as its receivers see it.
    pub fn frame(&self) -> Frame<'_> {
        let mut middle = self.middle.iter().map(String::as_str);
        if !middle.any(|word| word == ENTRY_ID) {
            return Frame::Published { channel: &self.channel, payload: &self.payload };
        }
        let mut fields = Vec::with_capacity(self.middle.len() / 2);
        while let Some(name) = middle.next() {
            fields.push((name, middle.next().map_or(self.payload(), str::as_bytes)));
        }
        Frame::Entry { stream: &self.channel, fields }
    }

    /// In a Redis Cluster, the key whose owner must execute the command; `None` if any node may.
    pub(crate) fn key(&self) -> Option<&str> {
        (self.name != "PUBLISH").then_some(&self.channel)
    }

    /// The size of the command's arguments, in bytes.
    pub fn size(&self) -> usize {
        self.channel.len() + self.middle.iter().map(String::len).sum::<usize>() + self.payload.len()
    }

    pub(crate) fn to_redis(&self) -> redis::Cmd {
        let mut cmd = redis::Cmd::with_capacity(3 + self.middle.len(), self.name.len() + self.size());
        cmd.arg(self.name).arg(&self.channel).arg(&self.middle).arg(&*self.payload);
        cmd
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, Quoted(self.channel.as_bytes()))?;
        self.middle.iter().try_for_each(|word| write!(f, " {}", Quoted(word.as_bytes())))?;
        write!(f, " {}", Quoted(&self.payload))
    }
}

/// Displays bytes as `redis-cli` quotes them.
struct Quoted<'a>(&'a [u8]);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"")?;
        for byte in self.0 {
            match byte {
                b'"' | b'\\' => write!(f, "\\{}", char::from(*byte))?,
                b'\n' => f.write_str("\\n")?,
                b'\r' => f.write_str("\\r")?,
                b'\t' => f.write_str("\\t")?,
                b' '..=b'~' => write!(f, "{}", char::from(*byte))?,
                _ => write!(f, "\\x{byte:02x}")?,
            }
        }
        f.write_str("\"")
    }
}

impl Serialize for Command {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        #[serde(untagged)]
        enum CommandWord<'a> {
            Text(&'a str),
            Binary {
                #[serde(rename = "$binary")]
                base64: String,
            },
        }
        let payload = match str::from_utf8(&self.payload) {
            Ok(text) => CommandWord::Text(text),
            Err(_) => CommandWord::Binary { base64: STANDARD.encode(&self.payload) },
        };
        let middle = self.middle.iter().map(|word| CommandWord::Text(word));
        let words =
            [CommandWord::Text(self.name), CommandWord::Text(&self.channel)].into_iter().chain(middle).chain([payload]);
        serializer.collect_seq(words)
    }
}
