use serde::{Serialize, Serializer};

/// Socket.IO binary: clients receive a `Buffer` in Node.js and an `ArrayBuffer` in a browser.
///
/// `bytes::Bytes` and the types of `serde_bytes` are binary too; this wraps any other type of bytes.
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
