use std::{fmt, str::FromStr};

use crate::base::Error;

/// A version of Socket.IO servers, as far as the classic adapter distinguishes them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SocketIo {
    /// Socket.IO 2 with `socket.io-redis` 5: events only, with `except` for sockets but not rooms, and binary in
    /// another form.
    V2,
    /// Socket.IO 3 or 4 with `socket.io-redis` 6.1: everything except acknowledgements and server-side emits.
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

    /// Parses `2`, `3` or `4`.
    ///
    /// # Errors
    /// [`Error::Config`] for any other text.
    fn from_str(number: &str) -> Result<Self, Error> {
        match number {
            "2" => Ok(Self::V2),
            "3" => Ok(Self::V3),
            "4" => Ok(Self::V4),
            _ => Err(Error::Config(format!("unknown Socket.IO version {number:?}; use 2, 3 or 4"))),
        }
    }
}

/// The oldest and the newest version of Socket.IO among the servers of a namespace.
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
