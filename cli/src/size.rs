//! How large, as people write it.

use bytesize::ByteSize;

/// Reads a size in bytes.
///
/// # Errors
/// What it should look like.
pub(crate) fn size(text: &str) -> Result<usize, &'static str> {
    let bytes = text.parse::<ByteSize>().ok().and_then(|size| usize::try_from(size.as_u64()).ok());
    bytes.filter(|bytes| *bytes > 0).ok_or("a size looks like 500kB, 16MiB or 1048576, and is more than zero")
}
