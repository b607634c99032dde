use serde::{Serialize, Serializer};

pub(super) const TOKEN: &str = "$socketio_emitter::Spread";

/// A list whose items are the arguments, for when their number is known at run time only.
///
/// ```
/// use socketio_emitter::{Args, Spread};
///
/// let words: Vec<String> = "to be or not".split(' ').map(String::from).collect();
/// assert_eq!(Args::new(&Spread(words))?.len(), 4);
/// # Ok::<(), socketio_emitter::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread<T>(
    /// Anything that serialises as a sequence.
    pub T,
);

impl<T: Serialize> Serialize for Spread<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(TOKEN, &self.0)
    }
}
