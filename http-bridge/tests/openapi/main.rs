//! The document that describes the bridge, held against the running bridge, so that neither drifts from the other.

#![allow(unreachable_pub, clippy::unwrap_used)]

#[path = "../common/mod.rs"]
mod common;
mod document;
mod source;

use std::{collections::BTreeSet, path::Path, time::Duration};

use axum::{
    body::Body,
    http::{Method, StatusCode, header},
};
use common::{Bridge, ask, cluster::Cluster, get, post_json, request};
use document::{Document, LINES, examples};
use futures_util::FutureExt;
use roas::{
    v3_1::spec::Spec,
    validation::{Options, Validate},
};
use serde_json::{Value, json};
use socketio_bridge::{Config, Token, app};
use source::codes;

#[tokio::test]
async fn it_is_valid_openapi_3_1() {
    let document = Document::read(&Bridge::new().app).await;
    assert_eq!(document.0["openapi"], "3.1.0");
    assert_eq!(document.0["info"]["version"], env!("CARGO_PKG_VERSION"));
    let spec: Spec = serde_json::from_value(document.0.clone()).unwrap();
    // It does not look for what is used beside "not" and within "contentSchema".
    if let Err(error) = spec.validate(Options::IgnoreUnusedSchemas.only(), None) {
        panic!("{error}");
    }
    let mut used = BTreeSet::new();
    references(&document.0, &mut used);
    for used in &used {
        assert!(document.0.pointer(used.strip_prefix('#').unwrap()).is_some(), "{used}");
    }
    for name in document.schemas().as_object().unwrap().keys() {
        assert!(used.contains(&format!("#/components/schemas/{name}")), "{name} is not used");
    }
    for (name, schema) in document.schemas().as_object().unwrap() {
        jsonschema::draft202012::meta::validate(schema).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

fn references(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(items) => items.iter().for_each(|value| references(value, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_route_and_method_is_described_and_no_other() {
    let bridge = Bridge::new();
    let document = Document::read(&bridge.app).await;
    let source = include_str!("../../src/lib.rs");
    let (v1, rest) = source.split_once("let metrics = ").unwrap();
    let in_source = |text: &str, prefix: &str| -> Vec<String> {
        text.split(".route(\"").skip(1).map(|rest| format!("{prefix}{}", rest.split('"').next().unwrap())).collect()
    };
    let served: BTreeSet<String> = in_source(v1, "/v1").into_iter().chain(in_source(rest, "")).collect();
    let described: BTreeSet<String> = document.operations().map(|(path, ..)| path.to_owned()).collect();
    assert_eq!(served, described);
    for path in &described {
        let uri = path.replace("{event}", "e");
        let answer = bridge.ask(request(Method::PATCH, &uri).body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        let allowed = answer.headers[header::ALLOW].to_str().unwrap().split(',').filter(|method| *method != "HEAD");
        let methods =
            document.operations().filter(|(known, ..)| known == path).map(|(_, method, _)| method.to_string());
        assert_eq!(
            allowed.collect::<BTreeSet<_>>(),
            methods.collect::<Vec<_>>().iter().map(String::as_str).collect(),
            "{path}"
        );
    }
    // Whoever asks for another route is told of them all.
    let answer = bridge.ask(get("/nowhere")).await;
    let told = answer.detail().split([' ', ',']).filter(|word| word.starts_with('/')).map(str::to_owned);
    assert_eq!(told.collect::<BTreeSet<_>>(), described);
}

#[tokio::test]
async fn who_wants_the_token_is_described() {
    let bridge = Bridge::with(|config| config.token = Some(Token::new("s3cret").unwrap()));
    let document = Document::read(&bridge.app).await;
    for (path, method, operation) in document.operations() {
        let asked = request(method.clone(), &path.replace("{event}", "e")).body(Body::from("{}")).unwrap();
        let refused = bridge.ask(asked).await.status == StatusCode::UNAUTHORIZED;
        // Optional, since it is for whoever runs a bridge to say.
        let told = if refused { json!([{"token": []}, {}]) } else { json!([]) };
        assert_eq!(
            (&operation["security"], operation["responses"]["401"].is_object()),
            (&told, refused),
            "{method} {path}"
        );
    }
}

#[tokio::test]
async fn every_parameter_is_described_as_it_is_read() {
    let bridge = Bridge::new();
    let document = Document::read(&bridge.app).await;
    let guarded = document.operations().filter(|(path, ..)| path.starts_with("/v1/"));
    for (path, method, operation) in guarded {
        let uri = path.replace("{event}", "e");
        let ask = async |query: &str| {
            bridge.ask(request(method.clone(), &format!("{uri}?{query}")).body(Body::from("{}")).unwrap()).await
        };
        let answer = ask("no-such-parameter=1").await;
        answer.is_problem(400, "query", path);
        let known = answer.detail().split('`').skip(3).step_by(2).map(str::to_owned).collect::<BTreeSet<_>>();
        let parameters = operation["parameters"].as_array().map_or(&[][..], Vec::as_slice);
        let queries = || parameters.iter().filter(|parameter| parameter["in"] == "query");
        let name = |parameter: &Value| parameter["name"].as_str().unwrap().to_owned();
        let mut described: BTreeSet<String> = queries().map(name).collect();
        if operation["tags"] == json!(["orders"]) {
            // They are read, to say that no order is acknowledged.
            described.extend(["ack", "expect"].map(str::to_owned));
        }
        assert_eq!(known, described, "{path}");
        for parameter in queries() {
            assert_eq!(parameter["required"], false, "{path}: {parameter}");
            assert!(parameter["description"].is_string(), "{path}: {parameter}");
            let wrong = match (parameter["schema"]["type"].as_str(), parameter["schema"]["$ref"].as_str()) {
                (Some("boolean" | "integer"), _) => "x",
                (_, Some("#/components/schemas/Time")) => "5",
                (Some("string" | "array"), _) => continue,
                other => panic!("{path}: {other:?}"),
            };
            let answer = ask(&format!("{}={wrong}", name(parameter))).await;
            answer.is_problem(400, "query", path);
            assert_eq!(answer.json["parameter"], parameter["name"], "{path}");
        }
    }
}

#[tokio::test]
async fn every_example_is_answered_as_it_says() {
    let cluster = Cluster::start(1, 0).await;
    let app = app(cluster.emitter(), Config::default());
    let document = Document::read(&app).await;
    let shown = document.shown();
    let taps = shown.iter().filter(|shown| shown.uri.starts_with("/v1/tap"));
    assert_eq!((shown.len(), taps.count()), (42, 2));
    for shown in shown.iter().filter(|shown| !shown.uri.starts_with("/v1/tap")) {
        let answer = ask(&app, shown.request()).await;
        document.check(shown, &answer);
        match (&shown.answer, shown.accept.as_deref()) {
            (Some(Value::String(text)), Some(LINES)) => {
                let lines =
                    |text: &str| text.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>();
                assert_eq!(lines(&answer.text), lines(text), "{}", shown.what);
            }
            (Some(example), _) => assert_eq!(&answer.json, example, "{}", shown.what),
            (None, _) => {}
        }
    }
}

#[tokio::test]
async fn a_tap_shows_what_the_document_says() {
    let cluster = Cluster::start(1, 0).await;
    let app = app(cluster.emitter(), Config::default());
    let document = Document::read(&app).await;
    for mut shown in document.shown().into_iter().filter(|shown| shown.uri.starts_with("/v1/tap")) {
        for kind in ["text/event-stream", LINES] {
            shown.accept = Some(kind.to_owned());
            let mut tapped = ask(&app, shown.request()).boxed();
            // Until it listens, and has heard one.
            let answer = loop {
                tokio::select! {
                    answer = &mut tapped => break answer,
                    () = tokio::time::sleep(Duration::from_millis(20)) => {
                        let chat = post_json("/v1/emit", r#"{"event": "chat", "args": [1], "rooms": ["lobby"]}"#);
                        assert_eq!(ask(&app, chat).await.status, StatusCode::OK);
                    }
                }
            };
            assert!(!answer.text.is_empty(), "{}", shown.what);
            document.check(&shown, &answer);
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
        assert_eq!(document.faults(aside, &serde_json::from_str(line).unwrap()), Vec::<String>::new(), "{line}");
    }
    assert_ne!(document.faults(aside, &json!({"do": "emit", "event": "e"})), Vec::<String>::new());
}

#[tokio::test]
async fn every_type_of_body_has_an_example_that_its_schema_takes() {
    let document = Document::read(&Bridge::new().app).await;
    for (path, _, operation) in document.operations() {
        let content = &operation["requestBody"]["content"];
        for (kind, described) in content.as_object().into_iter().flatten() {
            // What cannot be sent has an example, too, and is told by its answer.
            let refused: BTreeSet<&str> =
                operation["responses"]["422"]["content"]["application/problem+json"]["examples"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(name, _)| name.as_str())
                    .collect();
            let mut taken = 0;
            for (_, name, value) in examples(&json!({ kind: described })) {
                if !refused.contains(name) {
                    assert_eq!(document.faults(&described["schema"], value), Vec::<String>::new(), "{path} {name}");
                    taken += 1;
                }
            }
            let is_many = kind == "application/msgpack" && operation["tags"] == json!(["orders"]);
            assert!(taken > 0 || is_many, "{path}: {kind}");
        }
    }
}

#[tokio::test]
async fn what_a_route_takes_its_schema_takes_and_what_it_refuses_is_refused() {
    let bridge = Bridge::new();
    let document = Document::read(&bridge.app).await;
    for (path, message, sent) in [
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
        let answer = bridge.ask(post_json(path, message.to_string())).await;
        assert_eq!(answer.status == StatusCode::OK, sent, "{path} {message}: {answer:?}");
        let schema = &document.0["paths"][path]["post"]["requestBody"]["content"]["application/json"]["schema"];
        let faults = document.faults(schema, &message);
        assert_eq!(faults.is_empty(), sent, "{path} {message}: {faults:?}");
    }
}

/// Codes that no request comes to: a message on the bus, `wait()`, and an acknowledged order, which is refused before.
const ELSEWHERE: [&str; 3] = ["malformed", "runtime", "not-acknowledged"];

#[tokio::test]
async fn every_code_in_the_sources_is_described_and_no_other() {
    let document = Document::read(&Bridge::new().app).await;
    let described: BTreeSet<String> = document.schemas()["Code"]["enum"]
        .as_array()
        .unwrap()
        .iter()
        .map(|code| code.as_str().unwrap().to_owned())
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = BTreeSet::new();
    for (folder, without) in [(root.join("../emitter/src"), "doctor"), (root.join("src"), "codes.rs")] {
        codes(&folder, without, &mut found);
    }
    ELSEWHERE.iter().for_each(|code| assert!(found.remove(*code), "{code}"));
    assert_eq!(found, described);
    let table = document.schemas()["Code"]["description"].as_str().unwrap();
    for code in &described {
        assert!(table.contains(&format!("| `{code}` | ")), "{code}");
    }
}
