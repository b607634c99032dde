//! The OpenAPI 3.1 document of the bridge.
//!
//! Parameters, forms and the members of problems are described by the types that read and write them, codes by their
//! one list. Tests compare the rest with a running bridge: routes, methods, parameters, examples and responses.

mod components;
mod example;
mod example_answers;
mod operation;
mod operations;
mod schemas;

use serde_json::{Map, Value, json};

pub(crate) use self::schemas::DurationSchema;

const DESCRIPTION: &str = "\
Push events into a running Socket.IO cluster over HTTP, ask it questions and watch it.

A 2xx status means that Redis took the message. The response says how many servers are on the namespace. Every other \
response is a problem document (RFC 9457) with a stable `code`. Unknown parameters and keys are errors, so that a \
misspelled room does not send to every client.

With a token (`SIO_BRIDGE_TOKEN`), `/v1` and `/metrics` require `Authorization: Bearer …`. Without a token, the \
bridge serves programs on its own machine only: every route answers 403 to a foreign `Host`, `Origin` or \
`Sec-Fetch-Site`.

An unknown path is 404 `not-found`, another method is 405 `method`. Every GET route also answers HEAD.";

/// The document.
pub(crate) fn document() -> Value {
    let mut paths = Map::new();
    for operation in operations::operations() {
        let path = paths.entry(operation.path).or_insert_with(|| json!({}));
        path[operation.method] = operation.to_json();
    }
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "sio-bridge",
            "summary": "A Socket.IO cluster over HTTP",
            "description": DESCRIPTION,
            "version": env!("CARGO_PKG_VERSION"),
            "license": { "name": "MIT", "identifier": "MIT" },
        },
        "servers": [{ "url": "/", "description": "This bridge" }],
        "tags": [
            { "name": "events", "description": "Send events to clients or servers" },
            { "name": "orders", "description": "Make sockets join or leave rooms, or disconnect them" },
            { "name": "questions", "description": "List servers, rooms and sockets" },
            { "name": "tap", "description": "Watch the bus" },
            { "name": "operations", "description": "Operate the bridge" },
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token of `SIO_BRIDGE_TOKEN` or `--token-file`, if the bridge has one.",
                },
            },
            "schemas": components::schemas(),
            "responses": components::responses(),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{responses::MAX_DOCUMENT_ANSWERS, routes::questions::DEFAULT_DOCUMENT_ANSWERS};

    #[test]
    fn limit_parameters_describe_the_actual_default_and_maximum() {
        let document = document();
        let limits = format!("Default: {DEFAULT_DOCUMENT_ANSWERS}. Maximum: {MAX_DOCUMENT_ANSWERS};");
        for route in ["servers", "rooms", "sockets"] {
            let parameters = &document["paths"][format!("/v1/{route}")]["get"]["parameters"];
            let mut parameters = parameters.as_array().unwrap().iter();
            let limit = parameters.find(|parameter| parameter["name"] == "limit").unwrap();
            let description = limit["description"].as_str().unwrap();
            assert!(description.contains(&limits), "{route}: {description}");
        }
    }
}
