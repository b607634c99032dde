//! `GET /openapi.json`: this bridge, described for programs (OpenAPI 3.1).
//!
//! Parameters and the members of problems come from the types that read and write them, codes from their one list. A
//! test asks the running bridge about all of it: routes, methods, parameters, examples and answers.

mod answer;
mod example;
mod operation;
mod operations;
mod shapes;

use std::sync::LazyLock;

use axum::{
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use serde_json::{Map, Value, json};
use utoipa::{PartialSchema, ToSchema};

pub(crate) use self::shapes::Time;
use self::{
    operation::reference,
    shapes::{
        Ack, Alive, Aside, BatchReceipt, Binary, Disconnect, Emit, Flags, Join, Json, Leave, Ready, Receipt, Rehearsal,
        Room, Seen, Server, ServerAck, ServerEmit, Socket, Tally,
    },
};
use crate::{
    codes::{CODES, Code},
    form::Form,
    problem::Members,
};

/// It is the same for every bridge, so it is written once.
static TEXT: LazyLock<Bytes> = LazyLock::new(|| document().to_string().into());

/// `GET /openapi.json`: the same for every bridge of this version, so it needs no token.
pub(crate) async fn openapi() -> Response {
    ([(CONTENT_TYPE, "application/json")], TEXT.clone()).into_response()
}

const DESCRIPTION: &str = "\
Push events into a running Socket.IO cluster over HTTP, ask it questions and watch it.

A 2xx status means that Redis took the message, and says how many servers were there. Everything else is a problem \
document (RFC 9457) with a stable `code`. Parameters and keys that are not known are errors, so that a typo reaches \
nobody.

With a token (`SIO_BRIDGE_TOKEN`), `/v1` and `/metrics` want `Authorization: Bearer …`. Without one, the bridge serves \
programs on its own machine: a foreign `Host`, `Origin` or `Sec-Fetch-Site` is 403 at every route.

A path that is not here is 404 `not-found`, another method 405 `method`. What answers GET answers HEAD.";

fn document() -> Value {
    let mut paths = Map::new();
    for operation in operations::operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = operation.describe();
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "sio-bridge",
            "summary": "A Socket.IO cluster, over HTTP",
            "description": DESCRIPTION,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/", "description": "This bridge" }],
        "tags": [
            { "name": "events", "description": "For clients, or for the servers themselves" },
            { "name": "orders", "description": "Join, leave, disconnect" },
            { "name": "questions", "description": "Who is there" },
            { "name": "tap", "description": "The bus, live" },
            { "name": "operations", "description": "For whoever runs the bridge" },
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of `SIO_BRIDGE_TOKEN` or `--token-file`, where the bridge was given one.",
                },
            },
            "schemas": schemas(),
            "responses": statuses().into_iter().map(response).collect::<Map<_, _>>(),
        },
    })
}

fn schemas() -> Map<String, Value> {
    let mut schemas = Map::from_iter([
        schema::<Time>(),
        schema::<Json>(),
        schema::<Binary>(),
        schema::<Room>(),
        schema::<Flags>(),
        schema::<Form>(),
        schema::<Receipt>(),
        schema::<BatchReceipt>(),
        schema::<Rehearsal>(),
        schema::<Tally>(),
        schema::<Ack>(),
        schema::<ServerAck>(),
        schema::<Server>(),
        schema::<Socket>(),
        schema::<Seen>(),
        schema::<Aside>(),
        schema::<Alive>(),
        schema::<Ready>(),
    ]);
    let one_argument_list = json!({ "required": ["args", "data"] });
    for (name, mut schema) in [schema::<Emit>(), schema::<ServerEmit>()] {
        schema["not"] = one_argument_list.clone();
        schemas.insert(name, schema);
    }
    // Rooms, or everybody; never both.
    let everybody = json!({ "required": ["all"], "properties": { "all": { "const": true } } });
    for (name, mut schema) in [schema::<Join>(), schema::<Leave>(), schema::<Disconnect>()] {
        schema["oneOf"] = json!([{ "required": ["rooms"] }, everybody]);
        schemas.insert(name, schema);
    }
    let said = |name: &str| json!({ "allOf": [reference(name), { "required": ["do"] }] });
    let message = json!({
        "description": "What is said, and to whom: the JSON of every door, which `sio pipe` reads and a tap writes. \
                        What is no event for clients says what it does.",
        "oneOf": [reference("Emit"), said("Join"), said("Leave"), said("Disconnect"), said("ServerEmit")],
    });
    schemas.insert("Message".to_owned(), message);
    for (name, of) in [("Acks", "Ack"), ("ServerAcks", "ServerAck"), ("Servers", "Server"), ("Sockets", "Socket")] {
        schemas.insert(name.to_owned(), answers(&reference(of)));
    }
    schemas.insert("Rooms".to_owned(), answers(&json!({ "type": "string" })));
    schemas.insert("Code".to_owned(), codes());
    schemas.insert("Problem".to_owned(), problem());
    schemas.extend(statuses().into_iter().map(narrowed));
    schemas
}

fn schema<S: ToSchema>() -> (String, Value) {
    (S::name().into_owned(), described::<S>())
}

fn described<S: PartialSchema>() -> Value {
    // A schema is made of strings and numbers.
    serde_json::to_value(S::schema()).unwrap_or_default()
}

/// A tally, and the answers beside it.
fn answers(of: &Value) -> Value {
    let mut tally = described::<Tally>();
    tally["description"] = "The answers, and how much of the cluster they are.".into();
    tally["properties"]["answers"] = json!({ "type": "array", "items": of });
    if let Some(required) = tally["required"].as_array_mut() {
        required.push("answers".into());
    }
    tally
}

fn codes() -> Value {
    let rows = CODES.iter().map(|(code, statuses, meaning)| {
        let statuses: Vec<_> = statuses.iter().map(ToString::to_string).collect();
        format!("| `{code}` | {} | {meaning} |", statuses.join(", "))
    });
    let table: Vec<_> =
        ["| code | status | means |".to_owned(), "|---|---|---|".to_owned()].into_iter().chain(rows).collect();
    json!({
        "type": "string",
        "description": format!("What went wrong, by a name that stays.\n\n{}", table.join("\n")),
        "enum": CODES.iter().map(|(code, ..)| code).collect::<Vec<_>>(),
    })
}

fn problem() -> Value {
    let mut problem = described::<Members>();
    problem["description"] = "What went wrong (RFC 9457), where, and what to do next.".into();
    problem["additionalProperties"] = false.into();
    problem["properties"]["code"] = reference("Code");
    for (name, schema) in [
        ("type", json!({ "type": "string", "format": "uri-reference", "description": "`/problems/` and the code." })),
        ("title", json!({ "type": "string", "description": "What went wrong, in a few words." })),
        ("status", json!({ "type": "integer", "description": "The status, once more." })),
        ("detail", json!({ "type": "string", "description": "What went wrong here, and what to do next." })),
    ] {
        problem["properties"][name] = schema;
    }
    problem["required"] = json!(["type", "title", "status", "detail", "code"]);
    problem
}

/// Every status that a problem has under a route: its name, and the codes that it comes with.
fn statuses() -> Vec<(u16, Vec<&'static Code>)> {
    let mut statuses: Vec<u16> = CODES.iter().flat_map(|(_, statuses, _)| *statuses).copied().collect();
    statuses.sort_unstable();
    statuses.dedup();
    // No route answers these.
    statuses.retain(|status| ![404, 405].contains(status));
    let codes = |status| CODES.iter().filter(|(_, statuses, _)| statuses.contains(&status)).collect();
    statuses.into_iter().map(|status| (status, codes(status))).collect()
}

fn narrowed((status, codes): (u16, Vec<&Code>)) -> (String, Value) {
    let codes: Vec<_> = codes.iter().map(|(code, ..)| code).collect();
    let narrowed = json!({ "properties": { "code": { "enum": codes }, "status": { "const": status } } });
    (operation::problem_name(status), json!({ "allOf": [reference("Problem"), narrowed] }))
}

fn response((status, codes): (u16, Vec<&Code>)) -> (String, Value) {
    let lines: Vec<_> = codes.iter().map(|(code, _, meaning)| format!("- `{code}`: {meaning}")).collect();
    (operation::problem_name(status), operation::problem(status, &lines.join("\n"), &Map::new()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{answers::MOST, questions::USUAL};

    #[test]
    fn limits_are_told_as_they_are() {
        let document = document();
        let limits = ["servers", "rooms", "sockets"].map(|route| &document["paths"][format!("/v1/{route}")]["get"]);
        for parameters in limits.map(|operation| operation["parameters"].as_array().unwrap()) {
            let limit = parameters.iter().find(|parameter| parameter["name"] == "limit").unwrap();
            let told = limit["description"].as_str().unwrap();
            assert!(told.contains(&format!("{USUAL} by default and at most {MOST};")), "{told}");
        }
    }
}
