use serde::{Serialize, Serializer, ser::SerializeTuple};
use socketio_emitter::Args;

/// The arguments of an event on their way to a client. socketioxide takes a tuple for several arguments and anything
/// else for one, and here their number is known at run time only.
pub(crate) struct Arguments<'a>(pub(crate) &'a Args);

impl Serialize for Arguments<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut tuple = serializer.serialize_tuple(self.0.len())?;
        for argument in self.0.iter() {
            tuple.serialize_element(&argument)?;
        }
        tuple.end()
    }
}
