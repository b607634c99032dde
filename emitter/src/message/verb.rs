use std::fmt;

use serde::Deserialize;

/// What a message does, by its name in the JSON form: the value of `do`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Sends an event to clients.
    #[default]
    Emit,
    /// Makes sockets join rooms.
    Join,
    /// Makes sockets leave rooms.
    Leave,
    /// Disconnects sockets.
    Disconnect,
    /// Sends an event to the servers themselves.
    ServerEmit,
}

impl Verb {
    /// As it is written: `emit`, `join`, `leave`, `disconnect` or `server-emit`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Emit => "emit",
            Self::Join => "join",
            Self::Leave => "leave",
            Self::Disconnect => "disconnect",
            Self::ServerEmit => "server-emit",
        }
    }

    /// The keys that a message with this verb is known by, in words.
    pub(super) fn keys(self) -> &'static str {
        match self {
            Self::Emit | Self::ServerEmit => "\"event\" and \"args\" or \"data\"",
            Self::Join => "\"join\" and \"rooms\" or \"all\"",
            Self::Leave => "\"leave\" and \"rooms\" or \"all\"",
            Self::Disconnect => "\"rooms\" or \"all\"",
        }
    }
}

impl fmt::Display for Verb {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
