//! The router, and the handlers of its routes.

mod batch;
mod emit_event;
pub(crate) mod health;
mod message;
mod metrics;
mod openapi;
pub(crate) mod questions;
mod send;
mod tap;

use axum::{
    Router, middleware,
    routing::{get, post},
};
use socketio_emitter::{Emitter, message::Verb};

use crate::{
    auth,
    config::Config,
    logging,
    metrics::measure_request,
    responses::{method_not_allowed, not_found},
    same_origin,
    state::BridgeState,
};

/// All routes of the bridge, for one cluster.
pub fn app(emitter: Emitter, config: Config) -> Router {
    let bridge = BridgeState::new(emitter, config);
    let token = middleware::from_fn_with_state(bridge.clone(), auth::require_token);
    let v1 = Router::new()
        .route("/emit", message::route(Verb::Emit))
        .route("/emit/{event}", post(emit_event::emit_event))
        .route("/batch", post(batch::batch))
        .route("/server-emit", message::route(Verb::ServerEmit))
        .route("/servers", get(questions::servers))
        .route("/rooms", get(questions::rooms))
        .route("/sockets", get(questions::sockets))
        .route("/sockets/join", message::route(Verb::Join))
        .route("/sockets/leave", message::route(Verb::Leave))
        .route("/sockets/disconnect", message::route(Verb::Disconnect))
        .route("/tap", get(tap::tap))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(token.clone());
    let metrics = Router::new()
        .route("/metrics", get(metrics::metrics))
        .method_not_allowed_fallback(method_not_allowed)
        .layer(token);
    Router::new()
        .nest("/v1", v1)
        .merge(metrics)
        .route("/livez", get(health::livez))
        .route("/readyz", get(health::readyz))
        .route("/openapi.json", get(openapi::openapi))
        .method_not_allowed_fallback(method_not_allowed)
        .fallback(not_found)
        .layer(middleware::from_fn_with_state(bridge.clone(), same_origin::require_local_program))
        .layer(logging::layer())
        .layer(middleware::from_fn_with_state(bridge.clone(), measure_request))
        .with_state(bridge)
}
