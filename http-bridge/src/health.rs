use std::time::Duration;

use axum::{Json, extract::State};
use serde_json::{Value, json};
use socketio_emitter::Error;

use crate::{config::Bridge, problem::Problem};

/// Whoever asks whether Redis is there wants to know now.
const PATIENCE: Duration = Duration::from_secs(1);

/// `GET /livez`: the process answers. It never asks Redis: a restart would not help an outage there.
pub(crate) async fn alive() -> Json<Value> {
    Json(json!({ "bridge": "up" }))
}

/// `GET /readyz`: Redis answers, so a message would be taken.
pub(crate) async fn ready(State(bridge): State<Bridge>) -> Result<Json<Value>, Problem> {
    match ask(&bridge).await {
        Ok(()) => Ok(Json(json!({ "redis": "up" }))),
        Err(error) => Err(Problem::not_ready(&error)),
    }
}

/// Whether Redis answers, and why not.
pub(crate) async fn ask(bridge: &Bridge) -> Result<(), Error> {
    bridge.emitter.ping(PATIENCE).await
}
