//! What sends events.

use serde_json::{Value, json};
use utoipa::openapi::{
    Required,
    path::{Parameter, ParameterBuilder, ParameterIn},
    schema::{ObjectBuilder, Type},
};

use super::{BYTES, FORM, JSON, LINES, MESSAGEPACK, MSGPACK, TEXT, query, sending, text};
use crate::{
    address::Address,
    openapi::{
        answer::{acknowledged, answers, line, problem, receipt},
        example::example,
        operation::{Operation, lines, reference},
    },
    query::Sending,
};

const ACKS: &str = "With `ack`, clients acknowledge the event: the answer is what they answered, and `\"partial\": true` \
                    says that some did not in time. `Accept: application/x-ndjson` streams the answers.";

pub(super) fn emit() -> Operation {
    Operation {
        path: "/v1/emit",
        method: "post",
        id: "emit",
        tag: "events",
        summary: "Send an event to clients",
        text: text(&["The body is the message.", ACKS, MESSAGEPACK, "A form may say it, too, `action` for `event` included."]),
        parameters: query::<Sending>(),
        bodies: vec![(JSON, reference("Emit")), (MSGPACK, reference("Emit")), (FORM, reference("Form"))],
        answers: sent("Acks", "Ack"),
        examples: vec![
            example("two-arguments", "Two arguments, for a room but not for one of its sockets")
                .json(json!({ "event": "pair", "args": [1, { "text": "hi" }], "rooms": ["lobby"], "except": ["user:42"] }))
                .answers(receipt()),
            example("to-everyone", "One argument, for everyone of a namespace")
                .json(json!({ "event": "news", "data": "We are back", "namespace": "/", "flags": { "volatile": true } }))
                .answers(receipt()),
            example("binary", "Binary within JSON")
                .json(json!({ "event": "avatar", "data": { "$binary": "iVBORw==" }, "rooms": ["user:42"] }))
                .answers(receipt()),
            example("msgpack", "The same as MessagePack")
                .body(MSGPACK, json!({ "event": "chat", "args": ["hi"], "rooms": ["lobby"] }))
                .answers(receipt()),
            example("form", "A form")
                .body(FORM, json!({ "event": "chat", "data": "{\"text\": \"from a form\"}", "room": ["lobby"] }))
                .answers(receipt()),
            example("acknowledged", "And what the first client answers")
                .with(&[("ack", "2s"), ("expect", "1")])
                .json(json!({ "event": "ready", "data": 3, "rooms": ["lobby"] }))
                .answers(answers(json!({ "clients": 1, "answers": [{ "args": [3] }], "end": "enough" }))),
            example("dry-run", "The Redis command, not sent")
                .with(&[("dry_run", "true")])
                .json(json!({ "event": "chat", "rooms": ["lobby"] }))
                .answers(json!({ "command": [
                    "PUBLISH",
                    "socket.io#/#lobby#",
                    { "$binary": "k6dlbWl0dGVyg6R0eXBlAqRkYXRhkaRjaGF0o25zcKEvg6Vyb29tc5GlbG9iYnmlZmxhZ3OApmV4Y2VwdJA=" },
                ] })),
            example("reserved", "An event that Socket.IO keeps for itself")
                .json(json!({ "event": "connect" }))
                .fails(422, problem(
                    422,
                    "reserved-event",
                    "The message is refused",
                    "\"connect\" is reserved by Socket.IO; choose another event name",
                    json!({ "pointer": "/event", "line": 1, "column": 10 }),
                )),
            example("too-few", "More servers than there are")
                .with(&[("require_servers", "3")])
                .json(json!({ "event": "news" }))
                .fails(503, problem(
                    503,
                    "too-few-servers",
                    "Too few Socket.IO servers",
                    "1 server(s) on namespace /, 3 required; nothing was sent",
                    json!({}),
                )),
        ],
        ..sending()
    }
}

pub(super) fn event() -> Operation {
    let anything = || {
        json!({ "type": "string", "description": "JSON if it reads as JSON, else text: what `curl -d` sends. \
                                                                It is no form." })
    };
    let mut parameters = vec![event_name()];
    parameters.extend(query::<Address>());
    parameters.extend(query::<Sending>());
    Operation {
        path: "/v1/emit/{event}",
        method: "post",
        id: "emitEvent",
        tag: "events",
        summary: "Send an event with one argument to clients",
        text: text(&["The body is the argument, of the type that it says; an empty one is none.", ACKS]),
        parameters,
        bodies: vec![
            (JSON, reference("Json")),
            (MSGPACK, reference("Json")),
            (TEXT, json!({ "type": "string" })),
            (BYTES, json!({ "description": "Socket.IO's binary." })),
            (FORM, anything()),
        ],
        answers: sent("Acks", "Ack"),
        examples: vec![
            example("object", "JSON, for two rooms")
                .with(&[("event", "chat"), ("room", "lobby"), ("room", "games")])
                .json(json!({ "text": "hi" }))
                .answers(receipt()),
            example("msgpack", "The same as MessagePack")
                .with(&[("event", "chat"), ("room", "lobby")])
                .body(MSGPACK, json!({ "text": "hi" }))
                .answers(receipt()),
            example("plain", "Text")
                .with(&[("event", "news"), ("volatile", "true"), ("compress", "false")])
                .body(TEXT, json!("We are back"))
                .answers(receipt()),
            example("bytes", "Bytes").with(&[("event", "blob")]).body(BYTES, json!("any bytes")).answers(receipt()),
            example("curl", "What curl sends by itself")
                .with(&[("event", "news"), ("except", "user:42"), ("namespace", "/"), ("timeout", "1s")])
                .body(FORM, json!("We are back"))
                .answers(receipt()),
            example("acknowledged", "And what clients answer, as lines")
                .with(&[("event", "ready"), ("room", "lobby"), ("ack", "2s")])
                .accept(LINES)
                .json(json!(3))
                .answers(line(&acknowledged())),
            example("unsafe-integer", "An integer that JavaScript would round")
                .with(&[("event", "news")])
                .json(json!({ "id": 9_007_199_254_740_993_u64 }))
                .fails(
                    422,
                    problem(
                        422,
                        "unsafe-integer",
                        "The message is refused",
                        "9007199254740993 is beyond 2^53-1 and JavaScript would round it; send it as a string",
                        json!({ "pointer": "/id", "line": 1, "column": 22 }),
                    ),
                ),
        ],
        ..sending()
    }
}

pub(super) fn server_emit() -> Operation {
    Operation {
        path: "/v1/server-emit",
        method: "post",
        id: "serverEmit",
        tag: "events",
        summary: "Send an event to the servers themselves",
        text: text(&["The body is the message. With `ack`, the answer is what the servers answered.", MESSAGEPACK]),
        parameters: query::<Sending>(),
        bodies: vec![(JSON, reference("ServerEmit")), (MSGPACK, reference("ServerEmit"))],
        answers: sent("ServerAcks", "ServerAck"),
        examples: vec![
            example("reload", "To every server")
                .json(json!({ "event": "reload", "args": ["config"] }))
                .answers(receipt()),
            example("msgpack", "The same as MessagePack")
                .body(MSGPACK, json!({ "event": "reload" }))
                .answers(receipt()),
            example("acknowledged", "And what they answer")
                .with(&[("ack", "2s")])
                .json(json!({ "event": "version", "args": ["which"] }))
                .answers(answers(json!({ "answers": [{ "args": ["which"] }] }))),
        ],
        ..sending()
    }
}

pub(super) fn batch() -> Operation {
    let stream = lines(&reference("Message"), "One message a line; lines may be blank.");
    Operation {
        path: "/v1/batch",
        method: "post",
        id: "batch",
        tag: "events",
        summary: "Send many messages of any kind",
        text: text(&[
            "They are sent as they come, in constant memory, up to the first that cannot be. A problem then says which it \
             was (`index`), how many were taken for certain (`accepted`), and of how many that is not known (`unknown`).",
        ]),
        bodies: vec![(JSON, json!({ "type": "array", "items": reference("Message") })), (LINES, stream)],
        answers: vec![(JSON, reference("BatchReceipt"))],
        examples: vec![
            example("array", "An array")
                .json(json!([
                    { "event": "news", "data": "We are back" },
                    { "do": "join", "join": ["vip"], "rooms": ["user:42"] },
                ]))
                .answers(json!({ "adapter": "classic", "messages": 2, "servers": 1 })),
            example("lines", "One a line")
                .body(LINES, json!("{\"event\": \"tick\"}\n{\"event\": \"tock\", \"rooms\": [\"lobby\"]}\n"))
                .answers(json!({ "adapter": "classic", "messages": 2, "servers": 1 })),
            example("stopped", "The second of them cannot be sent")
                .json(json!([{ "event": "tick" }, { "event": "tock", "rooms": [] }]))
                .fails(422, problem(
                    422,
                    "empty-rooms",
                    "The message is refused",
                    "message 1 (counted from 0), after 1 were taken: the list of rooms is empty; name a room, or leave the \
                     list out to reach everyone",
                    json!({
                        "pointer": "/1/rooms", "line": 1, "column": 43, "unknown": 0, "index": 1, "accepted": 1,
                    }),
                )),
        ],
        ..sending()
    }
}

fn event_name() -> Parameter {
    ParameterBuilder::new()
        .name("event")
        .parameter_in(ParameterIn::Path)
        .required(Required::True)
        .description(Some("The event's name, percent-encoded. Socket.IO keeps some for itself."))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).min_length(Some(1))))
        .build()
}

/// What is answered to an event: a receipt, its command, or acknowledgements in one or as lines.
fn sent(acks: &str, ack: &str) -> Vec<(&'static str, Value)> {
    let line = json!({ "anyOf": [reference(ack), reference("Tally")] });
    vec![
        (JSON, json!({ "oneOf": [reference("Receipt"), reference(acks), reference("Rehearsal")] })),
        (LINES, lines(&line, "With `ack`: one acknowledgement a line, as they come, and the tally as the last.")),
    ]
}
