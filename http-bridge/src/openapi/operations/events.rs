//! The routes that send events.

use serde_json::{Value, json};
use utoipa::openapi::{
    Required,
    path::{Parameter, ParameterBuilder, ParameterIn},
    schema::{ObjectBuilder, Type},
};

use super::{BYTES, FORM, JSON, LINES, MESSAGEPACK, MSGPACK, TEXT, paragraphs, query, send_defaults};
use crate::{
    openapi::{
        example::example,
        example_answers::{acknowledged, as_lines, complete, problem, receipt},
        operation::{OperationDoc, lines_schema, schema_ref},
    },
    params::{AddressParams, SendParams},
};

const ACKS: &str = "With `ack`, clients acknowledge the event and the response holds their acknowledgements. \
                    `\"partial\": true` means that some clients did not answer in time. With \
                    `Accept: application/x-ndjson` the response is a stream of acknowledgements.";

pub(super) fn emit() -> OperationDoc {
    OperationDoc {
        path: "/v1/emit",
        method: "post",
        id: "emit",
        tag: "events",
        summary: "Send an event to clients",
        description: paragraphs(&[
            "The body is the message.",
            ACKS,
            MESSAGEPACK,
            "A form is accepted too. It has `room` instead of `rooms`, and `action` as another name of `event`.",
        ]),
        parameters: query::<SendParams>(),
        bodies: vec![(JSON, schema_ref("Emit")), (MSGPACK, schema_ref("Emit")), (FORM, schema_ref("Form"))],
        answers: event_responses("Acks", "Ack"),
        examples: vec![
            example("two-arguments", "Two arguments, to a room without one user")
                .json(json!({
                    "event": "pair", "args": [1, { "text": "hi" }], "rooms": ["lobby"], "except": ["user:42"],
                }))
                .answers(receipt()),
            example("to-everyone", "One argument, to every socket of a namespace")
                .json(json!({
                    "event": "news", "data": "We are back", "namespace": "/", "flags": { "volatile": true },
                }))
                .answers(receipt()),
            example("binary", "Binary in JSON")
                .json(json!({ "event": "avatar", "data": { "$binary": "iVBORw==" }, "rooms": ["user:42"] }))
                .answers(receipt()),
            example("msgpack", "MessagePack")
                .body(MSGPACK, json!({ "event": "chat", "args": ["hi"], "rooms": ["lobby"] }))
                .answers(receipt()),
            example("form", "Form")
                .body(FORM, json!({ "event": "chat", "data": "{\"text\": \"from a form\"}", "room": ["lobby"] }))
                .answers(receipt()),
            example("acknowledged", "Return the first acknowledgement")
                .with(&[("ack", "2s"), ("expect", "1")])
                .json(json!({ "event": "ready", "data": 3, "rooms": ["lobby"] }))
                .answers(complete(json!({ "clients": 1, "answers": [{ "args": [3] }], "end": "enough" }))),
            example("dry-run", "Dry run: return the Redis command")
                .with(&[("dry_run", "true")])
                .json(json!({ "event": "chat", "rooms": ["lobby"] }))
                .answers(json!({ "command": [
                    "PUBLISH",
                    "socket.io#/#lobby#",
                    {
                        "$binary": "k6dlbWl0dGVyg6R0eXBlAqRkYXRhkaRjaGF0o25zcKEvg6Vyb29tc5GlbG9iYnmlZmxhZ3OApmV4Y2VwdJA=",
                    },
                ] })),
            example("reserved", "Error: reserved event name")
                .json(json!({ "event": "connect" }))
                .fails(422, problem(
                    422,
                    "reserved-event",
                    "The message is invalid",
                    "\"connect\" is reserved by Socket.IO; choose another event name",
                    json!({ "pointer": "/event", "line": 1, "column": 10 }),
                )),
            example("too-few", "Error: fewer servers than required")
                .with(&[("require_servers", "3")])
                .json(json!({ "event": "news" }))
                .fails(503, problem(
                    503,
                    "too-few-servers",
                    "Too few Socket.IO servers were found",
                    "1 server(s) on namespace /, 3 required; nothing was sent",
                    json!({}),
                )),
        ],
        ..send_defaults()
    }
}

pub(super) fn event() -> OperationDoc {
    let json_or_text = json!({
        "type": "string",
        "description": "What `curl -d` sends. Not parsed as a form: a JSON value if it is valid JSON, else text.",
    });
    let mut parameters = vec![event_name()];
    parameters.extend(query::<AddressParams>());
    parameters.extend(query::<SendParams>());
    OperationDoc {
        path: "/v1/emit/{event}",
        method: "post",
        id: "emitEvent",
        tag: "events",
        summary: "Send an event with one argument to clients",
        description: paragraphs(&[
            "The body is the argument; `Content-Type` says its type. An empty body means no argument.",
            ACKS,
        ]),
        parameters,
        bodies: vec![
            (JSON, schema_ref("Json")),
            (MSGPACK, schema_ref("Json")),
            (TEXT, json!({ "type": "string" })),
            (BYTES, json!({ "description": "A binary argument." })),
            (FORM, json_or_text),
        ],
        answers: event_responses("Acks", "Ack"),
        examples: vec![
            example("object", "JSON, to two rooms")
                .with(&[("event", "chat"), ("room", "lobby"), ("room", "games")])
                .json(json!({ "text": "hi" }))
                .answers(receipt()),
            example("msgpack", "MessagePack")
                .with(&[("event", "chat"), ("room", "lobby")])
                .body(MSGPACK, json!({ "text": "hi" }))
                .answers(receipt()),
            example("plain", "Text")
                .with(&[("event", "news"), ("volatile", "true"), ("compress", "false")])
                .body(TEXT, json!("We are back"))
                .answers(receipt()),
            example("bytes", "Bytes").with(&[("event", "blob")]).body(BYTES, json!("any bytes")).answers(receipt()),
            example("curl", "Text with curl's default Content-Type")
                .with(&[("event", "news"), ("except", "user:42"), ("namespace", "/"), ("timeout", "1s")])
                .body(FORM, json!("We are back"))
                .answers(receipt()),
            example("acknowledged", "Return acknowledgements as NDJSON")
                .with(&[("event", "ready"), ("room", "lobby"), ("ack", "2s")])
                .accept(LINES)
                .json(json!(3))
                .answers(as_lines(&acknowledged())),
            example("unsafe-integer", "Error: integer beyond 2^53-1")
                .with(&[("event", "news")])
                .json(json!({ "id": 9_007_199_254_740_993_u64 }))
                .fails(
                    422,
                    problem(
                        422,
                        "unsafe-integer",
                        "The message is invalid",
                        "9007199254740993 is beyond 2^53-1 and JavaScript would round it; send it as a string",
                        json!({ "pointer": "/id", "line": 1, "column": 22 }),
                    ),
                ),
        ],
        ..send_defaults()
    }
}

pub(super) fn server_emit() -> OperationDoc {
    OperationDoc {
        path: "/v1/server-emit",
        method: "post",
        id: "serverEmit",
        tag: "events",
        summary: "Send an event to the servers",
        description: paragraphs(&[
            "The body is the message. With `ack`, the response holds the acknowledgements of the servers.",
            MESSAGEPACK,
        ]),
        parameters: query::<SendParams>(),
        bodies: vec![(JSON, schema_ref("ServerEmit")), (MSGPACK, schema_ref("ServerEmit"))],
        answers: event_responses("ServerAcks", "ServerAck"),
        examples: vec![
            example("reload", "One argument, to every server")
                .json(json!({ "event": "reload", "args": ["config"] }))
                .answers(receipt()),
            example("msgpack", "MessagePack").body(MSGPACK, json!({ "event": "reload" })).answers(receipt()),
            example("acknowledged", "Return acknowledgements")
                .with(&[("ack", "2s")])
                .json(json!({ "event": "version", "args": ["which"] }))
                .answers(complete(json!({ "answers": [{ "args": ["which"] }] }))),
        ],
        ..send_defaults()
    }
}

pub(super) fn batch() -> OperationDoc {
    let stream = lines_schema(&schema_ref("Message"), "One message a line. Blank lines are ignored.");
    OperationDoc {
        path: "/v1/batch",
        method: "post",
        id: "batch",
        tag: "events",
        summary: "Send many messages of any kind",
        description: paragraphs(&[
            "Messages are sent in order while the body arrives, in constant memory. Sending stops at the first message \
             that is invalid or fails. The problem then holds the index of this message (`index`), the number of \
             messages that Redis took (`accepted`), and the number of messages that Redis may have taken (`unknown`).",
        ]),
        bodies: vec![(JSON, json!({ "type": "array", "items": schema_ref("Message") })), (LINES, stream)],
        answers: vec![(JSON, schema_ref("BatchReceipt"))],
        examples: vec![
            example("array", "JSON array")
                .json(json!([
                    { "event": "news", "data": "We are back" },
                    { "do": "join", "join": ["vip"], "rooms": ["user:42"] },
                ]))
                .answers(json!({ "adapter": "classic", "messages": 2, "servers": 1 })),
            example("lines", "NDJSON")
                .body(LINES, json!("{\"event\": \"tick\"}\n{\"event\": \"tock\", \"rooms\": [\"lobby\"]}\n"))
                .answers(json!({ "adapter": "classic", "messages": 2, "servers": 1 })),
            example("stopped", "Error: the second message is invalid")
                .json(json!([{ "event": "tick" }, { "event": "tock", "rooms": [] }]))
                .fails(422, problem(
                    422,
                    "empty-rooms",
                    "The message is invalid",
                    "message 1 (counted from 0), after Redis took 1: the list of rooms is empty; name a room, or leave \
                     the list out to reach every socket",
                    json!({
                        "pointer": "/1/rooms", "line": 1, "column": 43, "unknown": 0, "index": 1, "accepted": 1,
                    }),
                )),
        ],
        ..send_defaults()
    }
}

fn event_name() -> Parameter {
    ParameterBuilder::new()
        .name("event")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("Name of the event, percent-encoded. Socket.IO reserves some names."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).min_length(Some(1))))
        .build()
}

/// The responses to an event: a receipt, a command, or acknowledgements as a document or as lines.
fn event_responses(acks: &str, ack: &str) -> Vec<(&'static str, Value)> {
    let line = json!({ "anyOf": [schema_ref(ack), schema_ref("Tally")] });
    vec![
        (JSON, json!({ "oneOf": [schema_ref("Receipt"), schema_ref(acks), schema_ref("Rehearsal")] })),
        (LINES, lines_schema(&line, "With `ack`: one acknowledgement a line as they arrive, then the summary.")),
    ]
}
