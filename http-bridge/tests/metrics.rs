//! What is counted, and that nothing of what a request says is seen in it.

#![allow(clippy::unwrap_used)]

mod common;

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Method, StatusCode, header},
};
use common::{Answer, Bridge, ask, cluster::Cluster, curl, get, post, post_json, request};
use futures_util::{FutureExt, StreamExt};
use socketio_bridge::{Config, app};
use tower::ServiceExt;

/// Every line that is a number, by name and labels.
type Numbers = BTreeMap<String, f64>;

async fn numbers(app: &Router) -> Numbers {
    let answer = ask(app, get("/metrics")).await;
    assert_eq!(answer.status, StatusCode::OK, "{answer:?}");
    read(&answer)
}

fn read(answer: &Answer) -> Numbers {
    let lines = answer.text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, number) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), number.parse().unwrap())
        })
        .collect()
}

fn of(numbers: &Numbers, name: &str) -> f64 {
    *numbers.get(name).unwrap_or_else(|| panic!("no {name} in {numbers:#?}"))
}

#[tokio::test]
async fn every_request_is_counted_by_what_is_known_of_it() {
    let bridge = Bridge::new();
    for uri in ["/v1/emit/a?room=x", "/v1/emit/b", "/v1/emit/connect"] {
        bridge.ask(curl(uri, "1")).await;
    }
    bridge.ask(get("/v1/emit/e")).await;
    bridge.ask(get("/nowhere/at/all")).await;
    bridge.ask(request(Method::from_bytes(b"BREW").unwrap(), "/livez").body(Body::empty()).unwrap()).await;
    bridge
        .ask(request(Method::GET, "/livez").header(header::ORIGIN, "https://a.example").body(Body::empty()).unwrap())
        .await;
    let numbers = numbers(&bridge.app).await;
    for (labels, count) in [
        (r#"route="/v1/emit/{event}",method="POST",status="200",code="""#, 2.0),
        (r#"route="/v1/emit/{event}",method="POST",status="422",code="reserved-event""#, 1.0),
        (r#"route="/v1/emit/{event}",method="GET",status="405",code="method""#, 1.0),
        (r#"route="none",method="GET",status="404",code="not-found""#, 1.0),
        (r#"route="/livez",method="other",status="405",code="method""#, 1.0),
        (r#"route="/livez",method="GET",status="403",code="web-page""#, 1.0),
    ] {
        assert_eq!(of(&numbers, &format!("sio_bridge_requests_total{{{labels}}}")), count);
    }
    let requests = numbers.iter().filter(|(name, _)| name.starts_with("sio_bridge_requests_total"));
    assert_eq!(requests.map(|(_, count)| count).sum::<f64>(), 7.0);
    let timed = r#"sio_bridge_request_duration_seconds_count{route="/v1/emit/{event}"}"#;
    assert_eq!(of(&numbers, timed), 4.0);
    let all = r#"sio_bridge_request_duration_seconds_bucket{le="+Inf",route="/v1/emit/{event}"}"#;
    assert_eq!(of(&numbers, all), 4.0);
    assert_eq!(of(&numbers, "sio_bridge_requests_in_flight"), 1.0);
    assert_eq!(of(&numbers, r#"sio_bridge_messages_taken_total{operation="emit",adapter="classic"}"#), 2.0);
    assert_eq!(of(&numbers, r#"sio_bridge_messages_failed_total{code="reserved-event"}"#), 1.0);
}

#[tokio::test]
async fn it_is_the_text_that_prometheus_reads() {
    let bridge = Bridge::new();
    bridge.ask(curl("/v1/emit/e", "1")).await;
    let answer = bridge.ask(get("/metrics")).await;
    assert_eq!(answer.headers[header::CONTENT_TYPE], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(answer.text.ends_with("# EOF\n"));
    let mut kinds = BTreeMap::new();
    for line in answer.text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        assert!(answer.text.contains(&format!("# HELP {name} ")), "{name}");
        assert!(name.starts_with("sio_bridge_") && !name.ends_with("_total"), "{name}");
        kinds.insert(name, kind);
    }
    for name in read(&answer).keys() {
        let name = name.split('{').next().unwrap();
        let (family, end) = kinds
            .keys()
            .filter_map(|family| Some((family, name.strip_prefix(family)?)))
            .max_by_key(|(family, _)| family.len())
            .unwrap();
        let ends: &[_] = match kinds[family] {
            "counter" => &["_total"],
            "gauge" => &[""],
            "info" => &["_info"],
            "histogram" => &["_bucket", "_sum", "_count"],
            kind => panic!("{name}: {kind}"),
        };
        assert!(ends.contains(&end), "{name}");
    }
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(of(&read(&answer), &format!(r#"sio_bridge_build_info{{version="{version}"}}"#)), 1.0);
}

#[tokio::test]
async fn nothing_that_a_request_says_is_shown() {
    let bridge = Bridge::new();
    let secret = "whisper";
    for asked in [
        curl("/v1/emit/whisper?room=whisper&except=whisper&namespace=/whisper", "whisper"),
        curl("/v1/emit/whisper?whisper=1", "1"),
        post_json("/v1/emit", r#"{"do": "whisper", "event": "whisper"}"#),
        post_json("/v1/emit", r#"{"event": "e", "whisper": 1}"#),
        post("/v1/emit/e", Some("text/whisper"), "1"),
        post_json("/v1/batch", r#"[{"event": "whisper"}, {"do": "whisper"}]"#),
        post_json("/v1/sockets/join", r#"{"join": ["whisper"], "rooms": ["whisper"]}"#),
        get("/whisper"),
        get("/v1/whisper"),
        get("/v1/sockets?room=whisper"),
        request(Method::from_bytes(b"WHISPER").unwrap(), "/v1/emit").body(Body::empty()).unwrap(),
        request(Method::GET, "/livez")
            .header("x-whisper", secret)
            .header(header::ORIGIN, "http://whisper")
            .body(Body::empty())
            .unwrap(),
    ] {
        bridge.ask(asked).await;
    }
    let text = bridge.ask(get("/metrics")).await.text;
    assert!(!text.to_lowercase().contains(secret), "{text}");
}

#[tokio::test]
async fn what_is_made_up_makes_no_series() {
    let bridge = Bridge::new();
    let series = async || numbers(&bridge.app).await.len();
    let noise = async |round: u32| {
        for at in 0..10 {
            let name = format!("{round}-{at}");
            bridge.ask(curl(&format!("/v1/emit/{name}?room={name}"), name.clone())).await;
            bridge.ask(get(&format!("/{name}"))).await;
            bridge
                .ask(request(Method::from_bytes(name.as_bytes()).unwrap(), "/readyz").body(Body::empty()).unwrap())
                .await;
            bridge.ask(post_json("/v1/emit", format!(r#"{{"event": "{name}", "{name}": 1}}"#))).await;
        }
    };
    noise(0).await;
    series().await;
    let before = series().await;
    noise(1).await;
    assert_eq!(series().await, before);
}

#[tokio::test]
async fn each_bridge_counts_for_itself() {
    let (one, other) = (Bridge::new(), Bridge::new());
    one.ask(curl("/v1/emit/e", "1")).await;
    let taken = r#"sio_bridge_messages_taken_total{operation="emit",adapter="classic"}"#;
    assert_eq!(of(&numbers(&one.app).await, taken), 1.0);
    assert_eq!(numbers(&other.app).await.get(taken), None);
}

#[tokio::test]
async fn messages_are_counted_by_what_they_do_also_in_a_batch() {
    let bridge = Bridge::new();
    bridge.ask(post_json("/v1/sockets/disconnect", r#"{"all": true}"#)).await;
    bridge.ask(curl("/v1/emit/e?dry_run=true", "1")).await;
    let batch = r#"[{"event": "a"}, {"do": "join", "join": ["r"], "all": true}, {"event": "b"},
                    {"do": "server-emit", "event": "c"}, {"event": "connect"}, {"event": "never read"}]"#;
    bridge.ask(post_json("/v1/batch", batch)).await.is_problem(422, "reserved-event", "batch");
    let numbers = numbers(&bridge.app).await;
    for (operation, count) in [("emit", 2.0), ("join", 1.0), ("server-emit", 1.0), ("disconnect", 1.0)] {
        let name = format!(r#"sio_bridge_messages_taken_total{{operation="{operation}",adapter="classic"}}"#);
        assert_eq!(of(&numbers, &name), count, "{operation}");
    }
    assert_eq!(of(&numbers, "sio_bridge_batch_messages_total"), 5.0);
    assert_eq!(of(&numbers, r#"sio_bridge_messages_failed_total{code="reserved-event"}"#), 1.0);
    // A recorder has no servers to see.
    assert!(!numbers.keys().any(|name| name.starts_with("sio_bridge_servers")), "{numbers:?}");
}

#[tokio::test]
async fn questions_are_counted_and_who_is_missing() {
    let cluster = Cluster::start(1, 1).await;
    let config = || {
        let mut config = Config::default();
        config.timeout = Duration::from_millis(300);
        config
    };
    let partial = app(cluster.emitter(), config());
    for uri in ["/v1/sockets", "/v1/sockets?count=true", "/v1/rooms"] {
        let answer = ask(&partial, get(uri)).await;
        assert_eq!((answer.status, &answer.json["partial"]), (StatusCode::OK, &true.into()), "{answer:?}");
    }
    let lines = request(Method::GET, "/v1/sockets").header(header::ACCEPT, "application/x-ndjson");
    assert_eq!(ask(&partial, lines.body(Body::empty()).unwrap()).await.text.lines().count(), 2);
    let answer = ask(&partial, curl("/v1/emit/e?ack=300ms", "1")).await;
    assert_eq!(answer.json["answers"], serde_json::json!([{"args": [1]}]), "{answer:?}");
    let counted = numbers(&partial).await;
    for (name, count) in [
        (r#"questions_total{question="sockets"}"#, 3.0),
        (r#"questions_partial_total{question="sockets"}"#, 3.0),
        (r#"answers_total{question="sockets"}"#, 3.0),
        (r#"answers_missing_total{question="sockets",of="servers"}"#, 3.0),
        (r#"questions_total{question="rooms"}"#, 1.0),
        (r#"questions_total{question="acks"}"#, 1.0),
        (r#"answers_total{question="acks"}"#, 1.0),
        (r#"answers_missing_total{question="acks",of="servers"}"#, 1.0),
        (r#"messages_taken_total{operation="emit",adapter="classic"}"#, 1.0),
        (r#"servers{adapter="classic"}"#, 2.0),
        ("redis_up", 1.0),
    ] {
        assert_eq!(of(&counted, &format!("sio_bridge_{name}")), count, "{name}");
    }
    assert_eq!(counted.get(r#"sio_bridge_answers_missing_total{question="acks",of="clients"}"#), None);

    let whole = Cluster::start(2, 0).await;
    let whole = app(whole.emitter(), config());
    let answer = ask(&whole, get("/v1/servers")).await;
    assert_eq!(answer.json["partial"], false, "{answer:?}");
    let counted = numbers(&whole).await;
    assert_eq!(of(&counted, r#"sio_bridge_answers_total{question="servers"}"#), 2.0);
    assert!(counted.keys().all(|name| !name.contains("partial") && !name.contains("missing")), "{counted:?}");
}

#[tokio::test]
async fn taps_are_counted_while_they_are_open_and_what_they_show() {
    let cluster = Cluster::start(1, 0).await;
    let app = app(cluster.emitter(), Config::default());
    let lines = request(Method::GET, "/v1/tap?event=news").header(header::ACCEPT, "application/x-ndjson");
    let response = app.clone().oneshot(lines.body(Body::empty()).unwrap()).await.unwrap();
    let mut shown = response.into_body().into_data_stream();
    assert_eq!(of(&numbers(&app).await, "sio_bridge_taps_open"), 1.0);
    for event in ["news", "other", "news"] {
        assert_eq!(ask(&app, curl(&format!("/v1/emit/{event}"), "1")).await.status, StatusCode::OK);
    }
    let mut text = Vec::new();
    while text.iter().filter(|byte| **byte == b'\n').count() < 2 {
        text.extend_from_slice(&shown.next().await.unwrap().unwrap());
    }
    let counted = numbers(&app).await;
    assert_eq!(of(&counted, "sio_bridge_tap_messages_total"), 2.0);
    assert_eq!(of(&counted, "sio_bridge_tap_messages_dropped_total"), 0.0);
    drop(shown);
    assert_eq!(of(&numbers(&app).await, "sio_bridge_taps_open"), 0.0);
}

#[tokio::test]
async fn a_client_that_goes_away_is_counted() {
    let bridge = Bridge::new();
    // The body never comes.
    let stuck =
        post_json("/v1/emit", Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>()));
    let mut waiting = bridge.app.clone().oneshot(stuck).boxed();
    assert!((&mut waiting).now_or_never().is_none());
    assert_eq!(of(&numbers(&bridge.app).await, "sio_bridge_requests_in_flight"), 2.0);
    drop(waiting);
    let numbers = numbers(&bridge.app).await;
    assert_eq!(of(&numbers, "sio_bridge_requests_in_flight"), 1.0);
    assert_eq!(of(&numbers, r#"sio_bridge_requests_unanswered_total{route="/v1/emit"}"#), 1.0);
}
