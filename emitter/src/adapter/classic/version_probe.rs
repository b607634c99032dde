use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use super::request_type::SOCKETS;

/// A request that shows which servers run Socket.IO 2. It asks for the ids of the sockets in an empty room. Every
/// version responds, and Socket.IO 2 spells the key of the request id differently.
#[derive(Serialize)]
pub(crate) struct VersionProbe<'a> {
    #[serde(rename = "type")]
    request_type: u8,
    uid: &'a str,
    #[serde(rename = "requestId")]
    id: &'a str,
    #[serde(rename = "requestid")]
    id_for_v2: &'a str,
    rooms: [&'a str; 1],
}

impl<'a> VersionProbe<'a> {
    /// The request id is also the name of the room, in which there are no sockets.
    pub(crate) fn new(requester: &'a str, id: &'a str) -> Self {
        Self { request_type: SOCKETS, uid: requester, id, id_for_v2: id, rooms: [id] }
    }
}

/// Reads a response to a version probe: true if the server runs Socket.IO 2; `None` for any other message.
pub(crate) fn is_v2(response: &[u8], id: &str) -> Option<bool> {
    #[derive(Deserialize)]
    struct VersionProbeReply<'a> {
        #[serde(rename = "requestId", borrow, default)]
        id: Option<Cow<'a, str>>,
        #[serde(rename = "requestid", borrow, default)]
        id_of_v2: Option<Cow<'a, str>>,
    }
    let reply: VersionProbeReply<'_> = serde_json::from_slice(response).ok()?;
    match (reply.id.as_deref() == Some(id), reply.id_of_v2.as_deref() == Some(id)) {
        (true, _) => Some(false),
        (false, true) => Some(true),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_of_the_request_id_shows_the_version() {
        assert_eq!(is_v2(br#"{"requestid":"q","clients":[]}"#, "q"), Some(true));
        assert_eq!(is_v2(br#"{"requestId":"q","sockets":[]}"#, "q"), Some(false));
        assert_eq!(is_v2(br#"{"requestId":"other","sockets":[]}"#, "q"), None);
        assert_eq!(is_v2(br#"{"requestId":5}"#, "q"), None);
        assert_eq!(is_v2(b"\x83\xa4type", "q"), None);
    }
}
