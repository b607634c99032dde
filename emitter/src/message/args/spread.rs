use serde::{Serialize, Serializer};

/// The newtype name by which the serializer of arguments knows a [`Spread`].
pub(super) const SPREAD_NEWTYPE: &str = "$socketio_emitter::Spread";

/// A list whose items are the arguments, for a number of arguments that is only known at run time.
///
/// ```
/// use socketio_emitter::message::{Args, Spread};
///
/// let words: Vec<String> = "to be or not".split(' ').map(String::from).collect();
/// assert_eq!(Args::new(&Spread(words))?.len(), 4);
/// # Ok::<(), socketio_emitter::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spread<T>(
    /// A value that serializes as a sequence.
    pub T,
);

impl<T: Serialize> Serialize for Spread<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_newtype_struct(SPREAD_NEWTYPE, &self.0)
    }
}
