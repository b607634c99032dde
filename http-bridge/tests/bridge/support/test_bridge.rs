use axum::{
    Router,
    body::Body,
    http::{Request, StatusCode},
};
use serde_json::json;
use socketio_bridge::{Config, app};
use socketio_emitter::{Emitter, Options, Outgoing, Recording, adapter::Command};

use super::{TestResponse, send};

/// A bridge without a port, whose emitter records commands instead of sending them to Redis.
pub struct TestBridge {
    pub app: Router,
    pub sent: Recording,
}

impl TestBridge {
    pub fn new() -> Self {
        Self::with_config(|_| {})
    }

    pub fn with_config(configure: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        configure(&mut config);
        Self::build(Options::new(), config)
    }

    pub fn with_options(options: Options) -> Self {
        Self::build(options, Config::default())
    }

    fn build(options: Options, config: Config) -> Self {
        let (emitter, sent) = options.recorder();
        Self { app: app(emitter, config), sent }
    }

    pub async fn send(&self, request: Request<Body>) -> TestResponse {
        send(&self.app, request).await
    }

    /// Sends the request. Asserts a receipt, and that the bridge sent the same command as this call of the emitter.
    pub async fn assert_sends(&self, request: Request<Body>, call: impl FnOnce(&Emitter) -> Outgoing) {
        let (emitter, expected) = Emitter::recorder();
        call(&emitter).wait().unwrap();
        let context = format!("{request:?}");
        let response = self.send(request).await;
        assert_eq!(response.status, StatusCode::OK, "{context}: {response:?}");
        assert_eq!(response.json, json!({"adapter": "classic", "servers": null}));
        assert_eq!(self.sent.take(), expected.take(), "{context}");
    }

    /// Sends a batch. Asserts a problem after `accepted` messages, and that exactly those were sent.
    pub async fn assert_stops(&self, request: Request<Body>, status: u16, code: &str, accepted: usize) -> TestResponse {
        let context = format!("{request:?}");
        let response = self.send(request).await;
        response.assert_problem(status, code, &context);
        assert_eq!(self.sent.take().len(), accepted, "{context}");
        assert_eq!(response.json["accepted"], accepted, "{response:?}");
        assert_eq!((&response.json["index"], &response.json["unknown"]), (&accepted.into(), &0.into()), "{response:?}");
        let start = format!("message {accepted} (counted from 0), after Redis took {accepted}: ");
        assert!(response.detail().starts_with(&start), "{response:?}");
        response
    }

    /// Sends the request. Asserts a problem, and that nothing was sent.
    pub async fn assert_refuses(&self, request: Request<Body>, status: u16, code: &str) -> TestResponse {
        let context = format!("{request:?}");
        let response = self.send(request).await;
        response.assert_problem(status, code, &context);
        assert_eq!(self.sent.commands(), Vec::<Command>::new(), "{context}");
        response
    }
}
