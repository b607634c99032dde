use serde_json::{Value, json};

use crate::doors::Bridge;

/// What a bridge says about itself: its `/openapi.json`.
#[derive(Debug)]
pub(crate) struct Described(Value);

impl Described {
    /// Asks the bridge.
    pub(crate) fn of(bridge: &Bridge) -> Self {
        Self(bridge.get("/openapi.json").json().expect("the bridge describes itself"))
    }

    /// Expects that an answer looks as it is described: a document, or each of its lines.
    pub(crate) fn check(&self, path: &str, method: &str, kind: &str, text: &str) {
        let path = path.split('?').next().unwrap_or_default();
        let described = self.0["paths"].as_object().and_then(|paths| paths.iter().find(|(known, _)| is(known, path)));
        let (_, routes) = described.unwrap_or_else(|| panic!("{path} is not described"));
        let schema = &routes[method]["responses"]["200"]["content"][kind]["schema"];
        let (schema, texts) = match kind {
            "application/x-ndjson" => (&schema["contentSchema"], text.lines().collect()),
            _ => (schema, vec![text]),
        };
        let mut root = json!({ "components": self.0["components"] });
        let members = schema.as_object().unwrap_or_else(|| panic!("{kind} of {path} is not described"));
        root.as_object_mut().expect("an object").extend(members.clone());
        let validator = jsonschema::draft202012::new(&root).expect("a schema");
        for text in texts {
            let value = serde_json::from_str(text).expect("JSON");
            let faults: Vec<_> = validator.iter_errors(&value).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{path}: {text}: {faults:?}");
        }
    }
}

/// Whether a path is one of this pattern.
fn is(pattern: &str, path: &str) -> bool {
    let (mut known, mut asked) = (pattern.split('/'), path.split('/'));
    pattern.matches('/').count() == path.matches('/').count()
        && known.by_ref().zip(asked.by_ref()).all(|(known, asked)| known.starts_with('{') || known == asked)
}
