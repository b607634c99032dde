use std::time::Duration;

use redis::RedisError;

use crate::base::{Error, is_transient};

/// Why a server did not answer as it should, and whether it may have taken the command all the same. One may hold for
/// many commands, so it can be cloned.
#[derive(Debug, Clone)]
pub(crate) enum CommandError {
    /// Nothing was handed to it.
    Unreachable { address: String, source: RedisError },
    /// It said no.
    Refused(RedisError),
    /// The connection broke after the command was handed to it.
    Lost(RedisError),
    /// It did not answer in this time.
    Timeout(Duration),
}

impl CommandError {
    /// Nobody answered in time, and nothing was handed to anybody.
    pub(super) fn silence(address: &str, total: Duration) -> Self {
        let text = format!("no answer within {total:?}");
        let source = std::io::Error::new(std::io::ErrorKind::TimedOut, text).into();
        Self::Unreachable { address: address.to_owned(), source }
    }

    /// The same where no message was under way.
    pub(super) fn unsent(self, address: &str) -> Self {
        match self {
            Self::Lost(source) => Self::Unreachable { address: address.to_owned(), source },
            Self::Timeout(total) => Self::silence(address, total),
            fault => fault,
        }
    }

    /// The command was not taken, for certain, and it may be elsewhere or a little later.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Unreachable { .. } => true,
            Self::Refused(error) => is_transient(error),
            Self::Lost(_) | Self::Timeout(_) => false,
        }
    }

    /// Redis answered. (That it was not reached is no answer.)
    pub(super) fn is_answer(&self) -> bool {
        matches!(self, Self::Refused(_))
    }

    /// Nobody listens there: a process that does not run has no subscribers.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self, Self::Unreachable { source, .. } if source.is_connection_refusal())
    }
}

/// Redis' own words for "not to you" and "not now", whatever it is asked.
pub(super) fn is_fatal(error: &RedisError) -> bool {
    is_transient(error) || matches!(error.code(), Some("NOAUTH" | "BUSY"))
}

impl From<CommandError> for Error {
    fn from(fault: CommandError) -> Self {
        match fault {
            CommandError::Unreachable { address, source } => Self::Unreachable { address, source },
            CommandError::Refused(source) => Self::Refused(source),
            CommandError::Lost(source) => Self::Lost(source),
            CommandError::Timeout(total) => Self::Timeout(total),
        }
    }
}
