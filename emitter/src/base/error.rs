mod advice;

use std::{convert::Infallible, time::Duration};

use redis::{ErrorKind as RedisErrorKind, RedisError, ServerErrorKind};

use super::{Code, InvalidMessage};

/// Everything that can go wrong.
///
/// | question | answer |
/// |---|---|
/// | what went wrong? | [`kind`](Self::kind), and [`code`](Self::code) for programs |
/// | may Redis have taken the message? | [`may_have_been_taken`](Self::may_have_been_taken) |
/// | does trying again help? | [`should_retry`](Self::should_retry) |
///
/// The variants carry `redis::RedisError` where Redis or the network said something.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The message breaks a rule of the wire format or could harm a server or client. Nothing was sent.
    #[error(transparent)]
    Invalid(#[from] InvalidMessage),

    /// The adapter cannot carry this. Nothing was sent.
    #[error("the {adapter} adapter cannot carry {what}; {instead}")]
    #[non_exhaustive]
    Unsupported {
        /// The adapter's name, as in `--adapter`.
        adapter: &'static str,
        /// What it cannot carry.
        what: String,
        /// What to do instead.
        instead: &'static str,
    },

    /// No Socket.IO server was found on this Redis. Nothing was sent.
    #[error("no Socket.IO server found on this Redis: {channel:?} has no subscribers; {}", no_servers_advice(.elsewhere))]
    #[non_exhaustive]
    NoServers {
        /// The channel that servers would subscribe to.
        channel: String,
        /// The adapter and prefix of each cluster that is on this Redis under another prefix.
        elsewhere: Vec<(String, String)>,
    },

    /// Servers of several adapters were found; none of them reads the others' messages. Nothing was sent.
    #[error("servers of several adapters are on this Redis ({}); set the adapter of the servers to reach", .found.join(" and "))]
    #[non_exhaustive]
    SeveralAdapters {
        /// The adapters' names, with their options.
        found: Vec<String>,
    },

    /// Redis does not permit detecting what the servers run. Nothing was sent.
    #[error("cannot detect the servers' {what}: Redis refused PUBSUB ({source}); permit it, or set the {what}")]
    #[non_exhaustive]
    Undetected {
        /// What could not be detected: `adapter` or `Socket.IO version`.
        what: &'static str,
        /// The answer of Redis.
        source: RedisError,
    },

    /// The message depends on the servers' Socket.IO version, and some servers did not say theirs. Nothing was sent.
    #[error(
        "{silent} of {servers} server(s) did not say which Socket.IO version they run, and this message depends on it; \
         they may be frozen or disconnected. To send anyway, set the version"
    )]
    #[non_exhaustive]
    Unrecognised {
        /// The number of subscribed servers that did not answer.
        silent: u64,
        /// The number of subscribed servers.
        servers: u64,
    },

    /// A request or a tap needs a subscription, which is not possible on a connection
    /// [supplied by the caller](crate::Emitter::on).
    #[error(
        "cannot subscribe on a connection supplied by the caller; connect by URL (or, to send a message that depends on \
         the servers' Socket.IO version, set the version)"
    )]
    CannotListen,

    /// Fewer servers than required are on the namespace. Nothing was sent.
    #[error("{found} server(s) on namespace {namespace}, {required} required; nothing was sent")]
    #[non_exhaustive]
    TooFewServers {
        /// The number of servers required.
        required: u64,
        /// The number of servers that Redis counts.
        found: u64,
        /// The namespace.
        namespace: String,
    },

    /// An option or the Redis URL cannot be used. Nothing was sent.
    #[error("{0}")]
    Config(String),

    /// Redis cannot be reached. Nothing was sent.
    #[error("cannot reach Redis at {address}: {source}; nothing was sent")]
    #[non_exhaustive]
    Unreachable {
        /// Host and port, or the path of the socket; never a password.
        address: String,
        /// How the attempt failed.
        source: RedisError,
    },

    /// Redis answered with an error: it did not take the message.
    #[error("Redis refused: {0}")]
    Refused(RedisError),

    /// The connection broke after the message was written to it.
    #[error("the connection to Redis broke before Redis answered: {0}; Redis may have taken the message")]
    Lost(RedisError),

    /// Redis did not answer in time.
    #[error("Redis did not answer within {0:?}; Redis may have taken the message")]
    Timeout(Duration),

    /// A message on the bus cannot be decoded.
    #[error("malformed: {0}")]
    Malformed(String),

    /// A batch stopped early.
    #[error("stopped at message {index} (counted from 0), after {accepted} were taken: {source}")]
    #[non_exhaustive]
    Stopped {
        /// The number of messages that Redis took, for certain.
        accepted: u64,
        /// The number of messages that Redis may have taken: they were sent and not answered.
        unknown: u64,
        /// The position of the first message that failed, counted from 0.
        index: u64,
        /// Why it failed.
        source: Box<Self>,
    },

    /// The background runtime of [`wait`](crate::Outgoing::wait) cannot start.
    #[error("cannot start the background runtime for wait(): {0}")]
    Runtime(std::io::Error),
}

/// What kind of error it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The message is at fault: it breaks a rule, or the adapter cannot carry it.
    InvalidMessage,
    /// No server, or fewer servers than required, are there to take the message.
    NoServers,
    /// An option is missing or wrong: URL, adapter, version, or the kind of connection.
    Config,
    /// Redis or its network is at fault.
    Redis,
    /// Servers sent something that cannot be read, or did not answer.
    Servers,
    /// The operating system is at fault.
    System,
}

impl Error {
    /// The stable code of the error.
    pub fn code(&self) -> Code {
        match self {
            Self::Invalid(invalid) => invalid.code,
            Self::Unsupported { .. } => Code::Unsupported,
            Self::NoServers { .. } => Code::NoServers,
            Self::SeveralAdapters { .. } => Code::SeveralAdapters,
            Self::TooFewServers { .. } => Code::TooFewServers,
            Self::Undetected { .. } => Code::Undetected,
            Self::Unrecognised { .. } => Code::Unrecognised,
            Self::CannotListen => Code::CannotListen,
            Self::Config(_) => Code::Config,
            Self::Unreachable { .. } => Code::RedisUnreachable,
            Self::Refused(_) => Code::RedisRefused,
            Self::Lost(_) => Code::ConnectionLost,
            Self::Timeout(_) => Code::Timeout,
            Self::Malformed(_) => Code::Malformed,
            Self::Stopped { source, .. } => source.code(),
            Self::Runtime(_) => Code::Runtime,
        }
    }

    /// What kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(_) | Self::Unsupported { .. } => ErrorKind::InvalidMessage,
            Self::NoServers { .. } | Self::TooFewServers { .. } => ErrorKind::NoServers,
            Self::Config(_) | Self::SeveralAdapters { .. } | Self::Undetected { .. } | Self::CannotListen => {
                ErrorKind::Config
            }
            Self::Unreachable { .. } | Self::Refused(_) | Self::Lost(_) | Self::Timeout(_) => ErrorKind::Redis,
            Self::Unrecognised { .. } | Self::Malformed(_) => ErrorKind::Servers,
            Self::Stopped { source, .. } => source.kind(),
            Self::Runtime(_) => ErrorKind::System,
        }
    }

    /// Whether Redis may have taken the message: sending it again could send it twice.
    pub fn may_have_been_taken(&self) -> bool {
        match self {
            Self::Lost(_) | Self::Timeout(_) => true,
            Self::Stopped { unknown, .. } => *unknown > 0,
            _ => false,
        }
    }

    /// Whether the same call may succeed later, without a change to the message, the options or the rights of the Redis
    /// user. Where [`may_have_been_taken`](Self::may_have_been_taken) is true too, it may send the message twice.
    pub fn should_retry(&self) -> bool {
        match self {
            Self::NoServers { .. }
            | Self::TooFewServers { .. }
            | Self::Unrecognised { .. }
            | Self::Unreachable { .. }
            | Self::Lost(_)
            | Self::Timeout(_)
            | Self::Runtime(_) => true,
            Self::Refused(source) => is_transient(source),
            Self::Stopped { source, .. } => source.should_retry(),
            Self::Invalid(_)
            | Self::Unsupported { .. }
            | Self::SeveralAdapters { .. }
            | Self::Undetected { .. }
            | Self::CannotListen
            | Self::Config(_)
            | Self::Malformed(_) => false,
        }
    }

    /// What to check where Redis cannot be used; `None` where the error says all that is known.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Unreachable { source, .. } | Self::Refused(source) => advice::advice(source),
            Self::Stopped { source, .. } => source.advice(),
            _ => None,
        }
    }
}

/// What is checked already cannot fail.
impl From<Infallible> for Error {
    fn from(never: Infallible) -> Self {
        match never {}
    }
}

/// Whether Redis refuses the command only for the moment: it loads its data, a script runs, or a failover is under way.
pub(crate) fn is_transient(refusal: &RedisError) -> bool {
    matches!(
        refusal.kind(),
        RedisErrorKind::Server(
            ServerErrorKind::Moved
                | ServerErrorKind::Ask
                | ServerErrorKind::TryAgain
                | ServerErrorKind::ClusterDown
                | ServerErrorKind::MasterDown
                | ServerErrorKind::ReadOnly
                | ServerErrorKind::BusyLoading
        )
    ) || refusal.code() == Some("BUSY")
}

fn no_servers_advice(elsewhere: &[(String, String)]) -> String {
    if elsewhere.is_empty() {
        return "check that the servers run, use this Redis, a Redis adapter and this prefix. To send anyway, set the \
                adapter"
            .to_owned();
    }
    let found =
        elsewhere.iter().take(5).map(|(adapter, prefix)| format!("{adapter} servers use the prefix {prefix:?}"));
    format!("but {} here", found.collect::<Vec<_>>().join(", "))
}

pub(crate) fn malformed(reason: impl Into<String>) -> Error {
    Error::Malformed(reason.into())
}

#[cfg(test)]
mod tests;
