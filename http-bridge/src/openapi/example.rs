use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::operation::Operation;

/// Where the examples' bridge listens.
const BRIDGE: &str = "127.0.0.1:8484";

/// What may stand in a query or a path as it is, and reads better so.
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'*').remove(b':');

/// A request, and what is answered where one server is there, with one socket in the room `lobby`.
#[derive(Clone)]
pub(super) struct Example {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    /// In the path and the query; a name may stand there more than once.
    pub(super) parameters: &'static [(&'static str, &'static str)],
    pub(super) accept: Option<&'static str>,
    pub(super) body: Option<(&'static str, Value)>,
    pub(super) status: u16,
    /// None where it is another one each time.
    pub(super) answer: Option<Value>,
}

/// A request that takes nothing but its path.
pub(super) fn example(name: &'static str, summary: &'static str) -> Example {
    Example { name, summary, parameters: &[], accept: None, body: None, status: 200, answer: None }
}

impl Example {
    pub(super) fn with(self, parameters: &'static [(&'static str, &'static str)]) -> Self {
        Self { parameters, ..self }
    }

    pub(super) fn accept(self, kind: &'static str) -> Self {
        Self { accept: Some(kind), ..self }
    }

    pub(super) fn json(self, body: Value) -> Self {
        self.body("application/json", body)
    }

    pub(super) fn body(self, kind: &'static str, body: Value) -> Self {
        Self { body: Some((kind, body)), ..self }
    }

    pub(super) fn answers(self, answer: impl Into<Value>) -> Self {
        Self { answer: Some(answer.into()), ..self }
    }

    pub(super) fn fails(self, status: u16, problem: Value) -> Self {
        Self { status, answer: Some(problem), ..self }
    }

    /// An Example Object, under this example's name.
    pub(super) fn named(&self, value: &Value) -> (String, Value) {
        (self.name.to_owned(), json!({ "summary": self.summary, "value": value }))
    }

    /// The value of a parameter, as its schema has it.
    pub(super) fn parameter(&self, name: &str, schema: &Value) -> Option<Value> {
        let values = self.parameters.iter().filter(|(given, _)| *given == name);
        let mut values = values.map(|(_, value)| value);
        match schema["type"].as_str() {
            Some("array") => {
                Some(values.collect::<Vec<_>>()).filter(|values| !values.is_empty()).map(|values| json!(values))
            }
            Some("integer" | "boolean") => values.next().and_then(|value| serde_json::from_str(value).ok()),
            _ => values.next().map(|value| json!(value)),
        }
    }

    /// Whether a success is of this media type.
    pub(super) fn answers_with(&self, kind: &str) -> bool {
        match self.accept {
            Some(accept) => accept == kind,
            None => !["application/x-ndjson", "text/event-stream"].contains(&kind),
        }
    }

    /// The request as a line for a shell; none for what a shell cannot say.
    pub(super) fn sample(&self, operation: &Operation) -> Option<Value> {
        let mut words = vec!["curl".to_owned(), quoted(&self.url(operation))];
        if let Some(accept) = self.accept {
            // A stream is to be seen as it comes.
            words.insert(1, "-N".to_owned());
            words.extend(["-H".to_owned(), quoted(&format!("Accept: {accept}"))]);
        }
        match &self.body {
            None if operation.method == "post" => words.extend(["-X".to_owned(), "POST".to_owned()]),
            None => {}
            Some(("application/json", body)) => words.extend(["--json".to_owned(), quoted(&body.to_string())]),
            Some(("application/x-www-form-urlencoded", Value::Object(fields))) => {
                for (name, value) in fields {
                    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    for value in values {
                        words.extend(["--data-urlencode".to_owned(), quoted(&format!("{name}={}", text(value)))]);
                    }
                }
            }
            Some(("application/x-www-form-urlencoded", body)) => words.extend(["-d".to_owned(), quoted(&text(body))]),
            Some(("application/msgpack" | "application/octet-stream", _)) => return None,
            Some((kind, body)) => {
                words.extend(["-H".to_owned(), quoted(&format!("Content-Type: {kind}"))]);
                words.extend(["--data-binary".to_owned(), quoted(&text(body))]);
            }
        }
        Some(json!({ "lang": "Shell", "label": self.summary, "source": words.join(" ") }))
    }

    fn url(&self, operation: &Operation) -> String {
        let mut path = operation.path.to_owned();
        let mut query = Vec::new();
        for (name, value) in self.parameters {
            let value = utf8_percent_encode(value, KEPT).to_string();
            match path.contains(&format!("{{{name}}}")) {
                true => path = path.replace(&format!("{{{name}}}"), &value),
                false => query.push(format!("{name}={value}")),
            }
        }
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{BRIDGE}{path}{mark}{}", query.join("&"))
    }
}

fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => text.into(),
        value => value.to_string().into(),
    }
}

/// A word that a shell takes as it is, or in quotes.
fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./:=,".contains(&byte);
    match word.bytes().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::openapi::operations::operations;

    #[test]
    fn a_request_can_be_pasted_into_a_shell() {
        let operations = operations();
        let emit = operations.iter().find(|operation| operation.id == "emitEvent").unwrap();
        let of = |example: Example| example.sample(emit).unwrap()["source"].as_str().unwrap().to_owned();
        let it = example("it", "It").with(&[("event", "a/b"), ("room", "user:42"), ("room", "a & b")]);
        assert_eq!(
            of(it.clone().json(json!({ "text": "it's" }))),
            r#"curl '127.0.0.1:8484/v1/emit/a%2Fb?room=user:42&room=a%20%26%20b' --json '{"text":"it'\''s"}'"#
        );
        let text = example("it", "It").with(&[("event", "e")]).accept("application/x-ndjson");
        assert_eq!(
            of(text.body("text/plain", json!("hi"))),
            "curl -N 127.0.0.1:8484/v1/emit/e -H 'Accept: application/x-ndjson' -H 'Content-Type: text/plain' --data-binary hi"
        );
        let form = json!({ "event": "e", "room": ["a", "b"] });
        assert_eq!(
            of(it.body("application/x-www-form-urlencoded", form)).split_once(" --").unwrap().1,
            "data-urlencode event=e --data-urlencode room=a --data-urlencode room=b"
        );
    }
}
