//! A bridge without a port and without Redis.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

pub mod cluster;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header, request},
};
use serde_json::Value;
use socketio_bridge::{Config, app};
use socketio_emitter::{Command, Emitter, Options, Outgoing, Recording};
use tower::ServiceExt;

pub const HOST: &str = "127.0.0.1:8484";

pub struct Bridge {
    pub app: Router,
    pub sent: Recording,
}

#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
    pub json: Value,
}

impl Bridge {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        Self::made(Options::new(), config)
    }

    pub fn on(options: Options) -> Self {
        Self::made(options, Config::default())
    }

    fn made(options: Options, config: Config) -> Self {
        let (emitter, sent) = options.recorder();
        Self { app: app(emitter, config), sent }
    }

    pub async fn ask(&self, request: Request<Body>) -> Answer {
        ask(&self.app, request).await
    }

    /// Asks, and expects success and exactly the command that the emitter would send.
    pub async fn sends(&self, request: Request<Body>, same: impl FnOnce(&Emitter) -> Outgoing) {
        let (io, expected) = Emitter::recorder();
        same(&io).wait().unwrap();
        let what = format!("{request:?}");
        let answer = self.ask(request).await;
        assert_eq!(answer.status, StatusCode::OK, "{what}: {answer:?}");
        assert_eq!(answer.json, serde_json::json!({"adapter": "classic", "servers": null}));
        assert_eq!(self.sent.take(), expected.take(), "{what}");
    }

    /// Asks, and expects a problem that ended a batch after so many messages, and that just those were sent.
    pub async fn stops(&self, request: Request<Body>, status: u16, code: &str, accepted: usize) -> Answer {
        let what = format!("{request:?}");
        let answer = self.ask(request).await;
        answer.is_problem(status, code, &what);
        assert_eq!(self.sent.take().len(), accepted, "{what}");
        assert_eq!(answer.json["accepted"], accepted, "{answer:?}");
        assert_eq!((&answer.json["index"], &answer.json["unknown"]), (&accepted.into(), &0.into()), "{answer:?}");
        assert!(answer.detail().starts_with(&format!("message {accepted} (")), "{answer:?}");
        answer
    }

    /// Asks, and expects a problem, and that nothing was sent.
    pub async fn refuses(&self, request: Request<Body>, status: u16, code: &str) -> Answer {
        let what = format!("{request:?}");
        let answer = self.ask(request).await;
        answer.is_problem(status, code, &what);
        assert_eq!(self.sent.commands(), Vec::<Command>::new(), "{what}");
        answer
    }
}

impl Answer {
    pub fn is_problem(&self, status: u16, code: &str, what: &str) {
        assert_eq!(self.status.as_u16(), status, "{what}: {self:?}");
        assert_eq!(self.json["code"], code, "{what}: {self:?}");
        assert_eq!(self.json["status"], status, "{what}");
        assert_eq!(self.json["type"], format!("/problems/{code}"), "{what}");
        assert!(self.json["title"].is_string() && self.json["detail"].is_string(), "{what}: {self:?}");
        assert_eq!(self.headers[header::CONTENT_TYPE], "application/problem+json", "{what}");
        assert_eq!(self.headers.contains_key(header::RETRY_AFTER), status == 503, "{what}");
    }

    pub fn detail(&self) -> &str {
        self.json["detail"].as_str().unwrap()
    }
}

pub async fn ask(app: &Router, request: Request<Body>) -> Answer {
    let response = app.clone().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    for header in head.headers.keys() {
        assert!(!header.as_str().starts_with("access-control-"), "{header}");
    }
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let text = String::from_utf8(body.to_vec()).unwrap();
    Answer { status: head.status, headers: head.headers, json: serde_json::from_str(&text).unwrap_or_default(), text }
}

pub fn request(method: Method, uri: &str) -> request::Builder {
    Request::builder().method(method).uri(uri).header(header::HOST, HOST)
}

/// A body, of a type if one is given.
pub fn post(uri: &str, kind: Option<&str>, body: impl Into<Body>) -> Request<Body> {
    let mut request = request(Method::POST, uri);
    if let Some(kind) = kind {
        request = request.header(header::CONTENT_TYPE, kind);
    }
    request.body(body.into()).unwrap()
}

pub fn post_json(uri: &str, body: impl Into<Body>) -> Request<Body> {
    post(uri, Some("application/json"), body)
}

/// What curl sends with `-d`.
pub fn curl(uri: &str, body: impl Into<Body>) -> Request<Body> {
    post(uri, Some("application/x-www-form-urlencoded"), body)
}

pub fn get(uri: &str) -> Request<Body> {
    request(Method::GET, uri).body(Body::empty()).unwrap()
}
