use std::fmt;

use crate::message::{Action, Message};

/// What can be said to a cluster or asked of it. No adapter carries all of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// An event for everyone.
    Emit,
    /// An event for one room.
    Room,
    /// An event for several rooms.
    Rooms,
    /// An event that leaves sockets out.
    Except,
    /// An event for another namespace than `/`.
    Namespace,
    /// An event that is dropped where a connection is not ready.
    Volatile,
    /// An event that must, or must not, be compressed.
    Compress,
    /// An event with binary.
    Binary,
    /// Making sockets join rooms.
    Join,
    /// Making sockets leave rooms.
    Leave,
    /// Disconnecting sockets.
    Disconnect,
    /// An event for the servers themselves.
    ServerEmit,
    /// Collecting clients' acknowledgements.
    Acks,
    /// Asking for sockets.
    Sockets,
    /// Asking for the names of all rooms.
    AllRooms,
    /// Asking the servers for a sign of life.
    Servers,
    /// Collecting servers' acknowledgements.
    ServerAcks,
}

impl Operation {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Emit,
        Self::Room,
        Self::Rooms,
        Self::Except,
        Self::Namespace,
        Self::Volatile,
        Self::Compress,
        Self::Binary,
        Self::Join,
        Self::Leave,
        Self::Disconnect,
        Self::ServerEmit,
        Self::Acks,
        Self::Sockets,
        Self::AllRooms,
        Self::Servers,
        Self::ServerAcks,
    ];

    /// Its name in tables and errors.
    pub fn name(self) -> &'static str {
        match self {
            Self::Emit => "emit to all",
            Self::Room => "emit to a room",
            Self::Rooms => "emit to several rooms",
            Self::Except => "except",
            Self::Namespace => "another namespace",
            Self::Volatile => "volatile",
            Self::Compress => "compress",
            Self::Binary => "binary",
            Self::Join => "join",
            Self::Leave => "leave",
            Self::Disconnect => "disconnect",
            Self::ServerEmit => "server-emit",
            Self::Acks => "acknowledgements",
            Self::Sockets => "sockets",
            Self::AllRooms => "rooms",
            Self::Servers => "servers",
            Self::ServerAcks => "server acknowledgements",
        }
    }

    /// What a message asks of an adapter.
    pub(crate) fn needed(message: &Message) -> impl Iterator<Item = Self> {
        let Message { target, action } = message;
        let (first, binary, volatile, compress) = match action {
            Action::Emit { args, flags, .. } => {
                let first = match target.rooms.as_deref() {
                    None => Self::Emit,
                    Some([_]) => Self::Room,
                    Some(_) => Self::Rooms,
                };
                (first, args.has_binary(), flags.volatile, flags.compress.is_some())
            }
            Action::Join { .. } => (Self::Join, false, false, false),
            Action::Leave { .. } => (Self::Leave, false, false, false),
            Action::Disconnect { .. } => (Self::Disconnect, false, false, false),
            // Binary in it is another thing than in an event, and each adapter's own affair.
            Action::ServerEmit { .. } => (Self::ServerEmit, false, false, false),
        };
        let rest = [
            (binary, Self::Binary),
            (volatile, Self::Volatile),
            (compress, Self::Compress),
            (!target.except.is_empty(), Self::Except),
            (target.namespace != "/", Self::Namespace),
        ];
        [first].into_iter().chain(rest.into_iter().filter_map(|(needed, operation)| needed.then_some(operation)))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
