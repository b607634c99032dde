use serde_json::{Map, Value, json};
use utoipa::openapi::path::Parameter;

use super::example::Example;

/// A route and a method, as the document tells of them.
pub(super) struct Operation {
    pub(super) path: &'static str,
    pub(super) method: &'static str,
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) text: String,
    /// Whether a token is wanted, where there is one.
    pub(super) guarded: bool,
    pub(super) parameters: Vec<Parameter>,
    /// What it takes, by media type; nothing for none.
    pub(super) bodies: Vec<(&'static str, Value)>,
    /// What success looks like, by media type.
    pub(super) answers: Vec<(&'static str, Value)>,
    pub(super) problems: &'static [u16],
    pub(super) examples: Vec<Example>,
}

/// A schema that has a name.
pub(super) fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// Text, each line of which is JSON of this schema.
pub(super) fn lines(of: &Value, text: &str) -> Value {
    json!({ "type": "string", "description": text, "contentMediaType": "application/x-ndjson", "contentSchema": of })
}

/// The name of what all problems with this status share.
pub(super) fn problem_name(status: u16) -> String {
    format!("Problem{status}")
}

/// A Response Object.
pub(super) fn problem(status: u16, description: &str, examples: &Map<String, Value>) -> Value {
    let content = content(&reference(&problem_name(status)), examples);
    let mut response = json!({ "description": description, "content": { "application/problem+json": content } });
    let header = match status {
        503 => ("Retry-After", "In seconds."),
        401 => ("WWW-Authenticate", "`Bearer`."),
        _ => return response,
    };
    response["headers"] = json!({ header.0: { "description": header.1, "schema": { "type": "string" } } });
    response
}

impl Operation {
    /// The Operation Object. What belongs to one example has the example's name wherever it stands: in parameters, in the
    /// body, in the answer.
    pub(super) fn describe(&self) -> Value {
        let mut operation = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "description": self.text,
            "responses": self.responses(),
            "security": if self.guarded { json!([{ "token": [] }, {}]) } else { json!([]) },
        });
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        }
        if !self.bodies.is_empty() {
            let content: Map<_, _> = self.bodies.iter().map(|(kind, schema)| self.body(kind, schema)).collect();
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        let samples: Vec<_> = self.examples.iter().filter_map(|example| example.sample(self)).collect();
        operation["x-codeSamples"] = samples.into();
        operation
    }

    fn parameter(&self, parameter: &Parameter) -> Value {
        // A parameter is made of strings and schemas.
        let mut described = serde_json::to_value(parameter).unwrap_or_default();
        let examples: Map<_, _> = self
            .examples
            .iter()
            .filter_map(|example| Some(example.named(&example.parameter(&parameter.name, &described["schema"])?)))
            .collect();
        if !examples.is_empty() {
            described["examples"] = examples.into();
        }
        described
    }

    fn body(&self, kind: &str, schema: &Value) -> (String, Value) {
        let examples = self.examples.iter().filter_map(|example| match &example.body {
            Some((of, body)) if *of == kind => Some(example.named(body)),
            _ => None,
        });
        (kind.to_owned(), content(schema, &examples.collect()))
    }

    fn responses(&self) -> Value {
        let answers: Map<_, _> = self
            .answers
            .iter()
            .map(|(kind, schema)| {
                let examples =
                    self.examples.iter().filter(|example| example.status == 200 && example.answers_with(kind));
                let examples = examples.filter_map(|example| Some(example.named(example.answer.as_ref()?)));
                ((*kind).to_owned(), content(schema, &examples.collect()))
            })
            .collect();
        let mut responses = json!({ "200": { "description": self.summary, "content": answers } });
        for status in self.problems {
            let name = problem_name(*status);
            let examples = self.examples.iter().filter(|example| example.status == *status);
            let examples: Map<_, _> =
                examples.filter_map(|example| Some(example.named(example.answer.as_ref()?))).collect();
            responses[status.to_string()] = match examples.is_empty() {
                true => json!({ "$ref": format!("#/components/responses/{name}") }),
                false => problem(*status, &format!("One of [these](#/components/responses/{name})."), &examples),
            };
        }
        responses
    }
}

fn content(schema: &Value, examples: &Map<String, Value>) -> Value {
    match examples.is_empty() {
        true => json!({ "schema": schema }),
        false => json!({ "schema": schema, "examples": examples }),
    }
}
