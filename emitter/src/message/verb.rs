use std::fmt;

use serde::Deserialize;

/// The kind of an action: the value of `do` in the JSON form.
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
    /// Sends an event to the servers.
    ServerEmit,
}

impl Verb {
    /// The value of `do`: `emit`, `join`, `leave`, `disconnect` or `server-emit`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Emit => "emit",
            Self::Join => "join",
            Self::Leave => "leave",
            Self::Disconnect => "disconnect",
            Self::ServerEmit => "server-emit",
        }
    }

    /// The main keys of a message with this verb, for error texts.
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
