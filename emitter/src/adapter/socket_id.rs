/// Ids are random letters, digits, `-` and `_`, and hardly one is without a capital, which tells them from most names
/// that people give, such as `conference-room-five`.
pub(crate) fn looks_like_socket_id(room: &str, length: usize) -> bool {
    room.len() == length
        && room.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && room.bytes().any(|byte| byte.is_ascii_uppercase())
}
