use std::time::Duration;

use axum::{Json, extract::State};
use serde_json::{Value, json};
use socketio_emitter::Error;

use crate::{responses::HttpProblem, state::BridgeState};

/// The time for Redis to answer a readiness probe.
const PING_TIMEOUT: Duration = Duration::from_secs(1);

/// `GET /livez`: 200 while the process runs. It does not check Redis, because restarting the bridge does not end an
/// outage of Redis.
pub(super) async fn livez() -> Json<Value> {
    Json(json!({ "bridge": "up" }))
}

/// `GET /readyz`: 200 if Redis answers.
pub(super) async fn readyz(State(bridge): State<BridgeState>) -> Result<Json<Value>, HttpProblem> {
    match ping_redis(&bridge).await {
        Ok(()) => Ok(Json(json!({ "redis": "up" }))),
        Err(error) => Err(HttpProblem::redis_not_ready(&error)),
    }
}

/// # Errors
/// Why Redis cannot take messages.
pub(super) async fn ping_redis(bridge: &BridgeState) -> Result<(), Error> {
    bridge.emitter.ping(PING_TIMEOUT).await
}
