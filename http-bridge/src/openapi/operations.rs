//! Every route. The examples are sent to a bridge by a test, and answered as they say.

mod events;
mod orders;
mod questions;
mod watching;

use utoipa::{IntoParams, openapi::path::Parameter};

use super::operation::Operation;

const JSON: &str = "application/json";
const MSGPACK: &str = "application/msgpack";
const FORM: &str = "application/x-www-form-urlencoded";
const LINES: &str = "application/x-ndjson";
const EVENTS: &str = "text/event-stream";
const TEXT: &str = "text/plain";
const BYTES: &str = "application/octet-stream";

const MESSAGEPACK: &str = "MessagePack is the same, with binary as it is.";

/// What a message that is sent may come to.
const SENDING: &[u16] = &[400, 401, 403, 408, 413, 415, 422, 500, 502, 503, 504];

pub(super) fn operations() -> Vec<Operation> {
    vec![
        events::emit(),
        events::event(),
        events::server_emit(),
        events::batch(),
        orders::join(),
        orders::leave(),
        orders::disconnect(),
        questions::servers(),
        questions::rooms(),
        questions::sockets(),
        watching::tap(),
        watching::alive(),
        watching::ready(),
        watching::metrics(),
        watching::openapi(),
    ]
}

/// What all that is sent has in common.
fn sending() -> Operation {
    Operation { method: "post", problems: SENDING, ..getting() }
}

/// What all routes have in common.
fn getting() -> Operation {
    Operation {
        path: "",
        method: "get",
        id: "",
        tag: "operations",
        summary: "",
        text: String::new(),
        guarded: true,
        parameters: Vec::new(),
        bodies: Vec::new(),
        answers: Vec::new(),
        problems: &[],
        examples: Vec::new(),
    }
}

fn query<Q: IntoParams>() -> Vec<Parameter> {
    Q::into_params(|| None)
}

fn text(parts: &[&str]) -> String {
    parts.join("\n\n")
}
