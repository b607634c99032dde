use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::{base::Error, message::Args};

/// A value that a server sent. It serializes as that value: binary as bytes, a date as a string in ISO 8601.
#[derive(Clone, PartialEq)]
pub struct ServerValue(Args);

impl ServerValue {
    /// The value is the only argument in `value`.
    pub(crate) fn new(value: Args) -> Self {
        Self(value)
    }

    /// Deserializes the value.
    ///
    /// # Errors
    /// [`Error::Malformed`] if the value does not fit `T`.
    pub fn decode<'de, T: Deserialize<'de>>(&'de self) -> Result<T, Error> {
        self.0.decode()
    }
}

impl Serialize for ServerValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.iter().next() {
            Some(value) => value.serialize(serializer),
            None => serializer.serialize_unit(),
        }
    }
}

impl fmt::Debug for ServerValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.iter().next() {
            Some(value) => value.fmt(f),
            None => f.write_str("null"),
        }
    }
}
