//! The routes with their examples. A test sends each example to a bridge and compares the response.

mod events;
mod monitoring;
mod orders;
mod questions;

use utoipa::{IntoParams, openapi::path::Parameter};

use super::operation::OperationDoc;

const JSON: &str = "application/json";
const MSGPACK: &str = "application/msgpack";
const FORM: &str = "application/x-www-form-urlencoded";
const LINES: &str = "application/x-ndjson";
const EVENTS: &str = "text/event-stream";
const TEXT: &str = "text/plain";
const BYTES: &str = "application/octet-stream";

const MESSAGEPACK: &str = "In MessagePack, binary needs no `$binary`.";

/// The statuses of the problems of routes that send messages.
const SEND_PROBLEMS: &[u16] = &[400, 401, 403, 408, 413, 415, 422, 500, 502, 503, 504];

pub(super) fn operations() -> Vec<OperationDoc> {
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
        monitoring::tap(),
        monitoring::livez(),
        monitoring::readyz(),
        monitoring::metrics(),
        monitoring::openapi(),
    ]
}

/// The defaults of routes that send messages.
fn send_defaults() -> OperationDoc {
    OperationDoc { method: "post", problems: SEND_PROBLEMS, ..get_defaults() }
}

/// The defaults of all routes.
fn get_defaults() -> OperationDoc {
    OperationDoc {
        path: "",
        method: "get",
        id: "",
        tag: "operations",
        summary: "",
        description: String::new(),
        requires_token: true,
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

fn paragraphs(parts: &[&str]) -> String {
    parts.join("\n\n")
}
