//! Every `code` that a problem may have, with the statuses it comes with and what it means. A test holds this against
//! the sources, and [`Problem`](crate::problem::Problem) against this.

use axum::http::StatusCode;

/// A code, its statuses, and what it means.
pub(crate) type Code = (&'static str, &'static [u16], &'static str);

pub(crate) const CODES: &[Code] = &[
    ("query", &[400], "the query has a parameter that is not known, malformed, or contradicts another"),
    ("form", &[400], "so has the form"),
    ("path", &[400], "the path is no UTF-8 once it is decoded"),
    ("json", &[400], "the body is no JSON"),
    ("msgpack", &[400], "the body is no MessagePack"),
    ("utf-8", &[400], "the body is said to be text, and is not"),
    ("body", &[400], "the body broke off"),
    ("unauthorized", &[401], "the token is missing or wrong"),
    ("foreign-host", &[403], "without a token: the request is for a host that is not this machine"),
    ("web-page", &[403], "without a token: a web page made the request"),
    ("event-not-allowed", &[403], "--allow-event allows other events"),
    ("not-allowed", &[403], "--allow-event allows events only, no orders and no questions"),
    ("not-found", &[404], "there is no such route"),
    ("method", &[405], "the route takes another method"),
    ("accept", &[406], "the client accepts nothing that the tap can give"),
    ("body-timeout", &[408], "the body, or a message of a batch, was not there in time"),
    ("body-too-large", &[413], "the body, or a message of a batch, is larger than --body-limit"),
    ("content-type", &[415], "the body is of a type that the route does not take, or compressed"),
    ("message", &[422], "a value in the message is of the wrong type"),
    ("unknown-key", &[422], "the message has a key that is not known"),
    ("duplicate-key", &[422], "a key stands in the message twice"),
    ("missing-key", &[422], "a key is missing"),
    ("wrong-key", &[422], "a key does not go with what the message does"),
    ("args-and-data", &[422], "both args and data are there"),
    ("not-emit", &[422], "the message does something else than its route, which emits"),
    ("not-server-emit", &[422], "likewise, where the event is for servers"),
    ("not-join", &[422], "likewise, where sockets join"),
    ("not-leave", &[422], "likewise, where sockets leave"),
    ("not-disconnect", &[422], "likewise, where sockets are disconnected"),
    ("empty-event", &[422], "the event has no name"),
    ("reserved-event", &[422], "Socket.IO keeps this event for itself"),
    ("empty-namespace", &[422], "the namespace has no name"),
    ("empty-rooms", &[422], "a list of rooms is empty"),
    ("empty-room", &[422], "a room has no name"),
    ("needs-all", &[422], "an order to every socket of the namespace must say \"all\": true"),
    ("all-and-rooms", &[422], "rooms are named, and all is true"),
    ("server-emit-rooms", &[422], "an event for servers takes no rooms"),
    ("unreachable-name", &[422], "the adapter cannot reach a namespace or room of this name"),
    ("unsafe-integer", &[422], "JavaScript would round this integer: send it as text"),
    ("not-finite", &[422], "NaN or infinity, which the adapter cannot carry"),
    ("too-deep", &[422], "arrays and objects are nested too deep"),
    ("key", &[422], "a key in MessagePack is neither text nor a whole number"),
    ("proto-key", &[422], "a key is __proto__, which is lost on the way to JavaScript"),
    ("value", &[422], "a value has no form on the wire"),
    ("placeholder", &[422], "an object looks like the stand-in for binary, beside real binary"),
    ("binary", &[422], "{\"$binary\": …} holds no base64"),
    ("escape", &[422], "{\"$escape\": …} has another key beside it"),
    ("unsupported", &[422], "the adapter cannot carry this; the detail says what to do instead"),
    ("several-adapters", &[503], "servers of several adapters are there: start sio-bridge with --adapter"),
    ("cannot-listen", &[500], "the bridge was embedded with a connection that cannot listen"),
    ("config", &[500, 503], "the bridge's way to Redis cannot be used; 503 from /readyz"),
    ("undetected", &[502], "Redis does not permit to find out what the servers run: start sio-bridge with --adapter"),
    ("redis-refused", &[502, 503], "Redis refused the command; 503 from /readyz"),
    (
        "connection-lost",
        &[502, 503],
        "the connection to Redis broke: the message may have been taken; 503 from /readyz",
    ),
    ("no-servers", &[503], "no Socket.IO server was found; nothing was sent"),
    ("too-few-servers", &[503], "fewer servers than require_servers; nothing was sent"),
    ("unrecognised", &[503], "servers did not say which Socket.IO they run, on which the message depends"),
    ("redis-unreachable", &[503], "there is no connection to Redis; nothing was sent"),
    ("too-many-taps", &[503], "as many taps are open as there may be"),
    ("timeout", &[503, 504], "Redis did not answer in time: the message may have been taken; 503 from /readyz"),
];

/// Whether a problem may have this code, with this status.
pub(crate) fn is_known(code: &str, status: StatusCode) -> bool {
    CODES.iter().any(|(known, statuses, _)| *known == code && statuses.contains(&status.as_u16()))
}
