//! The routes that make sockets join, leave or disconnect.

use serde_json::json;

use super::{JSON, MESSAGEPACK, MSGPACK, paragraphs, query, send_defaults};
use crate::{
    openapi::{
        example::{OperationExample, example},
        example_answers::{problem, receipt},
        operation::{OperationDoc, schema_ref},
    },
    params::SendParams,
};

pub(super) fn join() -> OperationDoc {
    order(
        "join",
        "/v1/sockets/join",
        "Join",
        "Make sockets join rooms",
        vec![
            example("to-a-room", "One user").json(json!({ "join": ["vip"], "rooms": ["user:42"] })).answers(receipt()),
            example("everyone", "Every socket of a namespace")
                .json(json!({ "join": ["maintenance"], "namespace": "/", "all": true }))
                .answers(receipt()),
            example("nobody-named", "Error: neither rooms nor all").json(json!({ "join": ["vip"] })).fails(
                422,
                problem(
                    422,
                    "needs-all",
                    "The message is invalid",
                    "without rooms this would reach every socket of the namespace; name rooms, or set \"all\" to true",
                    json!({ "pointer": "/rooms", "line": 1, "column": 1 }),
                ),
            ),
        ],
    )
}

pub(super) fn leave() -> OperationDoc {
    order(
        "leave",
        "/v1/sockets/leave",
        "Leave",
        "Make sockets leave rooms",
        vec![
            example("everyone", "Every socket of the namespace")
                .json(json!({ "leave": ["maintenance"], "all": true }))
                .answers(receipt()),
        ],
    )
}

pub(super) fn disconnect() -> OperationDoc {
    order(
        "disconnect",
        "/v1/sockets/disconnect",
        "Disconnect",
        "Disconnect sockets",
        vec![
            example("one-user", "One user, closing the connection")
                .json(json!({ "rooms": ["user:42"], "close": true }))
                .answers(receipt()),
        ],
    )
}

fn order(
    id: &'static str,
    path: &'static str,
    schema: &str,
    summary: &'static str,
    examples: Vec<OperationExample>,
) -> OperationDoc {
    let mut parameters = query::<SendParams>();
    parameters.retain(|parameter| !["ack", "expect"].contains(&parameter.name.as_str()));
    OperationDoc {
        path,
        id,
        tag: "orders",
        summary,
        description: paragraphs(&[
            "The body is the message. It requires `rooms` or `\"all\": true`. Servers do not answer: the receipt means \
             that Redis took the message.",
            MESSAGEPACK,
        ]),
        parameters,
        bodies: vec![(JSON, schema_ref(schema)), (MSGPACK, schema_ref(schema))],
        answers: vec![(JSON, json!({ "oneOf": [schema_ref("Receipt"), schema_ref("Rehearsal")] }))],
        examples,
        ..send_defaults()
    }
}
