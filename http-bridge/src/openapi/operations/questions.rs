//! What tells who is there.

use serde_json::{Value, json};
use utoipa::openapi::path::Parameter;

use super::{JSON, LINES, getting, query, text};
use crate::{
    openapi::{
        answer::{answers, line, problem},
        example::{Example, example},
        operation::{Operation, lines, reference},
    },
    query::{Rooms, Servers, Sockets},
};

const ASKING: &[u16] = &[400, 401, 403, 422, 500, 502, 503, 504];

pub(super) fn servers() -> Operation {
    question(
        "servers",
        "/v1/servers",
        "Servers",
        &reference("Server"),
        "Servers that answer",
        query::<Servers>(),
        vec![
            example("all", "All of them").answers(answers(json!({ "answers": [{ "id": null }] }))),
            example("count", "How many").with(&[("count", "true"), ("timeout", "2s")]).answers(answers(json!({}))),
            example("namespace", "Of a namespace, as lines")
                .with(&[("namespace", "/")])
                .accept(LINES)
                .answers(line(&answers(json!({ "answers": [{ "id": null }] })))),
        ],
    )
}

pub(super) fn rooms() -> Operation {
    let item = json!({ "type": "string" });
    question(
        "rooms",
        "/v1/rooms",
        "Rooms",
        &item,
        "Rooms that somebody is in",
        query::<Rooms>(),
        vec![
            example("names", "Their names").answers(answers(json!({ "hidden": 1, "answers": ["lobby"] }))),
            example("with-ids", "Also those that are one socket's own")
                .with(&[("all", "true"), ("limit", "10")])
                .answers(answers(json!({ "count": 2, "answers": ["sHiUSnRp9kuvWbWDAAAB", "lobby"] }))),
        ],
    )
}

pub(super) fn sockets() -> Operation {
    let socket =
        json!({ "id": "sHiUSnRp9kuvWbWDAAAB", "rooms": ["sHiUSnRp9kuvWbWDAAAB", "lobby"], "data": { "user": 42 } });
    let mut whole = socket.clone();
    whole["handshake"] = json!({ "headers": { "host": "chat.example.com" }, "query": { "EIO": "4" } });
    question(
        "sockets",
        "/v1/sockets",
        "Sockets",
        &reference("Socket"),
        "Sockets, with their rooms and data",
        query::<Sockets>(),
        vec![
            example("in-a-room", "Who is in a room")
                .with(&[("room", "lobby"), ("except", "user:42")])
                .answers(answers(json!({ "answers": [socket] }))),
            example("handshake", "With headers and query")
                .with(&[("room", "lobby"), ("handshake", "true")])
                .answers(answers(json!({ "answers": [whole] }))),
            example("count", "How many").with(&[("count", "true")]).answers(answers(json!({}))),
            example("too-many", "More than a document holds").with(&[("limit", "20000")]).fails(
                400,
                problem(
                    400,
                    "query",
                    "The query cannot be understood",
                    "limit: 20000 is more than 10000; with Accept: application/x-ndjson there is no limit",
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
    examples: Vec<Example>,
) -> Operation {
    let line = json!({ "anyOf": [item, reference("Tally")] });
    Operation {
        path,
        id,
        tag: "questions",
        summary,
        text: text(&["`\"partial\": true` says that somebody did not answer in time. Who may send some events only \
                      (`--allow-event`) is told nothing."]),
        parameters,
        answers: vec![
            (JSON, json!({ "oneOf": [reference(schema), reference("Tally")] })),
            (LINES, lines(&line, "One answer a line, as they come, and the tally as the last.")),
        ],
        problems: ASKING,
        examples,
        ..getting()
    }
}
