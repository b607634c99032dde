//! `GET /metrics`.

use std::{collections::BTreeMap, time::Duration};

use axum::{
    Router,
    body::Body,
    http::{Method, StatusCode, header},
};
use futures_util::{FutureExt, StreamExt};
use socketio_bridge::{Config, app};
use tower::ServiceExt;

use crate::support::{TestBridge, TestCluster, TestResponse, curl, get, post, post_json, request, send};

/// The value of each series, by name and labels.
type MetricValues = BTreeMap<String, f64>;

async fn scrape(app: &Router) -> MetricValues {
    let response = send(app, get("/metrics")).await;
    assert_eq!(response.status, StatusCode::OK, "{response:?}");
    parse(&response)
}

fn parse(response: &TestResponse) -> MetricValues {
    let lines = response.text.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| {
            let (name, number) = line.rsplit_once(' ').unwrap();
            (name.to_owned(), number.parse().unwrap())
        })
        .collect()
}

fn value(values: &MetricValues, name: &str) -> f64 {
    *values.get(name).unwrap_or_else(|| panic!("no {name} in {values:#?}"))
}

#[tokio::test]
async fn requests_are_counted_by_route_method_status_and_code() {
    let bridge = TestBridge::new();
    for uri in ["/v1/emit/a?room=x", "/v1/emit/b", "/v1/emit/connect"] {
        bridge.send(curl(uri, "1")).await;
    }
    bridge.send(get("/v1/emit/e")).await;
    bridge.send(get("/nowhere/at/all")).await;
    bridge.send(request(Method::from_bytes(b"BREW").unwrap(), "/livez").body(Body::empty()).unwrap()).await;
    bridge
        .send(request(Method::GET, "/livez").header(header::ORIGIN, "https://a.example").body(Body::empty()).unwrap())
        .await;
    let values = scrape(&bridge.app).await;
    for (labels, count) in [
        (r#"route="/v1/emit/{event}",method="POST",status="200",code="""#, 2.0),
        (r#"route="/v1/emit/{event}",method="POST",status="422",code="reserved-event""#, 1.0),
        (r#"route="/v1/emit/{event}",method="GET",status="405",code="method""#, 1.0),
        (r#"route="none",method="GET",status="404",code="not-found""#, 1.0),
        (r#"route="/livez",method="other",status="405",code="method""#, 1.0),
        (r#"route="/livez",method="GET",status="403",code="web-page""#, 1.0),
    ] {
        assert_eq!(value(&values, &format!("sio_bridge_requests_total{{{labels}}}")), count);
    }
    let requests = values.iter().filter(|(name, _)| name.starts_with("sio_bridge_requests_total"));
    assert_eq!(requests.map(|(_, count)| count).sum::<f64>(), 7.0);
    let timed = r#"sio_bridge_request_duration_seconds_count{route="/v1/emit/{event}"}"#;
    assert_eq!(value(&values, timed), 4.0);
    let all = r#"sio_bridge_request_duration_seconds_bucket{le="+Inf",route="/v1/emit/{event}"}"#;
    assert_eq!(value(&values, all), 4.0);
    assert_eq!(value(&values, "sio_bridge_requests_in_flight"), 1.0);
    assert_eq!(value(&values, r#"sio_bridge_messages_taken_total{operation="emit",adapter="classic"}"#), 2.0);
    assert_eq!(value(&values, r#"sio_bridge_messages_failed_total{code="reserved-event"}"#), 1.0);
}

#[tokio::test]
async fn metrics_are_valid_openmetrics_text() {
    let bridge = TestBridge::new();
    bridge.send(curl("/v1/emit/e", "1")).await;
    let response = bridge.send(get("/metrics")).await;
    assert_eq!(response.headers[header::CONTENT_TYPE], "application/openmetrics-text; version=1.0.0; charset=utf-8");
    assert!(response.text.ends_with("# EOF\n"));
    let mut kinds = BTreeMap::new();
    for line in response.text.lines().filter_map(|line| line.strip_prefix("# TYPE ")) {
        let (name, kind) = line.split_once(' ').unwrap();
        assert!(response.text.contains(&format!("# HELP {name} ")), "{name}");
        assert!(name.starts_with("sio_bridge_") && !name.ends_with("_total"), "{name}");
        kinds.insert(name, kind);
    }
    for name in parse(&response).keys() {
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
    assert_eq!(value(&parse(&response), &format!(r#"sio_bridge_build_info{{version="{version}"}}"#)), 1.0);
}

#[tokio::test]
async fn metrics_show_no_value_from_a_request() {
    let bridge = TestBridge::new();
    let secret = "whisper";
    for request in [
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
        bridge.send(request).await;
    }
    let text = bridge.send(get("/metrics")).await.text;
    assert!(!text.to_lowercase().contains(secret), "{text}");
}

#[tokio::test]
async fn invented_names_create_no_series() {
    let bridge = TestBridge::new();
    let series_count = async || scrape(&bridge.app).await.len();
    let send_invented_names = async |round: u32| {
        for index in 0..10 {
            let name = format!("{round}-{index}");
            bridge.send(curl(&format!("/v1/emit/{name}?room={name}"), name.clone())).await;
            bridge.send(get(&format!("/{name}"))).await;
            bridge
                .send(request(Method::from_bytes(name.as_bytes()).unwrap(), "/readyz").body(Body::empty()).unwrap())
                .await;
            bridge.send(post_json("/v1/emit", format!(r#"{{"event": "{name}", "{name}": 1}}"#))).await;
        }
    };
    send_invented_names(0).await;
    series_count().await;
    let before = series_count().await;
    send_invented_names(1).await;
    assert_eq!(series_count().await, before);
}

#[tokio::test]
async fn bridges_in_one_process_count_separately() {
    let (first, second) = (TestBridge::new(), TestBridge::new());
    first.send(curl("/v1/emit/e", "1")).await;
    let taken = r#"sio_bridge_messages_taken_total{operation="emit",adapter="classic"}"#;
    assert_eq!(value(&scrape(&first.app).await, taken), 1.0);
    assert_eq!(scrape(&second.app).await.get(taken), None);
}

#[tokio::test]
async fn messages_are_counted_by_operation_also_in_a_batch() {
    let bridge = TestBridge::new();
    bridge.send(post_json("/v1/sockets/disconnect", r#"{"all": true}"#)).await;
    bridge.send(curl("/v1/emit/e?dry_run=true", "1")).await;
    let batch = r#"[{"event": "a"}, {"do": "join", "join": ["r"], "all": true}, {"event": "b"},
                    {"do": "server-emit", "event": "c"}, {"event": "connect"}, {"event": "never read"}]"#;
    bridge.send(post_json("/v1/batch", batch)).await.assert_problem(422, "reserved-event", "batch");
    let values = scrape(&bridge.app).await;
    for (operation, count) in [("emit", 2.0), ("join", 1.0), ("server-emit", 1.0), ("disconnect", 1.0)] {
        let name = format!(r#"sio_bridge_messages_taken_total{{operation="{operation}",adapter="classic"}}"#);
        assert_eq!(value(&values, &name), count, "{operation}");
    }
    assert_eq!(value(&values, "sio_bridge_batch_messages_total"), 5.0);
    assert_eq!(value(&values, r#"sio_bridge_messages_failed_total{code="reserved-event"}"#), 1.0);
    // The recorder counts no servers.
    assert!(!values.keys().any(|name| name.starts_with("sio_bridge_servers")), "{values:?}");
}

#[tokio::test]
async fn questions_answers_and_missing_answers_are_counted() {
    let cluster = TestCluster::start(1, 1).await;
    let config = || {
        let mut config = Config::default();
        config.timeout = Duration::from_millis(300);
        config
    };
    let partial = app(cluster.emitter(), config());
    for uri in ["/v1/sockets", "/v1/sockets?count=true", "/v1/rooms"] {
        let response = send(&partial, get(uri)).await;
        assert_eq!((response.status, &response.json["partial"]), (StatusCode::OK, &true.into()), "{response:?}");
    }
    let lines = request(Method::GET, "/v1/sockets").header(header::ACCEPT, "application/x-ndjson");
    assert_eq!(send(&partial, lines.body(Body::empty()).unwrap()).await.text.lines().count(), 2);
    let response = send(&partial, curl("/v1/emit/e?ack=300ms", "1")).await;
    assert_eq!(response.json["answers"], serde_json::json!([{"args": [1]}]), "{response:?}");
    let values = scrape(&partial).await;
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
        assert_eq!(value(&values, &format!("sio_bridge_{name}")), count, "{name}");
    }
    assert_eq!(values.get(r#"sio_bridge_answers_missing_total{question="acks",of="clients"}"#), None);

    let complete = TestCluster::start(2, 0).await;
    let complete = app(complete.emitter(), config());
    let response = send(&complete, get("/v1/servers")).await;
    assert_eq!(response.json["partial"], false, "{response:?}");
    let values = scrape(&complete).await;
    assert_eq!(value(&values, r#"sio_bridge_answers_total{question="servers"}"#), 2.0);
    assert!(values.keys().all(|name| !name.contains("partial") && !name.contains("missing")), "{values:?}");
}

#[tokio::test]
async fn open_taps_and_their_messages_are_counted() {
    let cluster = TestCluster::start(1, 0).await;
    let app = app(cluster.emitter(), Config::default());
    let lines = request(Method::GET, "/v1/tap?event=news").header(header::ACCEPT, "application/x-ndjson");
    let response = app.clone().oneshot(lines.body(Body::empty()).unwrap()).await.unwrap();
    let mut body = response.into_body().into_data_stream();
    assert_eq!(value(&scrape(&app).await, "sio_bridge_taps_open"), 1.0);
    for event in ["news", "other", "news"] {
        assert_eq!(send(&app, curl(&format!("/v1/emit/{event}"), "1")).await.status, StatusCode::OK);
    }
    let mut text = Vec::new();
    while text.iter().filter(|byte| **byte == b'\n').count() < 2 {
        text.extend_from_slice(&body.next().await.unwrap().unwrap());
    }
    let values = scrape(&app).await;
    assert_eq!(value(&values, "sio_bridge_tap_messages_total"), 2.0);
    assert_eq!(value(&values, "sio_bridge_tap_messages_dropped_total"), 0.0);
    drop(body);
    assert_eq!(value(&scrape(&app).await, "sio_bridge_taps_open"), 0.0);
}

#[tokio::test]
async fn request_of_a_disconnected_client_is_counted_as_unanswered() {
    let bridge = TestBridge::new();
    // The body never arrives.
    let request_without_body =
        post_json("/v1/emit", Body::from_stream(futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>()));
    let mut pending = bridge.app.clone().oneshot(request_without_body).boxed();
    assert!((&mut pending).now_or_never().is_none());
    assert_eq!(value(&scrape(&bridge.app).await, "sio_bridge_requests_in_flight"), 2.0);
    drop(pending);
    let values = scrape(&bridge.app).await;
    assert_eq!(value(&values, "sio_bridge_requests_in_flight"), 1.0);
    assert_eq!(value(&values, r#"sio_bridge_requests_unanswered_total{route="/v1/emit"}"#), 1.0);
}
