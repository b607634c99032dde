use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

use crate::{base::Error, message::Args};

/// A value as a server sent it. It serialises as what it is: binary as bytes, a date as its ISO 8601 text.
#[derive(Clone, PartialEq)]
pub struct ServerValue(Args);

impl ServerValue {
    /// Of the one argument.
    pub(crate) fn new(value: Args) -> Self {
        Self(value)
    }

    /// The value as a type of the program's own.
    ///
    /// # Errors
    /// [`Error::Malformed`] if it is something else.
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
