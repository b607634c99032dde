/// A message on the bus, before it is decoded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Frame<'a> {
    /// A message that was published on a channel or a shard channel.
    Published {
        /// The channel's name.
        channel: &'a str,
        /// The payload.
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
    /// The channel's name or the stream's key.
    pub fn channel(&self) -> &'a str {
        match self {
            Self::Published { channel, .. } => channel,
            Self::Entry { stream, .. } => stream,
        }
    }

    /// The value of a field of a stream entry.
    pub(crate) fn field(&self, name: &str) -> Option<&'a [u8]> {
        match self {
            Self::Published { .. } => None,
            Self::Entry { fields, .. } => fields.iter().find(|(field, _)| *field == name).map(|(_, value)| *value),
        }
    }
}

impl<'a, B: AsRef<[u8]> + ?Sized> From<(&'a str, &'a B)> for Frame<'a> {
    /// A message that was published: its channel and payload.
    fn from((channel, payload): (&'a str, &'a B)) -> Self {
        Self::Published { channel, payload: payload.as_ref() }
    }
}
