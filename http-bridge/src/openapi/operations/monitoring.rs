//! The routes that watch the bus and the bridge.

use serde_json::json;

use super::{EVENTS, JSON, LINES, get_defaults, paragraphs, query};
use crate::{
    openapi::{
        example::example,
        operation::{OperationDoc, lines_schema, schema_ref},
    },
    params::TapParams,
};

pub(super) fn tap() -> OperationDoc {
    let line = || {
        json!({ "anyOf": [
        { "allOf": [{ "required": ["seen"], "properties": { "seen": schema_ref("Seen") } }, schema_ref("Message")] },
        schema_ref("Aside"),
    ] })
    };
    let events = json!({
        "type": "string",
        "description": "Server-sent events without a type. Each `data:` is one JSON object. Comments are keep-alives.",
        "contentMediaType": EVENTS,
        "contentSchema": line(),
    });
    OperationDoc {
        path: "/v1/tap",
        method: "get",
        id: "tap",
        tag: "tap",
        summary: "Stream the messages on the bus",
        description: paragraphs(&[
            "A live, decoded, read-only view of bus traffic from all senders. Servers do not count it. Each message is \
             in the JSON form that `/v1/batch` accepts, with `seen` added. A reader that is too slow loses messages; \
             the stream says how many: `{\"do\":\"dropped\",\"messages\":N}`.",
        ]),
        parameters: query::<TapParams>(),
        answers: vec![
            (EVENTS, events),
            (
                LINES,
                lines_schema(&line(), "One JSON object a line, which `sio pipe` reads. Blank lines are keep-alives."),
            ),
        ],
        problems: &[400, 401, 403, 406, 422, 500, 502, 503, 504],
        examples: vec![
            example("events", "Server-sent events").with(&[("event", "chat*"), ("count", "1")]).accept(EVENTS),
            example("lines", "NDJSON, for up to ten minutes")
                .with(&[("namespace", "/*"), ("room", "lobby"), ("requests", "true"), ("count", "1"), ("for", "10m")])
                .accept(LINES),
        ],
        ..get_defaults()
    }
}

pub(super) fn livez() -> OperationDoc {
    OperationDoc {
        path: "/livez",
        id: "alive",
        summary: "Check that the bridge runs",
        description: paragraphs(&[
            "Does not check Redis, because restarting the bridge does not end an outage of Redis. Needs no token.",
        ]),
        requires_token: false,
        answers: vec![(JSON, schema_ref("Alive"))],
        problems: &[403],
        examples: vec![example("up", "The bridge runs").answers(json!({ "bridge": "up" }))],
        ..get_defaults()
    }
}

pub(super) fn readyz() -> OperationDoc {
    OperationDoc {
        path: "/readyz",
        id: "ready",
        summary: "Check that Redis answers",
        description: paragraphs(&["Needs no token."]),
        requires_token: false,
        answers: vec![(JSON, schema_ref("Ready"))],
        problems: &[403, 503],
        examples: vec![example("up", "Redis answers").answers(json!({ "redis": "up" }))],
        ..get_defaults()
    }
}

pub(super) fn metrics() -> OperationDoc {
    OperationDoc {
        path: "/metrics",
        id: "metrics",
        summary: "Metrics for Prometheus",
        description: paragraphs(&[
            "Requests by route, method, status and code, their durations, messages that Redis took, failures, \
             questions, taps, and whether Redis answers. No label holds a value from a request.",
        ]),
        answers: vec![("application/openmetrics-text", json!({ "type": "string", "description": "OpenMetrics 1.0." }))],
        problems: &[401, 403],
        examples: vec![example("scrape", "All metrics")],
        ..get_defaults()
    }
}

pub(super) fn openapi() -> OperationDoc {
    OperationDoc {
        path: "/openapi.json",
        id: "openapi",
        summary: "This document",
        description: paragraphs(&["The same for every bridge of this version. Needs no token."]),
        requires_token: false,
        answers: vec![(JSON, json!({ "type": "object" }))],
        problems: &[403],
        examples: vec![example("document", "This document")],
        ..get_defaults()
    }
}
