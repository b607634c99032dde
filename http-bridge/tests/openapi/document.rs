//! The document, read: what it shows, and what is right by it.

use std::collections::BTreeMap;

use axum::{
    Router,
    body::Body,
    http::{Method, Request, StatusCode, header},
};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::common::{Answer, ask, get, request};

pub const LINES: &str = "application/x-ndjson";

pub struct Document(pub Value);

/// A request that the document shows, and what it says that is answered.
#[derive(Debug)]
pub struct Shown {
    pub what: String,
    pub method: Method,
    pub uri: String,
    /// The media type and the bytes.
    pub body: Option<(String, Vec<u8>)>,
    pub accept: Option<String>,
    pub status: u16,
    pub answer: Option<Value>,
}

impl Document {
    pub async fn read(app: &Router) -> Self {
        let answer = ask(app, get("/openapi.json")).await;
        assert_eq!(
            (answer.status, &answer.headers[header::CONTENT_TYPE]),
            (StatusCode::OK, &"application/json".parse().unwrap())
        );
        Self(answer.json)
    }

    /// Path, method and operation of each.
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

    /// What is wrong with a value, by a schema of this document.
    pub fn faults(&self, schema: &Value, value: &Value) -> Vec<String> {
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

    pub fn shown(&self) -> Vec<Shown> {
        self.operations().flat_map(|(path, method, operation)| self.shown_of(path, &method, operation)).collect()
    }

    fn shown_of(&self, path: &str, method: &Method, operation: &Value) -> Vec<Shown> {
        let mut named: BTreeMap<&str, Shown> = BTreeMap::new();
        let empty = |name: &str| Shown {
            what: format!("{method} {path}, {name}"),
            method: method.clone(),
            uri: path.to_owned(),
            body: None,
            accept: None,
            status: 200,
            answer: None,
        };
        for (status, response) in operation["responses"].as_object().unwrap() {
            for (kind, name, value) in examples(&response["content"]) {
                let shown = named.entry(name).or_insert_with(|| empty(name));
                assert_eq!(shown.answer, None, "{}: two answers", shown.what);
                shown.status = status.parse().unwrap();
                shown.accept = (shown.status == 200).then(|| kind.to_owned());
                shown.answer = Some(value.clone());
            }
        }
        for (kind, name, value) in examples(&operation["requestBody"]["content"]) {
            let shown = named.entry(name).or_insert_with(|| empty(name));
            assert_eq!(shown.body, None, "{}: two bodies", shown.what);
            shown.body = Some((kind.to_owned(), bytes(kind, value)));
        }
        for parameter in operation["parameters"].as_array().into_iter().flatten() {
            for (name, example) in parameter["examples"].as_object().into_iter().flatten() {
                let shown = named.entry(name).or_insert_with(|| empty(name));
                add(&mut shown.uri, parameter, &example["value"]);
            }
        }
        match named.is_empty() {
            true => vec![empty("plain")],
            false => named.into_values().collect(),
        }
    }
}

/// Media type, name and value of each.
pub fn examples(content: &Value) -> impl Iterator<Item = (&str, &str, &Value)> {
    let kinds = content.as_object().into_iter().flatten();
    kinds.flat_map(|(kind, content)| {
        let examples = content["examples"].as_object().into_iter().flatten();
        examples.map(move |(name, example)| (kind.as_str(), name.as_str(), &example["value"]))
    })
}

pub fn bytes(kind: &str, value: &Value) -> Vec<u8> {
    match (kind, value) {
        ("application/msgpack", value) => rmp_serde::to_vec_named(value).unwrap(),
        ("application/json", value) => value.to_string().into_bytes(),
        ("application/x-www-form-urlencoded", Value::Object(fields)) => {
            let mut query = String::new();
            for (name, value) in fields {
                pairs(&mut query, name, value);
            }
            query.split_off(1).into_bytes()
        }
        (_, value) => value.as_str().unwrap().into(),
    }
}

pub fn add(uri: &mut String, parameter: &Value, value: &Value) {
    let name = parameter["name"].as_str().unwrap();
    match parameter["in"].as_str().unwrap() {
        "path" => *uri = uri.replace(&format!("{{{name}}}"), &encoded(value)),
        "query" => pairs(uri, name, value),
        place => panic!("a parameter in {place}"),
    }
}

pub fn pairs(uri: &mut String, name: &str, value: &Value) {
    for value in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
        let mark = if uri.contains('?') { '&' } else { '?' };
        *uri += &format!("{mark}{name}={}", encoded(value));
    }
}

pub fn encoded(value: &Value) -> String {
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    utf8_percent_encode(&text, NON_ALPHANUMERIC).to_string()
}

impl Shown {
    pub fn request(&self) -> Request<Body> {
        let mut request = request(self.method.clone(), &self.uri);
        if let Some(accept) = &self.accept {
            request = request.header(header::ACCEPT, accept);
        }
        match &self.body {
            Some((kind, body)) => request.header(header::CONTENT_TYPE, kind).body(Body::from(body.clone())).unwrap(),
            None => request.body(Body::empty()).unwrap(),
        }
    }
}

impl Document {
    /// Status, media type, and each part of the answer by its schema.
    pub fn check(&self, shown: &Shown, answer: &Answer) {
        let Shown { what, status, .. } = shown;
        assert_eq!(answer.status.as_u16(), *status, "{what}: {answer:?}");
        let path = what.split([' ', ',']).nth(1).unwrap();
        let operation = &self.0["paths"][path][shown.method.as_str().to_lowercase()];
        let response = self.response(operation, *status);
        let kind = answer.headers[header::CONTENT_TYPE].to_str().unwrap().split(';').next().unwrap();
        let schema = &response["content"][kind]["schema"];
        assert!(schema.is_object(), "{what}: {kind} is not described");
        let values: Vec<(&Value, Value)> = match kind {
            "application/json" | "application/problem+json" => vec![(schema, answer.json.clone())],
            LINES => answer
                .text
                .lines()
                .map(|line| (&schema["contentSchema"], serde_json::from_str(line).unwrap()))
                .collect(),
            "text/event-stream" => {
                let lines = answer.text.split("\n\n").filter_map(|event| event.strip_prefix("data: "));
                lines.map(|line| (&schema["contentSchema"], serde_json::from_str(line).unwrap())).collect()
            }
            _ => vec![(schema, answer.text.as_str().into())],
        };
        assert!(!values.is_empty(), "{what}: {answer:?}");
        for (schema, value) in values {
            assert_eq!(self.faults(schema, &value), Vec::<String>::new(), "{what}: {value}");
        }
        for (name, header) in response["headers"].as_object().into_iter().flatten() {
            assert!(answer.headers.contains_key(name.as_str()), "{what}: {name} {header}");
        }
    }
}
