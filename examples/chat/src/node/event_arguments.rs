use serde::{Serialize, Serializer, ser::SerializeTuple};
use socketio_emitter::Args;

/// The arguments of an event to clients. socketioxide sends a tuple as several arguments and every other value as one
/// argument. A Rust tuple would fix their number at compile time; this type serializes a tuple of any length.
pub(crate) struct EventArguments<'a>(pub(crate) &'a Args);

impl Serialize for EventArguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        for argument in self.0.iter() {
            tuple.serialize_element(&argument)?;
        }
        tuple.end()
    }
}
