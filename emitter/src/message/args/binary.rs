use serde::{Serialize, Serializer};

/// Bytes that are to arrive as bytes: a `Buffer` in Node, an `ArrayBuffer` in a browser.
///
/// `bytes::Bytes` and `serde_bytes` do the same; this is for bytes at hand in any other shape.
///
/// ```
/// use socketio_emitter::{Args, Binary};
///
/// assert!(Args::new(&("avatar", Binary([1, 2, 3])))?.has_binary());
/// # Ok::<(), socketio_emitter::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binary<T>(
    /// The bytes.
    pub T,
);

impl<T: AsRef<[u8]>> Serialize for Binary<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_bytes(self.0.as_ref())
    }
}
