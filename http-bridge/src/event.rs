use axum::{
    body::Body,
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use axum_extra::extract::WithRejection;
use futures_util::FutureExt;

use crate::{
    body::{self, Kind},
    config::Bridge,
    problem::Problem,
    query::{Addressed, Query},
    send::send,
};

const KINDS: &str = "application/json, application/msgpack, text/plain, application/octet-stream or \
                     application/x-www-form-urlencoded (JSON or text)";

/// `POST /v1/emit/{event}`: the body is the one argument.
pub(crate) async fn event(
    State(bridge): State<Bridge>,
    WithRejection(Path(event), _): WithRejection<Path<String>, Problem>,
    Query(addressed): Query<Addressed>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let sent = emit(&bridge, event, addressed, &headers, body).boxed().await;
    sent.inspect_err(|problem| bridge.metrics.failed(problem.code()))
}

async fn emit(
    bridge: &Bridge,
    event: String,
    addressed: Addressed,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (address, sending) = addressed.parts();
    let sending = sending.checked()?;
    let kind = Kind::told(headers).ok_or_else(|| Problem::unsupported_body(KINDS))?;
    let body = body::read(body, bridge.config.body_limit).await?;
    let args = body::argument(kind, &body, bridge.config.numbers)?;
    let sent = send(bridge, address.message(event, args), &sending, headers).await;
    sent.map_err(|problem| problem.in_parameters("event"))
}
