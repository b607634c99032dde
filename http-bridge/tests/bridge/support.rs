//! Bridges, clusters and requests for the tests.

mod fake_redis;
mod test_bridge;
mod test_cluster;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header, request},
    response::Response,
};
use serde_json::Value;
use tower::ServiceExt;

pub use self::{
    fake_redis::{FakePublish, FakeRedis},
    test_bridge::TestBridge,
    test_cluster::TestCluster,
};

pub const HOST: &str = "127.0.0.1:8484";

/// A response that was read to its end.
#[derive(Debug)]
pub struct TestResponse {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    /// The body as JSON; null for other bodies.
    pub json: Value,
}

impl TestResponse {
    pub async fn read(response: Response) -> Self {
        let (head, body) = response.into_parts();
        for header in head.headers.keys() {
            assert!(!header.as_str().starts_with("access-control-"), "the bridge must not enable CORS: {header}");
        }
        let body = to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8(body.to_vec()).unwrap();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Self { status: head.status, headers: head.headers, json, text }
    }

    /// Asserts that the response is a complete problem document with this status and code.
    pub fn assert_problem(&self, status: u16, code: &str, context: &str) {
        assert_eq!(self.status.as_u16(), status, "{context}: {self:?}");
        assert_eq!(self.json["code"], code, "{context}: {self:?}");
        assert_eq!(self.json["status"], status, "{context}");
        assert_eq!(self.json["type"], format!("/problems/{code}"), "{context}");
        assert!(self.json["title"].is_string() && self.json["detail"].is_string(), "{context}: {self:?}");
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{context}");
        assert_eq!(self.headers.contains_key(header::RETRY_AFTER), status == 503, "{context}");
    }

    pub fn detail(&self) -> &str {
        self.json["detail"].as_str().unwrap()
    }
}

/// Sends a request and returns when the response starts.
pub async fn start_response(app: &Router, request: Request<Body>) -> Response {
    app.clone().oneshot(request).await.unwrap()
}

/// Sends a request and reads the whole response.
pub async fn send(app: &Router, request: Request<Body>) -> TestResponse {
    TestResponse::read(start_response(app, request).await).await
}

pub fn request(method: Method, uri: &str) -> request::Builder {
    Request::builder().method(method).uri(uri).header(header::HOST, HOST)
}

pub fn post(uri: &str, content_type: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = request(Method::POST, uri);
    if let Some(content_type) = content_type {
        request = request.header(header::CONTENT_TYPE, content_type);
    }
    request.body(body.into()).unwrap()
}

pub fn post_json(uri: &str, body: impl Into<Body>) -> Request<Body> {
    post(uri, Some("application/json"), body)
}

/// A POST with the Content-Type that `curl -d` sends.
pub fn curl(uri: &str, body: impl Into<Body>) -> Request<Body> {
    post(uri, Some("application/x-www-form-urlencoded"), body)
}

pub fn get(uri: &str) -> Request<Body> {
    request(Method::GET, uri).body(Body::empty()).unwrap()
}
