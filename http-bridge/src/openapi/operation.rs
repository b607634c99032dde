use serde_json::{Map, Value, json};
use utoipa::openapi::path::Parameter;

use super::example::OperationExample;

/// The description of one method of a route.
pub(super) struct OperationDoc {
    pub(super) path: &'static str,
    pub(super) method: &'static str,
    pub(super) id: &'static str,
    pub(super) tag: &'static str,
    pub(super) summary: &'static str,
    pub(super) description: String,
    /// Whether the route requires the token, if the bridge has one.
    pub(super) requires_token: bool,
    pub(super) parameters: Vec<Parameter>,
    /// The schemas of the request body by media type; empty for a route without a body.
    pub(super) bodies: Vec<(&'static str, Value)>,
    /// The schemas of a successful response by media type.
    pub(super) answers: Vec<(&'static str, Value)>,
    /// The statuses of the problems.
    pub(super) problems: &'static [u16],
    pub(super) examples: Vec<OperationExample>,
}

/// A reference to a schema of the components.
pub(super) fn schema_ref(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}

/// The schema of NDJSON text whose lines have this schema.
pub(super) fn lines_schema(line: &Value, description: &str) -> Value {
    json!({
        "type": "string",
        "description": description,
        "contentMediaType": "application/x-ndjson",
        "contentSchema": line,
    })
}

/// The name of the components for problems with this status.
pub(super) fn problem_response_name(status: u16) -> String {
    format!("Problem{status}")
}

/// The Response Object of problems with this status.
pub(super) fn problem_response(status: u16, description: &str, examples: &Map<String, Value>) -> Value {
    let content = content(&schema_ref(&problem_response_name(status)), examples);
    let mut response = json!({ "description": description, "content": { "application/problem+json": content } });
    let header = match status {
        503 => ("Retry-After", "Seconds to wait before the next attempt."),
        401 => ("WWW-Authenticate", "`Bearer`."),
        _ => return response,
    };
    response["headers"] = json!({ header.0: { "description": header.1, "schema": { "type": "string" } } });
    response
}

impl OperationDoc {
    /// The Operation Object. The parts of an example have its name in the parameters, the body and the response.
    pub(super) fn to_json(&self) -> Value {
        let mut operation = json!({
            "operationId": self.id,
            "tags": [self.tag],
            "summary": self.summary,
            "description": self.description,
            "responses": self.responses(),
            "security": if self.requires_token { json!([{ "token": [] }, {}]) } else { json!([]) },
        });
        if !self.parameters.is_empty() {
            operation["parameters"] = self.parameters.iter().map(|parameter| self.parameter(parameter)).collect();
        }
        if !self.bodies.is_empty() {
            let content: Map<_, _> = self.bodies.iter().map(|(kind, schema)| self.body(kind, schema)).collect();
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        let samples: Vec<_> = self.examples.iter().filter_map(|example| example.code_sample(self)).collect();
        operation["x-codeSamples"] = samples.into();
        operation
    }

    fn parameter(&self, parameter: &Parameter) -> Value {
        // Cannot fail: a parameter has string keys only.
        let mut described = serde_json::to_value(parameter).unwrap_or_default();
        let examples: Map<_, _> = self
            .examples
            .iter()
            .filter_map(|example| {
                Some(example.to_example_entry(&example.parameter_value(&parameter.name, &described["schema"])?))
            })
            .collect();
        if !examples.is_empty() {
            described["examples"] = examples.into();
        }
        described
    }

    fn body(&self, kind: &str, schema: &Value) -> (String, Value) {
        let examples = self.examples.iter().filter_map(|example| match &example.body {
            Some((of, body)) if *of == kind => Some(example.to_example_entry(body)),
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
                    self.examples.iter().filter(|example| example.status == 200 && example.responds_with(kind));
                let examples = examples.filter_map(|example| Some(example.to_example_entry(example.answer.as_ref()?)));
                ((*kind).to_owned(), content(schema, &examples.collect()))
            })
            .collect();
        let mut responses = json!({ "200": { "description": self.summary, "content": answers } });
        for status in self.problems {
            let name = problem_response_name(*status);
            let examples = self.examples.iter().filter(|example| example.status == *status);
            let examples: Map<_, _> =
                examples.filter_map(|example| Some(example.to_example_entry(example.answer.as_ref()?))).collect();
            responses[status.to_string()] = match examples.is_empty() {
                true => json!({ "$ref": format!("#/components/responses/{name}") }),
                false => problem_response(
                    *status,
                    &format!("One of [these problems](#/components/responses/{name})."),
                    &examples,
                ),
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
