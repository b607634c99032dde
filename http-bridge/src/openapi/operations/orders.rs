//! What moves sockets.

use serde_json::json;

use super::{JSON, MESSAGEPACK, MSGPACK, query, sending, text};
use crate::{
    openapi::{
        answer::{problem, receipt},
        example::{Example, example},
        operation::{Operation, reference},
    },
    query::Sending,
};

pub(super) fn join() -> Operation {
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
            example("nobody-named", "Neither rooms nor all").json(json!({ "join": ["vip"] })).fails(
                422,
                problem(
                    422,
                    "needs-all",
                    "The message is refused",
                    "this reaches every socket of the namespace; name rooms, or say so (all)",
                    json!({ "pointer": "/rooms", "line": 1, "column": 1 }),
                ),
            ),
        ],
    )
}

pub(super) fn leave() -> Operation {
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

pub(super) fn disconnect() -> Operation {
    order(
        "disconnect",
        "/v1/sockets/disconnect",
        "Disconnect",
        "Disconnect sockets",
        vec![
            example("one-user", "One user, with the connection below")
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
    examples: Vec<Example>,
) -> Operation {
    let mut parameters = query::<Sending>();
    parameters.retain(|parameter| !["ack", "expect"].contains(&parameter.name.as_str()));
    Operation {
        path,
        id,
        tag: "orders",
        summary,
        text: text(&[
            "The body is the message. It must name rooms, or say `\"all\": true`. An order has no answer: the receipt says \
             that Redis took it.",
            MESSAGEPACK,
        ]),
        parameters,
        bodies: vec![(JSON, reference(schema)), (MSGPACK, reference(schema))],
        answers: vec![(JSON, json!({ "oneOf": [reference("Receipt"), reference("Rehearsal")] }))],
        examples,
        ..sending()
    }
}
