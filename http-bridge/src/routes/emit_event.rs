use axum::{
    body::Body,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use axum_extra::extract::WithRejection;
use futures_util::FutureExt;

use super::send::send_message;
use crate::{
    params::{EmitEventParams, QueryParams},
    requests::{BodyType, parse_argument, read_body},
    responses::HttpProblem,
    state::BridgeState,
};

const BODY_TYPES: &str = "application/json, application/msgpack, text/plain, application/octet-stream or \
                          application/x-www-form-urlencoded (JSON or text)";

/// `POST /v1/emit/{event}`: the body is the event's one argument.
pub(super) async fn emit_event(
    State(bridge): State<BridgeState>,
    WithRejection(Path(event), _): WithRejection<Path<String>, HttpProblem>,
    QueryParams(params): QueryParams<EmitEventParams>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpProblem> {
    let result = handle(&bridge, event, params, &headers, body).boxed().await;
    result.inspect_err(|problem| bridge.metrics.record_failure(problem.code()))
}

async fn handle(
    bridge: &BridgeState,
    event: String,
    params: EmitEventParams,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, HttpProblem> {
    let (address, params) = params.split();
    let params = params.checked()?;
    let body_type = BodyType::from_headers(headers).map_err(|_| HttpProblem::unsupported_body(BODY_TYPES))?;
    let body = read_body(body, bridge.config.body_limit).await?;
    let args = parse_argument(body_type, &body, bridge.config.numbers)?;
    let result = send_message(bridge, address.message(event, args), &params, headers).await;
    result.map_err(|problem| problem.in_parameters("event"))
}
