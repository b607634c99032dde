use std::fmt;

use crate::message::{Action, Message};

/// An operation on a cluster. Not every adapter supports every operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Operation {
    /// An event for all sockets.
    Emit,
    /// An event for one room.
    Room,
    /// An event for several rooms.
    Rooms,
    /// An event that excludes rooms or sockets.
    Except,
    /// An event on a namespace other than `/`.
    Namespace,
    /// An event that servers drop for clients whose connection is not ready.
    Volatile,
    /// An event with the flag `compress`, true or false.
    Compress,
    /// An event with binary arguments.
    Binary,
    /// Making sockets join rooms.
    Join,
    /// Making sockets leave rooms.
    Leave,
    /// Disconnecting sockets.
    Disconnect,
    /// A server-side event.
    ServerEmit,
    /// Collecting acknowledgements of clients.
    Acks,
    /// Fetching sockets.
    Sockets,
    /// Listing all rooms.
    AllRooms,
    /// Pinging the servers.
    Servers,
    /// Collecting acknowledgements of servers.
    ServerAcks,
}

impl Operation {
    /// All operations.
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

    /// The operation's name in tables and errors.
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

    /// The operations that an adapter must support to carry a message.
    pub(super) fn required_by(message: &Message) -> impl Iterator<Item = Self> {
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
            // Binary in a server-side event is not `Operation::Binary`: each adapter checks it.
            Action::ServerEmit { .. } => (Self::ServerEmit, false, false, false),
        };
        let rest = [
            (binary, Self::Binary),
            (volatile, Self::Volatile),
            (compress, Self::Compress),
            (!target.except.is_empty(), Self::Except),
            (target.namespace != "/", Self::Namespace),
        ];
        [first].into_iter().chain(rest.into_iter().filter_map(|(required, operation)| required.then_some(operation)))
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}
