//! Which Socket.IO the servers run, where it makes a difference.

use std::{borrow::Cow, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::base::Error;

/// A generation of Socket.IO servers, as far as the classic adapter can tell them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SocketIo {
    /// Socket.IO 2 with `socket.io-redis` 5: events only, `except` knows sockets and no rooms, binary in its own way.
    V2,
    /// `socket.io-redis` 6.1, on Socket.IO 3 or 4: all but server-side emit.
    V3,
    /// Socket.IO 4 with `@socket.io/redis-adapter` 7.1 or later: everything.
    V4,
}

impl fmt::Display for SocketIo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V2 => "Socket.IO 2",
            Self::V3 => "socket.io-redis 6 (Socket.IO 3)",
            Self::V4 => "Socket.IO 4",
        })
    }
}

impl FromStr for SocketIo {
    type Err = Error;

    /// The generation of this number: 2, 3 or 4.
    ///
    /// # Errors
    /// [`Error::Config`] for any other.
    fn from_str(number: &str) -> Result<Self, Error> {
        match number {
            "2" => Ok(Self::V2),
            "3" => Ok(Self::V3),
            "4" => Ok(Self::V4),
            _ => Err(Error::Config(format!("there is no Socket.IO {number:?} here; there are 2, 3 and 4"))),
        }
    }
}

/// The oldest and the newest among the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServerVersions {
    pub(crate) oldest: SocketIo,
    pub(crate) newest: SocketIo,
}

impl From<SocketIo> for ServerVersions {
    fn from(version: SocketIo) -> Self {
        Self { oldest: version, newest: version }
    }
}

/// The question that tells: which sockets are in a room that nobody is in. Servers of every generation answer it, and
/// each spells the key of its answer in its own way.
#[derive(Serialize)]
pub(crate) struct VersionProbe<'a> {
    #[serde(rename = "type")]
    kind: u8,
    uid: &'a str,
    #[serde(rename = "requestId")]
    id: &'a str,
    #[serde(rename = "requestid")]
    id_for_v2: &'a str,
    rooms: [&'a str; 1],
}

impl<'a> VersionProbe<'a> {
    /// Servers may answer on the asker's own channel. The question's id is the name of the room, too: nobody is in it.
    pub(crate) fn new(asker: &'a str, id: &'a str) -> Self {
        Self { kind: 0, uid: asker, id, id_for_v2: id, rooms: [id] }
    }
}

/// Reads an answer to the question: did a server of Socket.IO 2 write it? `None` if it answers something else.
pub(crate) fn is_v2(answer: &[u8], id: &str) -> Option<bool> {
    #[derive(Deserialize)]
    struct VersionProbeReply<'a> {
        #[serde(rename = "requestId", borrow, default)]
        id: Option<Cow<'a, str>>,
        #[serde(rename = "requestid", borrow, default)]
        id_of_v2: Option<Cow<'a, str>>,
    }
    let answer: VersionProbeReply<'_> = serde_json::from_slice(answer).ok()?;
    match (answer.id.as_deref() == Some(id), answer.id_of_v2.as_deref() == Some(id)) {
        (true, _) => Some(false),
        (false, true) => Some(true),
        (false, false) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_apart_by_their_key() {
        assert_eq!(is_v2(br#"{"requestid":"q","clients":[]}"#, "q"), Some(true));
        assert_eq!(is_v2(br#"{"requestId":"q","sockets":[]}"#, "q"), Some(false));
        assert_eq!(is_v2(br#"{"requestId":"other","sockets":[]}"#, "q"), None);
        assert_eq!(is_v2(br#"{"requestId":5}"#, "q"), None);
        assert_eq!(is_v2(b"\x83\xa4type", "q"), None);
    }
}
