use std::borrow::Cow;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::operation::OperationDoc;

/// The address of the bridge in code samples.
const BRIDGE_ADDRESS: &str = "127.0.0.1:8484";

/// The characters to percent-encode in a path or query.
const ENCODED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'*').remove(b':');

/// A request, and its response in a cluster with one server, which has one socket in the room `lobby`.
#[derive(Clone)]
pub(super) struct OperationExample {
    pub(super) name: &'static str,
    pub(super) summary: &'static str,
    /// Values of path and query parameters. A name may be repeated.
    pub(super) parameters: &'static [(&'static str, &'static str)],
    pub(super) accept: Option<&'static str>,
    pub(super) body: Option<(&'static str, Value)>,
    pub(super) status: u16,
    /// None if the response differs each time.
    pub(super) answer: Option<Value>,
}

/// An example without parameters and body, whose response is 200.
pub(super) fn example(name: &'static str, summary: &'static str) -> OperationExample {
    OperationExample { name, summary, parameters: &[], accept: None, body: None, status: 200, answer: None }
}

impl OperationExample {
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

    /// The name and the Example Object of this value.
    pub(super) fn to_example_entry(&self, value: &Value) -> (String, Value) {
        (self.name.to_owned(), json!({ "summary": self.summary, "value": value }))
    }

    /// The value of a parameter, with the type of its schema.
    pub(super) fn parameter_value(&self, name: &str, schema: &Value) -> Option<Value> {
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

    /// Whether a successful response has this media type.
    pub(super) fn responds_with(&self, kind: &str) -> bool {
        match self.accept {
            Some(accept) => accept == kind,
            None => !["application/x-ndjson", "text/event-stream"].contains(&kind),
        }
    }

    /// The request as a curl command; `None` if its body is binary.
    pub(super) fn code_sample(&self, operation: &OperationDoc) -> Option<Value> {
        let mut words = vec!["curl".to_owned(), shell_word(&self.url(operation))];
        if let Some(accept) = self.accept {
            // curl must not buffer a stream.
            words.insert(1, "-N".to_owned());
            words.extend(["-H".to_owned(), shell_word(&format!("Accept: {accept}"))]);
        }
        match &self.body {
            None if operation.method == "post" => words.extend(["-X".to_owned(), "POST".to_owned()]),
            None => {}
            Some(("application/json", body)) => words.extend(["--json".to_owned(), shell_word(&body.to_string())]),
            Some(("application/x-www-form-urlencoded", Value::Object(fields))) => {
                for (name, value) in fields {
                    let values = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                    for value in values {
                        words.extend([
                            "--data-urlencode".to_owned(),
                            shell_word(&format!("{name}={}", plain_text(value))),
                        ]);
                    }
                }
            }
            Some(("application/x-www-form-urlencoded", body)) => {
                words.extend(["-d".to_owned(), shell_word(&plain_text(body))])
            }
            Some(("application/msgpack" | "application/octet-stream", _)) => return None,
            Some((kind, body)) => {
                words.extend(["-H".to_owned(), shell_word(&format!("Content-Type: {kind}"))]);
                words.extend(["--data-binary".to_owned(), shell_word(&plain_text(body))]);
            }
        }
        Some(json!({ "lang": "Shell", "label": self.summary, "source": words.join(" ") }))
    }

    fn url(&self, operation: &OperationDoc) -> String {
        let mut path = operation.path.to_owned();
        let mut query = Vec::new();
        for (name, value) in self.parameters {
            let value = utf8_percent_encode(value, ENCODED).to_string();
            match path.contains(&format!("{{{name}}}")) {
                true => path = path.replace(&format!("{{{name}}}"), &value),
                false => query.push(format!("{name}={value}")),
            }
        }
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{BRIDGE_ADDRESS}{path}{mark}{}", query.join("&"))
    }
}

fn plain_text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::String(text) => text.into(),
        value => value.to_string().into(),
    }
}

/// The word for a shell, quoted if necessary.
fn shell_word(word: &str) -> String {
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
    fn code_samples_are_quoted_for_a_shell() {
        let operations = operations();
        let emit = operations.iter().find(|operation| operation.id == "emitEvent").unwrap();
        let sample =
            |example: OperationExample| example.code_sample(emit).unwrap()["source"].as_str().unwrap().to_owned();
        let example_with_symbols =
            example("it", "It").with(&[("event", "a/b"), ("room", "user:42"), ("room", "a & b")]);
        assert_eq!(
            sample(example_with_symbols.clone().json(json!({ "text": "it's" }))),
            r#"curl '127.0.0.1:8484/v1/emit/a%2Fb?room=user:42&room=a%20%26%20b' --json '{"text":"it'\''s"}'"#
        );
        let text = example("it", "It").with(&[("event", "e")]).accept("application/x-ndjson");
        assert_eq!(
            sample(text.body("text/plain", json!("hi"))),
            "curl -N 127.0.0.1:8484/v1/emit/e -H 'Accept: application/x-ndjson' -H 'Content-Type: text/plain' \
             --data-binary hi"
        );
        let form = json!({ "event": "e", "room": ["a", "b"] });
        assert_eq!(
            sample(example_with_symbols.body("application/x-www-form-urlencoded", form)).split_once(" --").unwrap().1,
            "data-urlencode event=e --data-urlencode room=a --data-urlencode room=b"
        );
    }
}
