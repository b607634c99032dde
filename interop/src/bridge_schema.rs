use serde_json::{Value, json};

use crate::bridge_process::BridgeProcess;

/// The `/openapi.json` document of a bridge.
#[derive(Debug)]
pub(crate) struct BridgeSchema(Value);

impl BridgeSchema {
    /// Fetches the document from the bridge.
    pub(crate) fn fetch(bridge: &BridgeProcess) -> Self {
        Self(bridge.get("/openapi.json").json().expect("/openapi.json is JSON"))
    }

    /// Asserts that a response body matches the schema of its route: a JSON document, or each line of NDJSON.
    pub(crate) fn check(&self, path: &str, method: &str, content_type: &str, text: &str) {
        let path = path.split('?').next().unwrap_or_default();
        let paths = self.0["paths"].as_object();
        let route = paths.and_then(|paths| paths.iter().find(|(pattern, _)| path_matches(pattern, path)));
        let (_, methods) = route.unwrap_or_else(|| panic!("/openapi.json has no path {path}"));
        let schema = &methods[method]["responses"]["200"]["content"][content_type]["schema"];
        let (schema, texts) = match content_type {
            "application/x-ndjson" => (&schema["contentSchema"], text.lines().collect()),
            _ => (schema, vec![text]),
        };
        let mut root = json!({ "components": self.0["components"] });
        let members = schema.as_object().unwrap_or_else(|| panic!("/openapi.json has no {content_type} of {path}"));
        root.as_object_mut().expect("an object").extend(members.clone());
        let validator = jsonschema::draft202012::new(&root).expect("a schema");
        for text in texts {
            let value = serde_json::from_str(text).expect("JSON");
            let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert!(errors.is_empty(), "{path}: {text}: {errors:?}");
        }
    }
}

/// Whether a path matches an OpenAPI path pattern, such as `/v1/emit/{event}`.
fn path_matches(pattern: &str, path: &str) -> bool {
    let (mut expected, mut actual) = (pattern.split('/'), path.split('/'));
    pattern.matches('/').count() == path.matches('/').count()
        && expected
            .by_ref()
            .zip(actual.by_ref())
            .all(|(expected, actual)| expected.starts_with('{') || expected == actual)
}
