use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};

use super::health::ping_redis;
use crate::state::{BridgeState, MAX_TAPS};

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `GET /metrics`: all metrics. Pings Redis as `/readyz` does.
pub(super) async fn metrics(State(bridge): State<BridgeState>) -> Response {
    let redis_up = ping_redis(&bridge).await.is_ok();
    let open_taps = MAX_TAPS - bridge.taps.available_permits();
    ([(CONTENT_TYPE, OPENMETRICS)], bridge.metrics.encode(redis_up, open_taps)).into_response()
}
