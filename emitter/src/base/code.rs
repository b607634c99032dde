use std::fmt;

use serde::{Serialize, Serializer};

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $text:literal,)+) => {
        /// A stable, machine-readable name of an error, a refused request or a finding.
        ///
        /// The crate, `sio` and `sio-bridge` share these codes: an error's `code` member, a problem's `code` over HTTP, and
        /// a finding's `code` in a diagnosis. A code never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $($(#[doc = $doc])+ $name,)+
        }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$name),+];

            /// The text of the code, such as `reserved-event`.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Self::$name => $text,)+
                }
            }

            /// What the code means, in a sentence.
            pub fn meaning(self) -> &'static str {
                match self {
                    $(Self::$name => concat!($($doc),+).trim_ascii(),)+
                }
            }
        }
    };
}

codes! {
    // Input that cannot be read.
    /// The input is not valid JSON.
    Json = "json",
    /// The input is not valid MessagePack.
    Msgpack = "msgpack",
    /// Text input is not valid UTF-8.
    Utf8 = "utf-8",
    /// A value in the message has the wrong type.
    Message = "message",
    /// The message has an unknown key.
    UnknownKey = "unknown-key",
    /// The message has the same key twice.
    DuplicateKey = "duplicate-key",
    /// The message lacks a required key.
    MissingKey = "missing-key",
    /// The message has a key that its `do` does not take.
    WrongKey = "wrong-key",
    /// The message has both `args` and `data`.
    ArgsAndData = "args-and-data",

    // Messages that no adapter sends.
    /// The event has no name.
    EmptyEvent = "empty-event",
    /// The event name is reserved by Socket.IO.
    ReservedEvent = "reserved-event",
    /// The namespace has no name. In a diagnosis: no client is connected to the namespace.
    EmptyNamespace = "empty-namespace",
    /// A list of rooms is empty.
    EmptyRooms = "empty-rooms",
    /// A room has no name. In a diagnosis: the room has no sockets.
    EmptyRoom = "empty-room",
    /// A join, leave or disconnect of every socket lacks `all`.
    NeedsAll = "needs-all",
    /// The message has both rooms and `all`.
    AllAndRooms = "all-and-rooms",
    /// A server-side event has rooms.
    ServerEmitRooms = "server-emit-rooms",
    /// The adapter cannot reach a namespace or room with this name.
    UnreachableName = "unreachable-name",
    /// Only events and server-side events can be acknowledged.
    NotAcknowledged = "not-acknowledged",

    // Arguments that would not arrive whole.
    /// JavaScript would round the integer; send it as a string.
    UnsafeInteger = "unsafe-integer",
    /// The number is NaN or infinite, which JSON cannot carry.
    NotFinite = "not-finite",
    /// Arrays and objects are nested too deep.
    TooDeep = "too-deep",
    /// A map key is neither a string, an integer nor a boolean.
    Key = "key",
    /// A key is `__proto__`, which JavaScript drops.
    ProtoKey = "proto-key",
    /// The value has no MessagePack form that JavaScript can read.
    Value = "value",
    /// An object looks like Socket.IO's placeholder for binary, beside real binary.
    Placeholder = "placeholder",
    /// `{"$binary": …}` does not hold base64.
    Binary = "binary",
    /// `{"$escape": …}` has another key beside it.
    Escape = "escape",

    // Sending.
    /// The adapter cannot carry this.
    Unsupported = "unsupported",
    /// No Socket.IO server was found.
    NoServers = "no-servers",
    /// Socket.IO servers of several adapters were found.
    SeveralAdapters = "several-adapters",
    /// Fewer servers than required are on the namespace. Nothing was sent.
    TooFewServers = "too-few-servers",
    /// Redis does not permit detecting the adapter or version of the servers.
    Undetected = "undetected",
    /// Servers did not answer which Socket.IO version they run, and the message depends on it.
    Unrecognised = "unrecognised",
    /// The supplied connection cannot subscribe.
    CannotListen = "cannot-listen",
    /// An option or the Redis URL cannot be used.
    Config = "config",
    /// Redis cannot be reached. Nothing was sent.
    RedisUnreachable = "redis-unreachable",
    /// Redis refused the command.
    RedisRefused = "redis-refused",
    /// The connection to Redis broke; Redis may have taken the message.
    ConnectionLost = "connection-lost",
    /// Redis did not answer in time; Redis may have taken the message.
    Timeout = "timeout",
    /// A message on the bus cannot be decoded.
    Malformed = "malformed",
    /// The background runtime of `wait()` cannot start.
    Runtime = "runtime",

    // Requests that the bridge refuses.
    /// The query string has an unknown, malformed or contradictory parameter.
    Query = "query",
    /// The form has an unknown, malformed or contradictory field.
    Form = "form",
    /// The path is not UTF-8 after percent-decoding.
    Path = "path",
    /// The body could not be read to its end.
    Body = "body",
    /// The token is missing or wrong.
    Unauthorized = "unauthorized",
    /// The request is for another host, and the bridge has no token.
    ForeignHost = "foreign-host",
    /// A web page made the request, and the bridge has no token.
    WebPage = "web-page",
    /// The bridge does not allow this event.
    EventNotAllowed = "event-not-allowed",
    /// The bridge allows events only.
    NotAllowed = "not-allowed",
    /// The route does not exist.
    NotFound = "not-found",
    /// The route takes another method.
    Method = "method",
    /// The client accepts none of the route's content types.
    Accept = "accept",
    /// The body, or one message of a batch, did not arrive in time.
    BodyTimeout = "body-timeout",
    /// The body, or one message of a batch, is too large.
    BodyTooLarge = "body-too-large",
    /// The route does not take this content type or encoding.
    ContentType = "content-type",
    /// The message is not an event, and the route takes events only.
    NotEmit = "not-emit",
    /// The message is not a server-side event, and the route takes server-side events only.
    NotServerEmit = "not-server-emit",
    /// The message is not a join, and the route takes joins only.
    NotJoin = "not-join",
    /// The message is not a leave, and the route takes leaves only.
    NotLeave = "not-leave",
    /// The message is not a disconnect, and the route takes disconnects only.
    NotDisconnect = "not-disconnect",
    /// The bridge has as many open taps as it allows.
    TooManyTaps = "too-many-taps",

    // What a diagnosis finds.
    /// The Redis user may not run a command that is needed.
    Acl = "acl",
    /// Servers of different Socket.IO versions are on the namespace.
    MixedVersions = "mixed-versions",
    /// No server answered a ping.
    NoAnswer = "no-answer",
    /// Servers do not receive broadcasts.
    NoBroadcasts = "no-broadcasts",
    /// No server has the namespace.
    NoNamespace = "no-namespace",
    /// This Redis is too old for the adapter.
    OldRedis = "old-redis",
    /// The servers run another adapter.
    OtherAdapter = "other-adapter",
    /// The servers use another database than the emitter.
    OtherDatabase = "other-database",
    /// The servers use another prefix.
    OtherPrefix = "other-prefix",
    /// Redis refuses commands that an emit needs.
    Refused = "refused",
    /// The Redis server is a replica.
    Replica = "replica",
    /// The Redis server is a sentinel.
    Sentinel = "sentinel",
    /// Some servers did not answer a ping.
    SilentServers = "silent-servers",
    /// A subscriber reads too slowly and may be disconnected.
    SlowSubscriber = "slow-subscriber",
    /// Servers answer on their channel and do not read their stream.
    StuckStream = "stuck-stream",
    /// The servers could not be pinged.
    Unasked = "unasked",
    /// Servers did not receive the test event.
    UnheardEvent = "unheard-event",
    /// It is unknown whether the room has sockets.
    UnknownRoom = "unknown-room",
    /// The test event could not be sent.
    Unprobed = "unprobed",
    /// No server reads the stream.
    UnreadStream = "unread-stream",
    /// Redis does not permit looking at something.
    Unseen = "unseen",
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PartialEq<&str> for Code {
    fn eq(&self, other: &&str) -> bool {
        self.as_str() == *other
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn codes_are_distinct_kebab_case_words_with_a_meaning() {
        let texts: HashSet<_> = Code::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(texts.len(), Code::ALL.len());
        for code in Code::ALL {
            let text = code.as_str();
            assert!(text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-'), "{text}");
            assert!(code.meaning().ends_with('.'), "{text}: {:?}", code.meaning());
        }
        assert_eq!(
            (Code::ReservedEvent.to_string(), Code::Json.meaning()),
            ("reserved-event".to_owned(), "The input is not valid JSON.")
        );
    }
}
