//! The routes that list servers, rooms and sockets.

use serde_json::{Value, json};
use utoipa::openapi::path::Parameter;

use super::{JSON, LINES, get_defaults, paragraphs, query};
use crate::{
    openapi::{
        example::{OperationExample, example},
        example_answers::{as_lines, complete, problem},
        operation::{OperationDoc, lines_schema, schema_ref},
    },
    params::{RoomsParams, ServersParams, SocketsParams},
};

const QUESTION_PROBLEMS: &[u16] = &[400, 401, 403, 422, 500, 502, 503, 504];

pub(super) fn servers() -> OperationDoc {
    question(
        "servers",
        "/v1/servers",
        "Servers",
        &schema_ref("Server"),
        "List the servers that answer",
        query::<ServersParams>(),
        vec![
            example("all", "All servers").answers(complete(json!({ "answers": [{ "id": null }] }))),
            example("count", "Number of servers")
                .with(&[("count", "true"), ("timeout", "2s")])
                .answers(complete(json!({}))),
            example("namespace", "Servers of a namespace, as NDJSON")
                .with(&[("namespace", "/")])
                .accept(LINES)
                .answers(as_lines(&complete(json!({ "answers": [{ "id": null }] })))),
        ],
    )
}

pub(super) fn rooms() -> OperationDoc {
    let item = json!({ "type": "string" });
    question(
        "rooms",
        "/v1/rooms",
        "Rooms",
        &item,
        "List the rooms that have sockets",
        query::<RoomsParams>(),
        vec![
            example("names", "Without each socket's own room")
                .answers(complete(json!({ "hidden": 1, "answers": ["lobby"] }))),
            example("with-ids", "With each socket's own room")
                .with(&[("all", "true"), ("limit", "10")])
                .answers(complete(json!({ "count": 2, "answers": ["sHiUSnRp9kuvWbWDAAAB", "lobby"] }))),
        ],
    )
}

pub(super) fn sockets() -> OperationDoc {
    let socket =
        json!({ "id": "sHiUSnRp9kuvWbWDAAAB", "rooms": ["sHiUSnRp9kuvWbWDAAAB", "lobby"], "data": { "user": 42 } });
    let mut with_handshake = socket.clone();
    with_handshake["handshake"] = json!({ "headers": { "host": "chat.example.com" }, "query": { "EIO": "4" } });
    question(
        "sockets",
        "/v1/sockets",
        "Sockets",
        &schema_ref("Socket"),
        "List sockets with their rooms and data",
        query::<SocketsParams>(),
        vec![
            example("in-a-room", "Sockets in a room, without one user")
                .with(&[("room", "lobby"), ("except", "user:42")])
                .answers(complete(json!({ "answers": [socket] }))),
            example("handshake", "With handshakes")
                .with(&[("room", "lobby"), ("handshake", "true")])
                .answers(complete(json!({ "answers": [with_handshake] }))),
            example("count", "Number of sockets").with(&[("count", "true")]).answers(complete(json!({}))),
            example("too-many", "Error: limit beyond the maximum").with(&[("limit", "20000")]).fails(
                400,
                problem(
                    400,
                    "query",
                    "The query string is invalid",
                    "limit: 20000 exceeds the maximum of 10000; use a lower limit, or Accept: application/x-ndjson, \
                     which has no maximum",
                    json!({ "parameter": "limit" }),
                ),
            ),
        ],
    )
}

fn question(
    id: &'static str,
    path: &'static str,
    schema: &str,
    item: &Value,
    summary: &'static str,
    parameters: Vec<Parameter>,
    examples: Vec<OperationExample>,
) -> OperationDoc {
    let line = json!({ "anyOf": [item, schema_ref("Tally")] });
    OperationDoc {
        path,
        id,
        tag: "questions",
        summary,
        description: paragraphs(&[
            "`\"partial\": true` means that some servers did not answer in time. With `--allow-event`, this \
             route answers 403.",
        ]),
        parameters,
        answers: vec![
            (JSON, json!({ "oneOf": [schema_ref(schema), schema_ref("Tally")] })),
            (LINES, lines_schema(&line, "One answer a line as they arrive, then the summary.")),
        ],
        problems: QUESTION_PROBLEMS,
        examples,
        ..get_defaults()
    }
}
