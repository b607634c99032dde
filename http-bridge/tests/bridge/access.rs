//! Access checks: hosts, web pages, tokens and allowed events.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, Version, header},
};
use socketio_bridge::{AllowedEvents, BearerToken, InvalidBearerToken};

use crate::support::{TestBridge, curl, get, post, request};

const EMIT: &str = "/v1/emit/e";
const TOKEN: &str = "s3cret-Token";

fn with_token() -> TestBridge {
    TestBridge::with_config(|config| config.token = Some(BearerToken::new(TOKEN).unwrap()))
}

fn allowing(globs: &[&str]) -> TestBridge {
    let globs = globs.iter().map(|glob| glob.parse().unwrap());
    let events = AllowedEvents::new(globs).unwrap();
    TestBridge::with_config(|config| config.allowed_events = events)
}

/// A request with exactly these headers.
fn request_with_headers(method: Method, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from("1")).unwrap()
}

#[tokio::test]
async fn without_token_only_loopback_hosts_are_served() {
    let bridge = TestBridge::new();
    for host in [
        "127.0.0.1:8484",
        "127.0.0.1",
        "127.1.2.3:80",
        "localhost",
        "localhost:8484",
        "LocalHost:8484",
        "[::1]",
        "[::1]:8484",
        "[0:0:0:0:0:0:0:1]:8484",
    ] {
        bridge.assert_sends(request_with_headers(Method::POST, EMIT, &[("host", host)]), |io| io.emit("e", &1)).await;
    }
    for host in [
        "",
        "example.com",
        "example.com:8484",
        "localhost.example.com",
        "127.0.0.1.nip.io:8484",
        "127.0.0.1@example.com",
        "example.com@127.0.0.1",
        "192.168.0.1:8484",
        "0.0.0.0:8484",
        "[::]:8484",
        "::1",
        "2130706433",
        "127.1",
        "0x7f.0.0.1",
        "localhost:port:8484",
        "localhost, example.com",
        "http://localhost",
        "localhost/",
        " ",
    ] {
        bridge.assert_refuses(request_with_headers(Method::POST, EMIT, &[("host", host)]), 403, "foreign-host").await;
    }
    bridge.assert_refuses(request_with_headers(Method::POST, EMIT, &[]), 403, "foreign-host").await;
    let two = [("host", "localhost:8484"), ("host", "example.com")];
    bridge.assert_refuses(request_with_headers(Method::POST, EMIT, &two), 403, "foreign-host").await;
    let twice = [("host", "localhost:8484"), ("host", "localhost:8484")];
    bridge.assert_refuses(request_with_headers(Method::POST, EMIT, &twice), 403, "foreign-host").await;
    let http_1_0 = Request::post(EMIT).version(Version::HTTP_10).body(Body::empty()).unwrap();
    bridge.assert_refuses(http_1_0, 403, "foreign-host").await;
    for absolute in ["http://example.com/v1/emit/e", "http://127.0.0.1:8484/v1/emit/e"] {
        bridge.assert_refuses(curl(absolute, "1"), 403, "foreign-host").await;
    }
}

#[tokio::test]
async fn without_token_requests_from_web_pages_are_refused() {
    let bridge = TestBridge::new();
    let host = ("host", "127.0.0.1:8484");
    for headers in [
        [("origin", "http://127.0.0.1:8484"), ("sec-fetch-site", "same-origin")],
        [("origin", "http://127.0.0.1:8484"), ("sec-fetch-mode", "cors")],
        [("sec-fetch-site", "none"), ("user-agent", "x")],
    ] {
        let request = request_with_headers(Method::POST, EMIT, &[host, headers[0], headers[1]]);
        bridge.assert_sends(request, |io| io.emit("e", &1)).await;
    }
    for origin in [
        "null",
        "",
        "http://example.com",
        "https://example.com",
        "http://localhost:8484",
        "http://127.0.0.1",
        "http://127.0.0.1:3000",
        "https://127.0.0.1:8484",
        "http://127.0.0.1:84840",
        "http://127.0.0.1:8484/",
        "http://127.0.0.1:8484 http://example.com",
        "127.0.0.1:8484",
        "file://",
        "chrome-extension://abcdef",
    ] {
        bridge
            .assert_refuses(request_with_headers(Method::POST, EMIT, &[host, ("origin", origin)]), 403, "web-page")
            .await;
    }
    let two = [host, ("origin", "http://127.0.0.1:8484"), ("origin", "http://example.com")];
    bridge.assert_refuses(request_with_headers(Method::POST, EMIT, &two), 403, "web-page").await;
    for site in ["cross-site", "same-site", "", "None", "sideways"] {
        bridge
            .assert_refuses(
                request_with_headers(Method::POST, EMIT, &[host, ("sec-fetch-site", site)]),
                403,
                "web-page",
            )
            .await;
    }
    let mixed = [host, ("origin", "http://127.0.0.1:8484"), ("sec-fetch-site", "cross-site")];
    bridge.assert_refuses(request_with_headers(Method::POST, EMIT, &mixed), 403, "web-page").await;
}

#[tokio::test]
async fn host_and_origin_are_checked_on_every_route_and_method() {
    let bridge = TestBridge::new();
    let origin = ("origin", "http://example.com");
    let preflight = [("host", "localhost"), origin, ("access-control-request-method", "POST")];
    for path in [
        EMIT,
        "/v1/emit",
        "/v1/batch",
        "/v1/server-emit",
        "/v1/servers",
        "/v1/rooms",
        "/v1/sockets",
        "/v1/sockets/join",
        "/v1/sockets/disconnect",
        "/livez",
        "/readyz",
        "/metrics",
        "/openapi.json",
        "/nowhere",
    ] {
        for method in [Method::GET, Method::POST, Method::OPTIONS, Method::HEAD] {
            let is_head = method == Method::HEAD;
            let response = bridge.send(request_with_headers(method.clone(), path, &preflight)).await;
            assert_eq!(response.status, StatusCode::FORBIDDEN, "{method} {path}");
            assert!(is_head || response.json["code"] == "web-page", "{response:?}");
            let response = bridge.send(request_with_headers(method, path, &[("host", "example.com")])).await;
            assert_eq!(response.status, StatusCode::FORBIDDEN, "{path}");
        }
    }
    assert!(bridge.sent.commands().is_empty());
}

#[tokio::test]
async fn with_token_requests_without_it_are_401() {
    let bridge = with_token();
    for value in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer  s3cret-Token",
        "Bearer s3cret-Token ",
        "Bearer s3cret-Toke",
        "Bearer s3cret-Tokenx",
        "Bearer S3CRET-TOKEN",
        "Basic s3cret-Token",
        "s3cret-Token",
        "Token s3cret-Token",
        "Bearer s3cret-Token, Bearer s3cret-Token",
    ] {
        let mut request = curl(EMIT, "1");
        request.headers_mut().insert(header::AUTHORIZATION, value.parse().unwrap());
        let response = bridge.assert_refuses(request, 401, "unauthorized").await;
        assert_eq!(response.headers[header::WWW_AUTHENTICATE], "Bearer");
    }
    for path in [
        EMIT,
        "/v1/emit",
        "/v1/emit/e?access_token=s3cret-Token",
        "/v1/batch",
        "/v1/server-emit",
        "/v1/sockets/join",
        "/v1/sockets/leave",
        "/v1/sockets/disconnect",
        "/v1/nowhere",
        "/metrics",
    ] {
        bridge.assert_refuses(curl(path, "1"), 401, "unauthorized").await;
    }
    let mut twice = curl(EMIT, "1");
    for _ in 0..2 {
        twice.headers_mut().append(header::AUTHORIZATION, format!("Bearer {TOKEN}").parse().unwrap());
    }
    bridge.assert_refuses(twice, 401, "unauthorized").await;
    let preflight = request(Method::OPTIONS, EMIT).header(header::ORIGIN, "http://example.com");
    bridge.assert_refuses(preflight.body(Body::empty()).unwrap(), 401, "unauthorized").await;
}

#[tokio::test]
async fn with_token_any_host_and_origin_is_served() {
    let bridge = with_token();
    for scheme in ["Bearer", "bearer", "BEARER"] {
        let authorization = format!("{scheme} {TOKEN}");
        let headers = [
            ("authorization", authorization.as_str()),
            ("host", "bridge.example.com"),
            ("origin", "https://app.example.com"),
            ("sec-fetch-site", "cross-site"),
        ];
        bridge.assert_sends(request_with_headers(Method::POST, EMIT, &headers), |io| io.emit("e", &1)).await;
    }
    let metrics = request(Method::GET, "/metrics").header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    assert_eq!(bridge.send(metrics.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
    bridge.assert_refuses(get("/metrics"), 401, "unauthorized").await;
    for path in ["/livez", "/readyz", "/openapi.json"] {
        assert_eq!(bridge.send(get(path)).await.status, StatusCode::OK);
        let elsewhere = request_with_headers(Method::GET, path, &[("host", "bridge.example.com")]);
        assert_eq!(bridge.send(elsewhere).await.status, StatusCode::OK);
    }
}

#[test]
fn bearer_token_must_be_visible_ascii_and_is_hidden_in_debug() {
    for text in ["", " ", "a b", " a", "a\n", "\t", "ü", "a\0"] {
        assert_eq!(BearerToken::new(text).err(), Some(InvalidBearerToken), "{text:?}");
    }
    let token = BearerToken::new("s3cret/+=._~-").unwrap();
    assert!(!format!("{token:?}").contains("s3cret"));
}

#[tokio::test]
async fn allow_event_refuses_events_that_match_no_glob() {
    let bridge = allowing(&["chat:*", "tick", "{a,b}?"]);
    for event in ["chat:", "chat:a/b", "tick", "a1", "b2"] {
        let path = format!("/v1/emit/{}", event.replace('/', "%2F"));
        bridge.assert_sends(curl(&path, "1"), |io| io.emit(event, &1)).await;
    }
    for event in ["chat", "Tick", "ticks", "a", "xchat:y"] {
        let response = bridge.assert_refuses(curl(&format!("/v1/emit/{event}"), "1"), 403, "event-not-allowed").await;
        assert!(response.detail().contains(event) && response.detail().contains("--allow-event"), "{response:?}");
        assert!(!response.detail().contains("chat:*"), "{response:?}");
        let message = format!(r#"{{"event": "{event}"}}"#);
        bridge.assert_refuses(post("/v1/emit", None, message.clone()), 403, "event-not-allowed").await;
        bridge.assert_refuses(post("/v1/emit?dry_run=true", None, message), 403, "event-not-allowed").await;
    }
    allowing(&[]).assert_sends(curl("/v1/emit/anything", "1"), |io| io.emit("anything", &1)).await;
}

#[tokio::test]
async fn tap_is_refused_to_web_pages_and_without_token() {
    let tap = "/v1/tap";
    let bridge = TestBridge::new();
    let host = ("host", "localhost:8484");
    for (header, code) in [
        (("origin", "https://example.com"), "web-page"),
        (("origin", "null"), "web-page"),
        (("sec-fetch-site", "cross-site"), "web-page"),
        (("sec-fetch-site", "same-site"), "web-page"),
    ] {
        bridge.assert_refuses(request_with_headers(Method::GET, tap, &[host, header]), 403, code).await;
    }
    bridge
        .assert_refuses(request_with_headers(Method::GET, tap, &[("host", "example.com")]), 403, "foreign-host")
        .await;
    with_token().assert_refuses(get(tap), 401, "unauthorized").await;
    let authorized = request(Method::GET, tap).header(header::AUTHORIZATION, format!("Bearer {TOKEN}"));
    // The recorder cannot subscribe, so the request fails after the access checks.
    with_token().assert_refuses(authorized.body(Body::empty()).unwrap(), 500, "cannot-listen").await;
}

#[tokio::test]
async fn tap_with_invalid_query_or_accept_is_refused() {
    let bridge = TestBridge::new();
    for query in ["event=[", "events=x", "count=-1", "for=5", "requests=yes", "event=a&event=b", "monitor=true"] {
        bridge.assert_refuses(get(&format!("/v1/tap?{query}")), 400, "query").await;
    }
    let accepting =
        |accept: &str| request(Method::GET, "/v1/tap").header(header::ACCEPT, accept).body(Body::empty()).unwrap();
    bridge.assert_refuses(accepting("text/html"), 406, "accept").await;
    for accept in ["*/*", "text/event-stream", "text/html, application/x-ndjson;q=0.5"] {
        bridge.assert_refuses(accepting(accept), 500, "cannot-listen").await;
    }
    bridge.assert_refuses(post("/v1/tap", None, ""), 405, "method").await;
}
