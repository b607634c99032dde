//! A web page on another origin, in Chromium, tries to post to the bridge.

use serde_json::{Value, json};
use socketio_interop::{BridgeProcess, Clients, DocTable, JsonProcess, SocketIoCluster};

use crate::run_exclusively;

/// Requests that a page can send with and without a CORS preflight.
fn attempts(bridge: &BridgeProcess) -> Vec<(&'static str, Value)> {
    let event = bridge.url("/v1/emit/pwned");
    let message = bridge.url("/v1/emit");
    let json = json!({"event": "pwned"}).to_string();
    let port = bridge.url("").rsplit(':').next().unwrap().to_owned();
    let rebound = format!("http://evil.test:{port}/v1/emit/pwned");
    let fetch = |url: &str, headers: Value, body: &str, mode: &str| json!({"attempt": {"url": url, "method": "POST", "headers": headers, "body": body, "mode": mode}});
    let form = |url: &str, enctype: &str| json!({"form": {"url": url, "enctype": enctype, "fields": {"event": "pwned", "data": "1"}}});
    let from = |mut request: Value, page: &str| {
        request.as_object_mut().unwrap().values_mut().for_each(|attempt| attempt["page"] = json!(page));
        request
    };
    let plain = json!({"content-type": "text/plain"});
    let in_json = json!({"content-type": "application/json"});
    vec![
        ("fetch, text, no-cors", fetch(&event, plain.clone(), "x", "no-cors")),
        ("fetch, text, cors", fetch(&event, plain.clone(), "x", "cors")),
        ("fetch, JSON as text", fetch(&message, plain.clone(), &json, "no-cors")),
        ("fetch, JSON (preflight)", fetch(&message, in_json.clone(), &json, "cors")),
        ("fetch, no body type", fetch(&event, json!({}), "x", "no-cors")),
        ("fetch with a wrong token", fetch(&event, json!({"authorization": "Bearer x"}), "x", "cors")),
        ("form, urlencoded", form(&event, "application/x-www-form-urlencoded")),
        ("form, text", form(&event, "text/plain")),
        ("form, multipart", form(&event, "multipart/form-data")),
        ("fetch from a page on localhost", from(fetch(&event, plain.clone(), "x", "no-cors"), "localhost")),
        ("form from a page on localhost", from(form(&event, "text/plain"), "localhost")),
        ("fetch to a name rebound to loopback", from(fetch(&rebound, plain, "x", "no-cors"), "evil.test")),
        ("JSON to a name rebound to loopback", from(fetch(&rebound, in_json, "1", "cors"), "evil.test")),
        ("form to a name rebound to loopback", from(form(&rebound, "text/plain"), "evil.test")),
    ]
}

/// The method and status of each request that the browser sent, all of them refused.
fn refusals(answer: &Value) -> String {
    let requests = answer["requests"].as_array().unwrap_or_else(|| panic!("{answer}"));
    assert!(!requests.is_empty(), "the browser sent no request: {answer}");
    let refusals = requests.iter().map(|request| {
        let status = request["status"].as_u64().unwrap_or_else(|| panic!("no response: {answer}"));
        assert!([401, 403].contains(&status), "not refused: {answer}");
        format!("{} {status}", request["method"].as_str().unwrap())
    });
    refusals.collect::<Vec<_>>().join(", ")
}

#[test]
fn requests_of_a_web_page_are_refused_by_the_bridge() {
    let _guard = run_exclusively();
    let cluster = SocketIoCluster::start();
    let url = cluster.redis.url();
    let mut clients = Clients::new();
    clients.connect("a", &cluster.servers[0], "/", &[]);
    let mut browser = JsonProcess::start("browser.js");
    let open = BridgeProcess::start(&url);
    let guarded = BridgeProcess::start_with(&url, &[], &[("SIO_BRIDGE_TOKEN", "hunter2")]);

    let rows: Vec<_> = attempts(&open).into_iter().map(|(name, _)| name).collect();
    let mut table = DocTable::new("browser", "a page on another origin", rows, ["without a token", "with a token set"]);
    for (column, bridge) in [("without a token", &open), ("with a token set", &guarded)] {
        for (name, request) in attempts(bridge) {
            let answer = browser.ask(request);
            assert_ne!(answer["status"], 200, "{name}: {answer}");
            table.set(name, column, refusals(&answer));
        }
    }
    assert_eq!(cluster.redis.published(), 0);

    assert_eq!(open.emit(&json!({"event": "fine"})).0, 200, "a request that is not from a web page is accepted");
    assert_eq!(clients.until("fine", &["a"]), []);
    table.check();
}
