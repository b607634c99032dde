use std::{io, time::Duration};

use redis::RedisError;

use crate::base::{Error, is_transient};

/// Why a command has no reply, and whether Redis may have taken it all the same. It can be cloned, because one error
/// may concern many commands.
#[derive(Debug, Clone)]
pub(crate) enum CommandError {
    /// The command was not written to a connection.
    Unreachable { address: String, source: RedisError },
    /// Redis answered with an error.
    Refused(RedisError),
    /// The connection broke after the command was written to it.
    Lost(RedisError),
    /// Redis did not answer within this time.
    Timeout(Duration),
}

impl CommandError {
    /// The server did not answer within `total`, and no command was written.
    pub(super) fn no_answer(address: &str, total: Duration) -> Self {
        let source = io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {total:?}")).into();
        Self::Unreachable { address: address.to_owned(), source }
    }

    /// Converts the error of an exchange that sent no message: nothing may have been taken.
    pub(super) fn unsent(self, address: &str) -> Self {
        match self {
            Self::Lost(source) => Self::Unreachable { address: address.to_owned(), source },
            Self::Timeout(total) => Self::no_answer(address, total),
            error => error,
        }
    }

    /// Whether Redis certainly did not take the command, and another node, or this one a little later, may.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused(error) => is_transient(error),
            Self::Lost(_) | Self::Timeout(_) => false,
        }
    }

    /// Whether Redis answered with an error.
    pub(super) fn is_refused(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// Whether no process listens at the address: such a node has no subscribers.
    pub(super) fn is_connection_refused(&self) -> bool {
        matches!(self, Self::Unreachable { source, .. } if source.is_connection_refusal())
    }
}

/// Whether Redis refuses every query at the moment, and not only this one.
pub(super) fn is_fatal(error: &RedisError) -> bool {
    is_transient(error) || matches!(error.code(), Some("NOAUTH" | "BUSY"))
}

impl From<CommandError> for Error {
    fn from(error: CommandError) -> Self {
        match error {
            CommandError::Unreachable { address, source } => Self::Unreachable { address, source },
            CommandError::Refused(source) => Self::Refused(source),
            CommandError::Lost(source) => Self::Lost(source),
            CommandError::Timeout(total) => Self::Timeout(total),
        }
    }
}
