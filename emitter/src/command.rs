use std::fmt;

use base64::{Engine, engine::general_purpose::STANDARD};
use serde::{Serialize, Serializer};

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
    payload: Vec<u8>,
}

impl Command {
    pub(crate) fn publish(channel: String, payload: Vec<u8>) -> Self {
        Self { name: "PUBLISH", channel, payload }
    }

    /// The command's name, such as `PUBLISH`.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The channel it publishes on.
    pub fn channel(&self) -> &str {
        &self.channel
    }

    /// What it publishes.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The size that counts for batches, in bytes.
    pub(crate) fn size(&self) -> usize {
        self.channel.len() + self.payload.len()
    }

    pub(crate) fn to_redis(&self) -> redis::Cmd {
        let mut cmd = redis::Cmd::with_capacity(3, self.name.len() + self.size());
        cmd.arg(self.name).arg(&self.channel).arg(&*self.payload);
        cmd
    }
}

impl fmt::Display for Command {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.name, Quoted(self.channel.as_bytes()), Quoted(&self.payload))
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
        [Word::Text(self.name), Word::Text(&self.channel), payload].serialize(serializer)
    }
}
