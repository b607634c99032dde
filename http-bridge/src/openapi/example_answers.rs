//! The responses in the examples. The cluster has one server with one socket.

use serde_json::{Value, json};

pub(super) fn receipt() -> Value {
    json!({ "adapter": "classic", "servers": 1 })
}

/// The summary of a complete result, with more members.
pub(super) fn complete(members: Value) -> Value {
    let mut summary = json!({
        "adapter": "classic", "servers": 1, "answered": 1, "count": 1, "partial": false, "end": "complete",
    });
    merge(&mut summary, members);
    summary
}

pub(super) fn acknowledged() -> Value {
    complete(json!({ "clients": 1, "answers": [{ "args": [3] }] }))
}

/// The document as NDJSON: one answer a line, then the summary.
pub(super) fn as_lines(document: &Value) -> String {
    let mut summary = document.clone();
    let answers = summary.as_object_mut().and_then(|summary| summary.remove("answers"));
    let answers = answers.as_ref().and_then(Value::as_array).into_iter().flatten();
    answers.chain([&summary]).map(|line| format!("{line}\n")).collect()
}

pub(super) fn problem(status: u16, code: &str, title: &str, detail: &str, members: Value) -> Value {
    let problem_type = format!("/problems/{code}");
    let mut problem = json!({ "type": problem_type, "title": title, "status": status, "detail": detail, "code": code });
    merge(&mut problem, members);
    problem
}

fn merge(object: &mut Value, members: Value) {
    if let (Value::Object(object), Value::Object(members)) = (object, members) {
        object.extend(members);
    }
}
