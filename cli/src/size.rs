//! Byte sizes on the command line.

use bytesize::ByteSize;

/// Parses a size in bytes, such as `500kB` or `16MiB`.
///
/// # Errors
/// The expected format.
pub(crate) fn parse_size(text: &str) -> Result<usize, &'static str> {
    let bytes = text.parse::<ByteSize>().ok().and_then(|size| usize::try_from(size.as_u64()).ok());
    bytes.filter(|bytes| *bytes > 0).ok_or("expected a size of more than zero, such as 500kB, 16MiB or 1048576")
}
