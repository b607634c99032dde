use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer};

use crate::adapter::Frame;

/// Redis chooses the entry's id.
const ENTRY_ID: &str = "*";

/// The Redis command that says a message: final, and made by an adapter only.
///
/// It displays as one would type it into `redis-cli`, and serialises as the list of its words, with
/// `{"$binary": "<base64>"}` for what is no text.
///
/// ```
/// use socketio_emitter::{Adapter, Args, Classic, Message};
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
    /// The words between channel and payload: none but for a stream.
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

    /// An entry of a stream, which is cut to about so many. The last field is the payload.
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

    /// The channel it publishes on, or the stream it appends to.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// What it publishes, or the last field of the stream's entry.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The message, as those see it who listen.
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

    /// The key whose owner must take it, if a Redis Cluster is to take it in one place only.
    pub(crate) fn key(&self) -> Option<&str> {
        (self.name != "PUBLISH").then_some(&self.channel)
    }

    /// The size of channel, payload and what is between them, in bytes.
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

/// Bytes in redis-cli's spelling.
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
        enum Word<'a> {
            Text(&'a str),
            Binary {
                #[serde(rename = "$binary")]
                base64: String,
            },
        }
        let payload = match str::from_utf8(&self.payload) {
            Ok(text) => Word::Text(text),
            Err(_) => Word::Binary { base64: STANDARD.encode(&self.payload) },
        };
        let middle = self.middle.iter().map(|word| Word::Text(word));
        let words = [Word::Text(self.name), Word::Text(&self.channel)].into_iter().chain(middle).chain([payload]);
        serializer.collect_seq(words)
    }
}
