use std::{collections::BTreeMap, slice};

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::support::{TestResponse, get, request, send};

pub const NDJSON: &str = "application/x-ndjson";

/// The document that a bridge serves.
pub struct OpenApiDocument(pub Value);

/// A request of the document, and its documented response.
#[derive(Debug)]
pub struct DocumentedExample {
    /// The operation and the name of the example, for assertion messages.
    pub label: String,
    /// The path as the document writes it.
    path: String,
    pub method: Method,
    pub uri: String,
    /// The media type and the bytes.
    pub body: Option<(String, Vec<u8>)>,
    pub accept: Option<String>,
    pub status: u16,
    /// `None` if the response differs each time.
    pub response: Option<Value>,
}

impl OpenApiDocument {
    pub async fn fetch(app: &Router) -> Self {
        let response = send(app, get("/openapi.json")).await;
        assert_eq!(response.status, StatusCode::OK);
        assert_eq!(response.headers[header::CONTENT_TYPE], "application/json");
        Self(response.json)
    }

    /// The path, the method and the Operation Object of each operation.
    pub fn operations(&self) -> impl Iterator<Item = (&str, Method, &Value)> {
        let paths = self.0["paths"].as_object().unwrap().iter();
        paths.flat_map(|(path, item)| {
            let methods = item.as_object().unwrap().iter();
            methods.map(move |(method, operation)| (path.as_str(), method.to_uppercase().parse().unwrap(), operation))
        })
    }

    pub fn schemas(&self) -> &Value {
        &self.0["components"]["schemas"]
    }

    /// The errors of a value by a schema of this document.
    pub fn schema_errors(&self, schema: &Value, value: &Value) -> Vec<String> {
        let mut root = json!({ "components": self.0["components"] });
        root.as_object_mut().unwrap().extend(schema.as_object().unwrap().clone());
        let validator = jsonschema::draft202012::new(&root).unwrap();
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
    }

    fn response<'a>(&'a self, operation: &'a Value, status: u16) -> &'a Value {
        let response = &operation["responses"][status.to_string()];
        match response["$ref"].as_str() {
            Some(reference) => self.0.pointer(reference.strip_prefix('#').unwrap()).unwrap(),
            None => response,
        }
    }

    /// The examples of all operations. An operation without examples yields its plain request.
    pub fn examples(&self) -> Vec<DocumentedExample> {
        self.operations().flat_map(|(path, method, operation)| operation_examples(path, &method, operation)).collect()
    }

    /// Asserts the status, the media type, the headers, and that each part of the response matches its schema.
    pub fn assert_matches(&self, example: &DocumentedExample, response: &TestResponse) {
        let DocumentedExample { label, status, .. } = example;
        assert_eq!(response.status.as_u16(), *status, "{label}: {response:?}");
        let operation = &self.0["paths"][&example.path][example.method.as_str().to_lowercase()];
        let documented = self.response(operation, *status);
        let media_type = response.headers[header::CONTENT_TYPE].to_str().unwrap().split(';').next().unwrap();
        let schema = &documented["content"][media_type]["schema"];
        assert!(schema.is_object(), "{label}: {media_type} is not documented");
        let values: Vec<(&Value, Value)> = match media_type {
            "application/json" | "application/problem+json" => vec![(schema, response.json.clone())],
            NDJSON => response
                .text
                .lines()
                .map(|line| (&schema["contentSchema"], serde_json::from_str(line).unwrap()))
                .collect(),
            "text/event-stream" => {
                let lines = response.text.split("\n\n").filter_map(|event| event.strip_prefix("data: "));
                lines.map(|line| (&schema["contentSchema"], serde_json::from_str(line).unwrap())).collect()
            }
            _ => vec![(schema, response.text.as_str().into())],
        };
        assert!(!values.is_empty(), "{label}: {response:?}");
        for (schema, value) in values {
            assert_eq!(self.schema_errors(schema, &value), Vec::<String>::new(), "{label}: {value}");
        }
        for name in documented["headers"].as_object().into_iter().flat_map(|headers| headers.keys()) {
            assert!(response.headers.contains_key(name), "{label}: {name} is missing");
        }
    }
}

impl DocumentedExample {
    pub fn request(&self) -> Request<Body> {
        let mut request = request(self.method.clone(), &self.uri);
        if let Some(accept) = &self.accept {
            request = request.header(header::ACCEPT, accept);
        }
        match &self.body {
            Some((media_type, body)) => {
                request.header(header::CONTENT_TYPE, media_type).body(Body::from(body.clone())).unwrap()
            }
            None => request.body(Body::empty()).unwrap(),
        }
    }
}

/// The media type, the name and the value of each example of a content map.
pub fn content_examples(content: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let media_types = content.as_object().into_iter().flatten();
    media_types.flat_map(|(media_type, content)| {
        let examples = content["examples"].as_object().into_iter().flatten();
        examples.map(move |(name, example)| (media_type.as_str(), name.as_str(), &example["value"]))
    })
}

/// Joins the parts of each example: its parameters, body and response have the same name.
fn operation_examples(path: &str, method: &Method, operation: &Value) -> Vec<DocumentedExample> {
    let mut examples: BTreeMap<&str, DocumentedExample> = BTreeMap::new();
    let plain_request = |name: &str| DocumentedExample {
        label: format!("{method} {path}, {name}"),
        path: path.to_owned(),
        method: method.clone(),
        uri: path.to_owned(),
        body: None,
        accept: None,
        status: 200,
        response: None,
    };
    for (status, response) in operation["responses"].as_object().unwrap() {
        for (media_type, name, value) in content_examples(&response["content"]) {
            let example = examples.entry(name).or_insert_with(|| plain_request(name));
            assert_eq!(example.response, None, "{} has two responses", example.label);
            example.status = status.parse().unwrap();
            example.accept = (example.status == 200).then(|| media_type.to_owned());
            example.response = Some(value.clone());
        }
    }
    for (media_type, name, value) in content_examples(&operation["requestBody"]["content"]) {
        let example = examples.entry(name).or_insert_with(|| plain_request(name));
        assert_eq!(example.body, None, "{} has two bodies", example.label);
        example.body = Some((media_type.to_owned(), encode_body(media_type, value)));
    }
    for parameter in operation["parameters"].as_array().into_iter().flatten() {
        for (name, value) in parameter["examples"].as_object().into_iter().flatten() {
            let example = examples.entry(name).or_insert_with(|| plain_request(name));
            add_parameter(&mut example.uri, parameter, &value["value"]);
        }
    }
    match examples.is_empty() {
        true => vec![plain_request("plain")],
        false => examples.into_values().collect(),
    }
}

fn encode_body(media_type: &str, value: &Value) -> Vec<u8> {
    match (media_type, value) {
        ("application/msgpack", value) => rmp_serde::to_vec_named(value).unwrap(),
        ("application/json", value) => value.to_string().into_bytes(),
        ("application/x-www-form-urlencoded", Value::Object(fields)) => {
            let mut query = String::new();
            for (name, value) in fields {
                add_pairs(&mut query, name, value);
            }
            query.split_off(1).into_bytes()
        }
        (_, value) => value.as_str().unwrap().into(),
    }
}

fn add_parameter(uri: &mut String, parameter: &Value, value: &Value) {
    let name = parameter["name"].as_str().unwrap();
    match parameter["in"].as_str().unwrap() {
        "path" => *uri = uri.replace(&format!("{{{name}}}"), &percent_encode(value)),
        "query" => add_pairs(uri, name, value),
        place => panic!("{name} is in {place}"),
    }
}

fn add_pairs(uri: &mut String, name: &str, value: &Value) {
    for value in value.as_array().map_or(slice::from_ref(value), Vec::as_slice) {
        let separator = if uri.contains('?') { '&' } else { '?' };
        *uri += &format!("{separator}{name}={}", percent_encode(value));
    }
}

fn percent_encode(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string()
}
