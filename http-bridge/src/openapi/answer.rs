//! What the examples' bridge answers: there is one server, and it has one socket.

use serde_json::{Value, json};

pub(super) fn receipt() -> Value {
    json!({ "adapter": "classic", "servers": 1 })
}

/// The answers of one server, all there.
pub(super) fn answers(with: Value) -> Value {
    let mut tally = json!({
        "adapter": "classic", "servers": 1, "answered": 1, "count": 1, "partial": false, "end": "complete",
    });
    merge(&mut tally, with);
    tally
}

pub(super) fn acknowledged() -> Value {
    answers(json!({ "clients": 1, "answers": [{ "args": [3] }] }))
}

/// The same answers, one a line.
pub(super) fn line(answers: &Value) -> String {
    let mut tally = answers.clone();
    let answers = tally.as_object_mut().and_then(|tally| tally.remove("answers"));
    let answers = answers.as_ref().and_then(Value::as_array).into_iter().flatten();
    answers.chain([&tally]).map(|line| format!("{line}\n")).collect()
}

pub(super) fn problem(status: u16, code: &str, title: &str, detail: &str, with: Value) -> Value {
    let kind = format!("/problems/{code}");
    let mut problem = json!({ "type": kind, "title": title, "status": status, "detail": detail, "code": code });
    merge(&mut problem, with);
    problem
}

fn merge(object: &mut Value, with: Value) {
    if let (Value::Object(object), Value::Object(with)) = (object, with) {
        object.extend(with);
    }
}
