mod advice;

use std::{fmt, time::Duration};

use redis::RedisError;

/// Everything that can go wrong, in four kinds: the message cannot be published ([`Invalid`](Self::Invalid),
/// [`Unsupported`](Self::Unsupported)), nobody is there to take it ([`NoServers`](Self::NoServers),
/// [`TooFewServers`](Self::TooFewServers)), Redis did not take it ([`Config`](Self::Config),
/// [`Unreachable`](Self::Unreachable), [`Refused`](Self::Refused)), or nobody knows whether it did
/// ([`Lost`](Self::Lost), [`Timeout`](Self::Timeout)).
///
/// [`Stopped`](Self::Stopped) wraps one of these when it ended a batch.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The message breaks a rule of the wire or could hurt a server. Nothing was sent.
    #[error(transparent)]
    Invalid(#[from] Invalid),

    /// The adapter has no way to say this. Nothing was sent.
    #[error("the {adapter} adapter cannot carry {what}; {instead}")]
    Unsupported {
        /// The adapter's name, as in `--adapter`.
        adapter: &'static str,
        /// What it cannot carry.
        what: String,
        /// What to do instead.
        instead: &'static str,
    },

    /// No adapter was found on this Redis. Nothing was sent.
    #[error("no Socket.IO server found on this Redis: nobody subscribes to {channel:?}; {}", nobody_why(.elsewhere))]
    NoServers {
        /// The channel that servers of a known adapter would subscribe to.
        channel: String,
        /// The adapter and the prefix of servers that are there all the same: they use another prefix.
        elsewhere: Vec<(String, String)>,
    },

    /// More than one adapter was found, and each reads what the others do not. Nothing was sent.
    #[error("servers of several adapters are on this Redis ({}); say which of them are meant", .found.join(" and "))]
    SeveralAdapters {
        /// The adapters, as they are named.
        found: Vec<String>,
    },

    /// Redis does not permit the question what the servers run. Nothing was sent.
    #[error("cannot find out which {what} the servers run: Redis refused PUBSUB ({source}); permit it, or say which")]
    Undetected {
        /// What was to be found out: `adapter` or `Socket.IO`.
        what: &'static str,
        /// Redis' answer.
        source: RedisError,
    },

    /// The message depends on which Socket.IO the servers run, and some did not say. Nothing was sent.
    #[error(
        "{silent} of {servers} server(s) did not say which Socket.IO they run, on which this depends; are they frozen or \
         deaf? To send all the same, say which it is"
    )]
    Unrecognised {
        /// Servers that are subscribed and did not answer.
        silent: u64,
        /// Servers that are subscribed.
        servers: u64,
    },

    /// A question or a tap needs a subscription, which a connection that was [given](crate::Emitter::on) has no place
    /// for.
    #[error(
        "this needs a subscription, for which the given connection has no place; connect by URL (or, where it is \
        about the servers' Socket.IO version, say which it is)"
    )]
    CannotListen,

    /// Fewer servers than required are on the namespace. Nothing was sent.
    #[error("{found} server(s) on namespace {namespace}, {required} required; nothing was sent")]
    TooFewServers {
        /// How many were asked for.
        required: u64,
        /// How many Redis counts.
        found: u64,
        /// The namespace they were counted on.
        namespace: String,
    },

    /// The options or the URL cannot be used.
    #[error("{0}")]
    Config(String),

    /// No connection to Redis, so nothing was sent.
    #[error("cannot reach Redis at {address}: {source}; nothing was sent")]
    Unreachable {
        /// Host and port, or the socket's path; never a password.
        address: String,
        /// What the attempt ended with.
        source: RedisError,
    },

    /// Redis answered with an error: it did not take the message.
    #[error("Redis refused: {0}")]
    Refused(RedisError),

    /// The connection broke after the message was handed to it: it may have arrived or not.
    #[error("the connection to Redis broke before it answered: {0}; the message may have been taken or not")]
    Lost(RedisError),

    /// Redis did not answer in time: the message may have arrived or not.
    #[error("Redis did not answer within {0:?}; the message may have been taken or not")]
    Timeout(Duration),

    /// A message on the bus that no server could read.
    #[error("malformed: {0}")]
    Malformed(String),

    /// A batch ended early.
    #[error("stopped at message {index} (counted from 0), after {accepted} were taken: {source}")]
    Stopped {
        /// Messages that Redis took, for certain.
        accepted: u64,
        /// Messages whose fate is unknown: handed to Redis, no answer read.
        unknown: u64,
        /// Where the batch stopped: the position of the first message that failed.
        index: u64,
        /// Why.
        source: Box<Self>,
    },

    /// The runtime behind [`wait`](crate::Outgoing::wait) could not be started.
    #[error("cannot start the background runtime for wait(): {0}")]
    Runtime(std::io::Error),
}

impl Error {
    /// A stable, machine-readable name, such as `reserved-event`, `no-servers` or `timeout`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Invalid(invalid) => invalid.code,
            Self::Unsupported { .. } => "unsupported",
            Self::NoServers { .. } => "no-servers",
            Self::SeveralAdapters { .. } => "several-adapters",
            Self::TooFewServers { .. } => "too-few-servers",
            Self::Undetected { .. } => "undetected",
            Self::Unrecognised { .. } => "unrecognised",
            Self::CannotListen => "cannot-listen",
            Self::Config(_) => "config",
            Self::Unreachable { .. } => "redis-unreachable",
            Self::Refused(_) => "redis-refused",
            Self::Lost(_) => "connection-lost",
            Self::Timeout(_) => "timeout",
            Self::Malformed(_) => "malformed",
            Self::Stopped { source, .. } => source.code(),
            Self::Runtime(_) => "runtime",
        }
    }

    /// What to look at where Redis cannot be used; `None` where the error says all there is to say.
    pub fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Unreachable { source, .. } | Self::Refused(source) => advice::advice(source),
            Self::Stopped { source, .. } => source.advice(),
            _ => None,
        }
    }

    /// True if the message itself is at fault: sending it again cannot help.
    pub fn is_invalid(&self) -> bool {
        match self {
            Self::Invalid(_) | Self::Unsupported { .. } => true,
            Self::Stopped { source, .. } => source.is_invalid(),
            _ => false,
        }
    }

    /// True if nobody was there to take the message.
    pub fn is_nobody(&self) -> bool {
        match self {
            Self::NoServers { .. } | Self::TooFewServers { .. } => true,
            Self::Stopped { source, .. } => source.is_nobody(),
            _ => false,
        }
    }

    /// True if the message may have been taken all the same: sending it again could send it twice.
    pub fn is_unknown(&self) -> bool {
        match self {
            Self::Lost(_) | Self::Timeout(_) => true,
            Self::Stopped { unknown, .. } => *unknown > 0,
            _ => false,
        }
    }
}

/// What is wrong with a message, where, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Invalid {
    /// A stable name of the rule, such as `reserved-event`, `unsafe-integer` or `empty-rooms`.
    pub code: &'static str,
    /// A JSON pointer (RFC 6901) into the message's [JSON form](crate::Message), such as `/args/0/id`.
    pub pointer: String,
    /// What is wrong and what to do.
    pub reason: String,
    /// Line and column, both from 1, when the message was read from JSON text.
    pub position: Option<(usize, usize)>,
}

impl Invalid {
    pub(crate) fn new(code: &'static str, pointer: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { code, pointer: pointer.into(), reason: reason.into(), position: None }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.pointer.is_empty() {
            write!(f, "{}: ", self.pointer)?;
        }
        f.write_str(&self.reason)?;
        match self.position {
            Some((line, column)) => write!(f, " (line {line}, column {column})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Invalid {}

/// Why nobody was found, as far as it shows.
fn nobody_why(elsewhere: &[(String, String)]) -> String {
    if elsewhere.is_empty() {
        return "are the servers up, on this Redis, with a Redis adapter and with this prefix? To send all the same, name \
                the adapter"
            .to_owned();
    }
    let told = elsewhere.iter().take(5).map(|(adapter, prefix)| format!("{adapter} servers use the prefix {prefix:?}"));
    format!("but {} here", told.collect::<Vec<_>>().join(", "))
}

/// Nobody could read this.
pub(crate) fn malformed(reason: impl Into<String>) -> Error {
    Error::Malformed(reason.into())
}

/// Appends a key or an index to a JSON pointer.
pub(crate) fn push_step(pointer: &mut String, step: &str) {
    pointer.push('/');
    pointer.push_str(&step.replace('~', "~0").replace('/', "~1"));
}
