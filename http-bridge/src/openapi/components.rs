//! The named schemas and responses.

use serde_json::{Map, Value, json};
use socketio_emitter::error::Code;
use utoipa::{PartialSchema, ToSchema};

use super::{
    operation::{problem_response, problem_response_name, schema_ref},
    schemas::{
        AckSchema, BatchReceiptSchema, BinarySchema, CommandSchema, DisconnectSchema, DurationSchema, EmitSchema,
        FlagsSchema, JoinSchema, JsonSchema, LeaveSchema, LivezSchema, ReadyzSchema, ReceiptSchema, RoomSchema,
        SeenSchema, ServerAckSchema, ServerEmitSchema, ServerSchema, SocketSchema, SummarySchema, TapEventSchema,
    },
};
use crate::{
    requests::EventForm,
    responses::{ProblemMembers, http_codes},
};

pub(super) fn schemas() -> Map<String, Value> {
    let mut schemas = Map::from_iter([
        named_schema::<DurationSchema>(),
        named_schema::<JsonSchema>(),
        named_schema::<BinarySchema>(),
        named_schema::<RoomSchema>(),
        named_schema::<FlagsSchema>(),
        named_schema::<EventForm>(),
        named_schema::<ReceiptSchema>(),
        named_schema::<BatchReceiptSchema>(),
        named_schema::<CommandSchema>(),
        named_schema::<SummarySchema>(),
        named_schema::<AckSchema>(),
        named_schema::<ServerAckSchema>(),
        named_schema::<ServerSchema>(),
        named_schema::<SocketSchema>(),
        named_schema::<SeenSchema>(),
        named_schema::<TapEventSchema>(),
        named_schema::<LivezSchema>(),
        named_schema::<ReadyzSchema>(),
    ]);
    let both_args_and_data = json!({ "required": ["args", "data"] });
    for (name, mut schema) in [named_schema::<EmitSchema>(), named_schema::<ServerEmitSchema>()] {
        schema["not"] = both_args_and_data.clone();
        schemas.insert(name, schema);
    }
    let all = json!({ "required": ["all"], "properties": { "all": { "const": true } } });
    for (name, mut schema) in
        [named_schema::<JoinSchema>(), named_schema::<LeaveSchema>(), named_schema::<DisconnectSchema>()]
    {
        schema["oneOf"] = json!([{ "required": ["rooms"] }, all]);
        schemas.insert(name, schema);
    }
    let with_verb = |name: &str| json!({ "allOf": [schema_ref(name), { "required": ["do"] }] });
    let message = json!({
        "description": "A message of any kind, in the JSON that `sio pipe` reads and a tap writes. `do` is required, \
                        except for `emit`.",
        "oneOf": [
            schema_ref("Emit"), with_verb("Join"), with_verb("Leave"), with_verb("Disconnect"), with_verb("ServerEmit"),
        ],
    });
    schemas.insert("Message".to_owned(), message);
    for (name, item) in [("Acks", "Ack"), ("ServerAcks", "ServerAck"), ("Servers", "Server"), ("Sockets", "Socket")] {
        schemas.insert(name.to_owned(), answers_schema(&schema_ref(item)));
    }
    schemas.insert("Rooms".to_owned(), answers_schema(&json!({ "type": "string" })));
    schemas.insert("Code".to_owned(), code_schema());
    schemas.insert("Problem".to_owned(), problem_schema());
    schemas.extend(codes_by_status().into_iter().map(status_problem_schema));
    schemas
}

pub(super) fn responses() -> Map<String, Value> {
    codes_by_status().into_iter().map(response).collect()
}

fn named_schema<S: ToSchema>() -> (String, Value) {
    (S::name().into_owned(), schema::<S>())
}

fn schema<S: PartialSchema>() -> Value {
    // Cannot fail: a schema has string keys only.
    serde_json::to_value(S::schema()).unwrap_or_default()
}

/// The summary with a list of answers beside it.
fn answers_schema(item: &Value) -> Value {
    let mut summary = schema::<SummarySchema>();
    summary["description"] = "The answers, and how many servers and clients answered.".into();
    summary["properties"]["answers"] = json!({ "type": "array", "items": item });
    if let Some(required) = summary["required"].as_array_mut() {
        required.push("answers".into());
    }
    summary
}

fn code_schema() -> Value {
    let rows = http_codes().map(|(code, statuses)| {
        let statuses: Vec<_> = statuses.iter().map(ToString::to_string).collect();
        format!("| `{code}` | {} | {} |", statuses.join(", "), code.meaning())
    });
    let table: Vec<_> =
        ["| code | status | meaning |".to_owned(), "|---|---|---|".to_owned()].into_iter().chain(rows).collect();
    json!({
        "type": "string",
        "description": format!("Stable name of the problem.\n\n{}", table.join("\n")),
        "enum": http_codes().map(|(code, _)| code).collect::<Vec<_>>(),
    })
}

fn problem_schema() -> Value {
    let mut problem = schema::<ProblemMembers>();
    problem["description"] = "A problem document (RFC 9457): what is wrong, where, and what to do.".into();
    problem["additionalProperties"] = false.into();
    problem["properties"]["code"] = schema_ref("Code");
    for (name, schema) in [
        ("type", json!({ "type": "string", "format": "uri-reference", "description": "`/problems/` and the code." })),
        ("title", json!({ "type": "string", "description": "What is wrong, in a few words." })),
        ("status", json!({ "type": "integer", "description": "The status of the response." })),
        ("detail", json!({ "type": "string", "description": "What is wrong in this request, and what to do." })),
    ] {
        problem["properties"][name] = schema;
    }
    problem["required"] = json!(["type", "title", "status", "detail", "code"]);
    problem
}

/// Each status of a problem within a route, with its codes.
fn codes_by_status() -> Vec<(u16, Vec<Code>)> {
    let mut statuses: Vec<u16> = http_codes().flat_map(|(_, statuses)| statuses).copied().collect();
    statuses.sort_unstable();
    statuses.dedup();
    // They mean that the request has no route.
    statuses.retain(|status| ![404, 405].contains(status));
    let codes =
        |status| http_codes().filter(|(_, statuses)| statuses.contains(&status)).map(|(code, _)| code).collect();
    statuses.into_iter().map(|status| (status, codes(status))).collect()
}

fn status_problem_schema((status, codes): (u16, Vec<Code>)) -> (String, Value) {
    let properties = json!({ "properties": { "code": { "enum": codes }, "status": { "const": status } } });
    (problem_response_name(status), json!({ "allOf": [schema_ref("Problem"), properties] }))
}

fn response((status, codes): (u16, Vec<Code>)) -> (String, Value) {
    let lines: Vec<_> = codes.iter().map(|code| format!("- `{code}`: {}", code.meaning())).collect();
    (problem_response_name(status), problem_response(status, &lines.join("\n"), &Map::new()))
}
