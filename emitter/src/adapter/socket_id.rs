/// True for random letters, digits, `-` and `_` with at least one capital letter. Almost every socket id of this length
/// has one; most room names that people choose, such as `conference-room-five`, have none.
pub(crate) fn looks_like_socket_id(room: &str, length: usize) -> bool {
    room.len() == length
        && room.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        && room.bytes().any(|byte| byte.is_ascii_uppercase())
}
