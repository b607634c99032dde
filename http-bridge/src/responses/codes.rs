//! The documentation of all codes of problems. Tests compare it with the sources.

use axum::http::StatusCode;

/// A code, the statuses that it comes with, and its meaning.
pub(crate) type CodeEntry = (&'static str, &'static [u16], &'static str);

pub(crate) const CODES: &[CodeEntry] = &[
    ("query", &[400], "a query parameter is unknown, malformed, or conflicts with another"),
    ("form", &[400], "a form field is unknown, malformed, missing, or conflicts with another"),
    ("path", &[400], "the path is not valid UTF-8 after percent-decoding"),
    ("json", &[400], "the body is not valid JSON"),
    ("msgpack", &[400], "the body is not valid MessagePack"),
    ("utf-8", &[400], "the text body is not valid UTF-8"),
    ("body", &[400], "the body ended early"),
    ("unauthorized", &[401], "the token is missing or wrong"),
    ("foreign-host", &[403], "without a token: the Host header names another machine"),
    ("web-page", &[403], "without a token: a web page made the request"),
    ("event-not-allowed", &[403], "the event matches no --allow-event"),
    ("not-allowed", &[403], "with --allow-event: join, leave, disconnect and questions are not allowed"),
    ("not-found", &[404], "the route does not exist"),
    ("method", &[405], "the route does not have this method"),
    ("accept", &[406], "the client accepts no response type of the tap"),
    ("body-timeout", &[408], "the body, or a message of a batch, did not arrive in time"),
    ("body-too-large", &[413], "the body, or a message of a batch, exceeds --body-limit"),
    ("content-type", &[415], "the route does not accept the type of the body, or the body is compressed"),
    ("message", &[422], "a value in the message has the wrong type"),
    ("unknown-key", &[422], "the message has an unknown key"),
    ("duplicate-key", &[422], "the message has a key twice"),
    ("missing-key", &[422], "a required key is missing"),
    ("wrong-key", &[422], "a key does not belong to this kind of message"),
    ("args-and-data", &[422], "the message has both args and data"),
    ("not-emit", &[422], "the route is for emit, and the message has another \"do\""),
    ("not-server-emit", &[422], "the route is for server-emit, and the message has another \"do\""),
    ("not-join", &[422], "the route is for join, and the message has another \"do\""),
    ("not-leave", &[422], "the route is for leave, and the message has another \"do\""),
    ("not-disconnect", &[422], "the route is for disconnect, and the message has another \"do\""),
    ("empty-event", &[422], "the event's name is empty"),
    ("reserved-event", &[422], "Socket.IO reserves the event's name"),
    ("empty-namespace", &[422], "the namespace's name is empty"),
    ("empty-rooms", &[422], "a list of rooms is empty"),
    ("empty-room", &[422], "a room's name is empty"),
    ("needs-all", &[422], "join, leave and disconnect require rooms or \"all\": true"),
    ("all-and-rooms", &[422], "the message has both rooms and \"all\": true"),
    ("server-emit-rooms", &[422], "an event for servers cannot have rooms"),
    ("unreachable-name", &[422], "the adapter cannot address a namespace or room with this name"),
    ("unsafe-integer", &[422], "JavaScript would round the integer; send it as a string"),
    ("not-finite", &[422], "the adapter cannot carry NaN or infinity"),
    ("too-deep", &[422], "arrays and objects are nested too deeply"),
    ("key", &[422], "a MessagePack key is neither a string nor an integer"),
    ("proto-key", &[422], "a key is __proto__, which JavaScript would drop"),
    ("value", &[422], "a value cannot be written in the wire format"),
    ("placeholder", &[422], "an object looks like a placeholder for binary, beside real binary"),
    ("binary", &[422], "{\"$binary\": …} does not hold base64"),
    ("escape", &[422], "{\"$escape\": …} has another key beside it"),
    ("unsupported", &[422], "the adapter cannot carry this; the detail says what to do instead"),
    ("several-adapters", &[503], "servers with different adapters were found; start sio-bridge with --adapter"),
    ("cannot-listen", &[500], "the bridge is embedded with a connection that cannot subscribe"),
    ("config", &[500, 503], "the configuration of the connection to Redis is invalid; 503 from /readyz"),
    ("undetected", &[502], "Redis does not permit detecting what the servers run; start sio-bridge with --adapter"),
    ("redis-refused", &[502, 503], "Redis refused the command; 503 from /readyz"),
    (
        "connection-lost",
        &[502, 503],
        "the connection to Redis was lost; Redis may have taken the message; 503 from /readyz",
    ),
    ("no-servers", &[503], "no Socket.IO server was found; nothing was sent"),
    ("too-few-servers", &[503], "there are fewer servers than require_servers; nothing was sent"),
    ("unrecognised", &[503], "servers did not report their Socket.IO version, which the message depends on"),
    ("redis-unreachable", &[503], "Redis cannot be reached; nothing was sent"),
    ("too-many-taps", &[503], "the maximum number of taps is open"),
    ("timeout", &[503, 504], "Redis did not answer in time and may have taken the message; 503 from /readyz"),
];

/// True if the documentation names this code with this status.
pub(crate) fn is_documented(code: &str, status: StatusCode) -> bool {
    CODES.iter().any(|(known, statuses, _)| *known == code && statuses.contains(&status.as_u16()))
}
