//! The OpenAPI document, compared with a running bridge.

mod document;

use std::collections::BTreeSet;

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use roas::{
    v3_1::spec::Spec,
    validation::{Options, Validate},
};
use serde_json::{Value, json};
use socketio_bridge::{BearerToken, Config, app};

use self::document::{NDJSON, OpenApiDocument, content_examples};
use crate::support::{TestBridge, TestCluster, TestResponse, get, post_json, request, send, start_response};

#[tokio::test]
async fn document_is_valid_openapi_3_1() {
    let document = OpenApiDocument::fetch(&TestBridge::new().app).await;
    assert_eq!(document.0["openapi"], "3.1.0");
    assert_eq!(document.0["info"]["version"], env!("CARGO_PKG_VERSION"));
    let spec: Spec = serde_json::from_value(document.0.clone()).unwrap();
    // The validator ignores references beside "not" and within "contentSchema", so unused schemas are checked below.
    if let Err(error) = spec.validate(Options::IgnoreUnusedSchemas.only(), None) {
        panic!("{error}");
    }
    let mut references = BTreeSet::new();
    collect_references(&document.0, &mut references);
    for reference in &references {
        assert!(document.0.pointer(reference.strip_prefix('#').unwrap()).is_some(), "{reference} does not exist");
    }
    for name in document.schemas().as_object().unwrap().keys() {
        assert!(references.contains(&format!("#/components/schemas/{name}")), "{name} is not used");
    }
    for (name, schema) in document.schemas().as_object().unwrap() {
        jsonschema::draft202012::meta::validate(schema).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

fn collect_references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| collect_references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| collect_references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn document_describes_exactly_the_served_routes_and_methods() {
    let bridge = TestBridge::new();
    let document = OpenApiDocument::fetch(&bridge.app).await;
    let source = include_str!("../../src/routes.rs");
    let (v1, rest) = source.split_once("let metrics = ").unwrap();
    let routes_in = |text: &str, prefix: &str| -> Vec<String> {
        text.split(".route(\"").skip(1).map(|rest| format!("{prefix}{}", rest.split('"').next().unwrap())).collect()
    };
    let served: BTreeSet<String> = routes_in(v1, "/v1").into_iter().chain(routes_in(rest, "")).collect();
    let described: BTreeSet<String> = document.operations().map(|(path, ..)| path.to_owned()).collect();
    assert_eq!(served, described);
    for path in &described {
        let uri = path.replace("{event}", "e");
        let response = bridge.send(request(Method::PATCH, &uri).body(Body::empty()).unwrap()).await;
        assert_eq!(response.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let allowed = response.headers[header::ALLOW].to_str().unwrap().split(',').filter(|method| *method != "HEAD");
        let methods =
            document.operations().filter(|(known, ..)| known == path).map(|(_, method, _)| method.to_string());
        assert_eq!(
            allowed.collect::<BTreeSet<_>>(),
            methods.collect::<Vec<_>>().iter().map(String::as_str).collect(),
            "{path}"
        );
    }
    // The 404 problem lists all routes.
    let response = bridge.send(get("/nowhere")).await;
    let listed = response.detail().split([' ', ',']).filter(|word| word.starts_with('/')).map(str::to_owned);
    assert_eq!(listed.collect::<BTreeSet<_>>(), described);
}

#[tokio::test]
async fn document_says_which_routes_require_the_token() {
    let bridge = TestBridge::with_config(|config| config.token = Some(BearerToken::new("s3cret").unwrap()));
    let document = OpenApiDocument::fetch(&bridge.app).await;
    for (path, method, operation) in document.operations() {
        let request = request(method.clone(), &path.replace("{event}", "e")).body(Body::from("{}")).unwrap();
        let refused = bridge.send(request).await.status == StatusCode::UNAUTHORIZED;
        // The empty alternative stands for a bridge without a token.
        let security = if refused { json!([{"token": []}, {}]) } else { json!([]) };
        assert_eq!(
            (&operation["security"], operation["responses"]["401"].is_object()),
            (&security, refused),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn document_describes_exactly_the_accepted_parameters() {
    let bridge = TestBridge::new();
    let document = OpenApiDocument::fetch(&bridge.app).await;
    let v1 = document.operations().filter(|(path, ..)| path.starts_with("/v1/"));
    for (path, method, operation) in v1 {
        let uri = path.replace("{event}", "e");
        let send_query = async |query: &str| {
            bridge.send(request(method.clone(), &format!("{uri}?{query}")).body(Body::from("{}")).unwrap()).await
        };
        let response = send_query("no-such-parameter=1").await;
        response.assert_problem(400, "query", path);
        let known = response.detail().split('`').skip(3).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
        let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let queries = || parameters.iter().filter(|parameter| parameter["in"] == "query");
        let name = |parameter: &Value| parameter["name"].as_str().unwrap().to_owned();
        let mut described: BTreeSet<String> = queries().map(name).collect();
        if operation["tags"] == json!(["orders"]) {
            // The routes parse them to explain that servers do not acknowledge these messages.
            described.extend(["ack", "expect"].map(str::to_owned));
        }
        assert_eq!(known, described, "{path}");
        for parameter in queries() {
            assert_eq!(parameter["required"], false, "{path}: {parameter}");
            assert!(parameter["description"].is_string(), "{path}: {parameter}");
            let invalid = match (parameter["schema"]["type"].as_str(), parameter["schema"]["$ref"].as_str()) {
                (Some("boolean" | "integer"), _) => "x",
                (_, Some("#/components/schemas/Time")) => "5",
                (Some("string" | "array"), _) => continue,
                other => panic!("{path}: {other:?}"),
            };
            let response = send_query(&format!("{}={invalid}", name(parameter))).await;
            response.assert_problem(400, "query", path);
            assert_eq!(response.json["parameter"], parameter["name"], "{path}");
        }
    }
}

#[tokio::test]
async fn every_example_returns_its_documented_response() {
    let cluster = TestCluster::start(1, 0).await;
    let app = app(cluster.emitter(), Config::default());
    let document = OpenApiDocument::fetch(&app).await;
    let examples = document.examples();
    let (taps, others): (Vec<_>, Vec<_>) = examples.iter().partition(|example| example.uri.starts_with("/v1/tap"));
    assert_eq!((others.len(), taps.len()), (40, 2));
    for example in others {
        let response = send(&app, example.request()).await;
        document.assert_matches(example, &response);
        match (&example.response, example.accept.as_deref()) {
            (Some(Value::String(text)), Some(NDJSON)) => {
                let lines =
                    |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
                assert_eq!(lines(&response.text), lines(text), "{}", example.label);
            }
            (Some(expected), _) => assert_eq!(&response.json, expected, "{}", example.label),
            (None, _) => {}
        }
    }
}

#[tokio::test]
async fn tap_output_matches_its_schema() {
    let cluster = TestCluster::start(1, 0).await;
    let app = app(cluster.emitter(), Config::default());
    let document = OpenApiDocument::fetch(&app).await;
    for mut example in document.examples().into_iter().filter(|example| example.uri.starts_with("/v1/tap")) {
        for media_type in ["text/event-stream", NDJSON] {
            example.accept = Some(media_type.to_owned());
            // The tap is subscribed when its response starts.
            let tap = start_response(&app, example.request()).await;
            let chat = post_json("/v1/emit", r#"{"event": "chat", "args": [1], "rooms": ["lobby"]}"#);
            assert_eq!(send(&app, chat).await.status, StatusCode::OK);
            document.assert_matches(&example, &TestResponse::read(tap).await);
        }
    }
    let aside = &json!({ "$ref": "#/components/schemas/Aside" });
    for line in [
        r#"{"do":"dropped","messages":7}"#,
        r#"{"do":"away","reason":"gone"}"#,
        r#"{"do":"back"}"#,
        r#"{"do":"hearing"}"#,
        r#"{"do":"hearing","replica":"h:1"}"#,
        r#"{"do":"unheard","channels":["c"]}"#,
    ] {
        assert_eq!(document.schema_errors(aside, &serde_json::from_str(line).unwrap()), Vec::<String>::new(), "{line}");
    }
    assert_ne!(document.schema_errors(aside, &json!({"do": "emit", "event": "e"})), Vec::<String>::new());
}

#[tokio::test]
async fn every_body_type_has_an_example_that_matches_its_schema() {
    let document = OpenApiDocument::fetch(&TestBridge::new().app).await;
    for (path, _, operation) in document.operations() {
        let content = &operation["requestBody"]["content"];
        let refused: BTreeSet<&str> =
            content_examples(&operation["responses"]["422"]["content"]).map(|(_, name, _)| name).collect();
        for (media_type, described) in content.as_object().into_iter().flatten() {
            let mut accepted = 0;
            for (_, name, value) in content_examples(&json!({ media_type: described })) {
                if !refused.contains(name) {
                    let errors = document.schema_errors(&described["schema"], value);
                    assert_eq!(errors, Vec::<String>::new(), "{path} {name}");
                    accepted += 1;
                }
            }
            let needs_no_example = media_type == "application/msgpack" && operation["tags"] == json!(["orders"]);
            assert!(accepted > 0 || needs_no_example, "{path}: {media_type} has no example");
        }
    }
}

#[tokio::test]
async fn schemas_accept_exactly_the_messages_that_the_routes_accept() {
    let bridge = TestBridge::new();
    let document = OpenApiDocument::fetch(&bridge.app).await;
    for (path, message, is_valid) in [
        ("/v1/emit", json!({"event": "e"}), true),
        ("/v1/emit", json!({"do": "emit", "event": "e", "args": [], "all": true, "seen": {}}), true),
        ("/v1/emit", json!({"event": "e", "data": null, "flags": {"compress": false}, "except": []}), true),
        ("/v1/emit", json!({"event": "e", "flags": {"volatile": true, "compress": null}}), true),
        ("/v1/emit", json!({"event": ""}), false),
        ("/v1/emit", json!({"event": "e", "rooms": []}), false),
        ("/v1/emit", json!({"event": "e", "rooms": [""]}), false),
        ("/v1/emit", json!({"event": "e", "rooms": "a"}), false),
        ("/v1/emit", json!({"event": "e", "room": ["a"]}), false),
        ("/v1/emit", json!({"event": "e", "args": 1}), false),
        ("/v1/emit", json!({"event": "e", "args": [], "data": 1}), false),
        ("/v1/emit", json!({"event": "e", "flags": {"fast": true}}), false),
        ("/v1/emit", json!({"event": "e", "namespace": ""}), false),
        ("/v1/emit", json!({"do": "join", "join": ["a"], "all": true}), false),
        ("/v1/emit", json!({"data": 1}), false),
        ("/v1/emit", json!([]), false),
        ("/v1/server-emit", json!({"event": "e", "namespace": "admin"}), true),
        ("/v1/server-emit", json!({"event": "e", "rooms": ["a"]}), false),
        ("/v1/server-emit", json!({"event": "e", "flags": {}}), false),
        ("/v1/sockets/join", json!({"join": ["a"], "all": true, "except": ["b"]}), true),
        ("/v1/sockets/join", json!({"do": "join", "join": ["a"], "rooms": ["b"], "all": false}), true),
        ("/v1/sockets/join", json!({"join": ["a"]}), false),
        ("/v1/sockets/join", json!({"join": ["a"], "all": false}), false),
        ("/v1/sockets/join", json!({"join": ["a"], "rooms": ["b"], "all": true}), false),
        ("/v1/sockets/join", json!({"join": [], "all": true}), false),
        ("/v1/sockets/leave", json!({"leave": ["a"], "rooms": ["b"]}), true),
        ("/v1/sockets/leave", json!({"join": ["a"], "rooms": ["b"]}), false),
        ("/v1/sockets/disconnect", json!({"rooms": ["b"]}), true),
        ("/v1/sockets/disconnect", json!({"all": true, "close": true, "namespace": "/x"}), true),
        ("/v1/sockets/disconnect", json!({"all": true, "close": 1}), false),
        ("/v1/sockets/disconnect", json!({}), false),
        ("/v1/batch", json!([]), true),
        (
            "/v1/batch",
            json!([{"event": "e"}, {"do": "server-emit", "event": "e"}, {"do": "leave", "leave": ["a"], "all": true}]),
            true,
        ),
        ("/v1/batch", json!([{"do": "disconnect", "rooms": ["a"]}]), true),
        ("/v1/batch", json!([{"rooms": ["a"]}]), false),
        ("/v1/batch", json!([{"do": "shout"}]), false),
        ("/v1/batch", json!({"event": "e"}), false),
    ] {
        let response = bridge.send(post_json(path, message.to_string())).await;
        assert_eq!(response.status == StatusCode::OK, is_valid, "{path} {message}: {response:?}");
        let schema = &document.0["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
        let errors = document.schema_errors(schema, &message);
        assert_eq!(errors.is_empty(), is_valid, "{path} {message}: {errors:?}");
    }
}

/// Codes that no route returns: of malformed messages on the bus, of `wait()`, and of acknowledged join, leave and
/// disconnect, which the bridge refuses earlier.

#[tokio::test]
async fn document_lists_exactly_the_codes_in_the_sources() {
    let document = OpenApiDocument::fetch(&TestBridge::new().app).await;
    let described: BTreeSet<String> = document.schemas()["Code"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    let table = document.schemas()["Code"]["description"].as_str().unwrap();
    for code in &described {
        assert!(table.contains(&format!("| `{code}` | ")), "{code}");
    }
}
