/// A message as it is on the bus, before it is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<'a> {
    /// Published on a channel, of a shard or not.
    Published {
        /// The channel's name.
        channel: &'a str,
        /// The bytes.
        payload: &'a [u8],
    },
    /// An entry of a stream.
    Entry {
        /// The stream's key.
        stream: &'a str,
        /// The entry's fields, in order.
        fields: Vec<(&'a str, &'a [u8])>,
    },
}

impl<'a> Frame<'a> {
    /// The name of the channel, or of the stream.
    pub fn channel(&self) -> &'a str {
        match self {
            Self::Published { channel, .. } => channel,
            Self::Entry { stream, .. } => stream,
        }
    }

    /// The value of a stream's entry's field.
    pub(crate) fn field(&self, name: &str) -> Option<&'a [u8]> {
        match self {
            Self::Published { .. } => None,
            Self::Entry { fields, .. } => fields.iter().find(|(field, _)| *field == name).map(|(_, value)| *value),
        }
    }
}

impl<'a, B: AsRef<[u8]> + ?Sized> From<(&'a str, &'a B)> for Frame<'a> {
    /// Published on this channel.
    fn from((channel, payload): (&'a str, &'a B)) -> Self {
        Self::Published { channel, payload: payload.as_ref() }
    }
}
