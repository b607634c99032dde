//! What watches the bus, and the bridge.

use serde_json::json;

use super::{EVENTS, JSON, LINES, getting, query, text};
use crate::{
    openapi::{
        example::example,
        operation::{Operation, lines, reference},
    },
    tap::Wanted,
};

pub(super) fn tap() -> Operation {
    let line = || {
        json!({ "anyOf": [
        { "allOf": [{ "required": ["seen"], "properties": { "seen": reference("Seen") } }, reference("Message")] },
        reference("Aside"),
    ] })
    };
    let events = json!({
        "type": "string",
        "description": "Server-sent events without a type: each `data:` is one JSON object. A comment is a sign of life.",
        "contentMediaType": EVENTS,
        "contentSchema": line(),
    });
    Operation {
        path: "/v1/tap",
        method: "get",
        id: "tap",
        tag: "tap",
        summary: "Every message on the bus, live",
        text: text(&[
            "Whoever sent it, and whether anybody reads it; no server notices. Each is the JSON that is sent, with `seen` \
             beside it. What comes faster than it is read is dropped, and that is said: `{\"do\":\"dropped\",\"messages\":N}`.",
        ]),
        parameters: query::<Wanted>(),
        answers: vec![
            (EVENTS, events),
            (LINES, lines(&line(), "One JSON object a line, which `sio pipe` reads. A blank line is a sign of life.")),
        ],
        problems: &[400, 401, 403, 406, 422, 500, 502, 503, 504],
        examples: vec![
            example("events", "Server-sent events").with(&[("event", "chat*"), ("count", "1")]).accept(EVENTS),
            example("lines", "Lines, for ten minutes at most")
                .with(&[("namespace", "/*"), ("room", "lobby"), ("requests", "true"), ("count", "1"), ("for", "10m")])
                .accept(LINES),
        ],
        ..getting()
    }
}

pub(super) fn alive() -> Operation {
    Operation {
        path: "/livez",
        id: "alive",
        summary: "Whether the bridge is up",
        text: text(&["It never asks Redis: a restart would not help an outage there. It needs no token."]),
        guarded: false,
        answers: vec![(JSON, reference("Alive"))],
        problems: &[403],
        examples: vec![example("up", "It is up").answers(json!({ "bridge": "up" }))],
        ..getting()
    }
}

pub(super) fn ready() -> Operation {
    Operation {
        path: "/readyz",
        id: "ready",
        summary: "Whether Redis answers, so that a message would be taken",
        text: text(&["It needs no token."]),
        guarded: false,
        answers: vec![(JSON, reference("Ready"))],
        problems: &[403, 503],
        examples: vec![example("up", "Redis is up").answers(json!({ "redis": "up" }))],
        ..getting()
    }
}

pub(super) fn metrics() -> Operation {
    Operation {
        path: "/metrics",
        id: "metrics",
        summary: "What happened so far, for Prometheus",
        text: text(&[
            "Requests by route, method, status and code, their durations, messages taken and failed, questions, taps, and \
             whether Redis answers now. No label holds what a request said.",
        ]),
        answers: vec![("application/openmetrics-text", json!({ "type": "string", "description": "OpenMetrics 1.0." }))],
        problems: &[401, 403],
        examples: vec![example("scrape", "All numbers")],
        ..getting()
    }
}

pub(super) fn openapi() -> Operation {
    Operation {
        path: "/openapi.json",
        id: "openapi",
        summary: "This document",
        text: text(&["It is the same for every bridge of this version, and needs no token."]),
        guarded: false,
        answers: vec![(JSON, json!({ "type": "object" }))],
        problems: &[403],
        examples: vec![example("document", "This document")],
        ..getting()
    }
}
