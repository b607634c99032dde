use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use axum_extra::extract::{Query, WithRejection};
use serde_json::json;
use socketio_emitter::{Action, Message, Outgoing};
use tracing::{Span, field};

use crate::{
    body::{self, Kind},
    config::Bridge,
    problem::Problem,
    query::{Addressed, Sending},
};

const KINDS: &str =
    "application/json, text/plain, application/octet-stream or application/x-www-form-urlencoded (JSON or text)";

/// `POST /v1/emit`: the body is the message.
pub(crate) async fn message(
    State(bridge): State<Bridge>,
    WithRejection(Query(sending), _): WithRejection<Query<Sending>, Problem>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let sending = sending.checked()?;
    let Some(Kind::Json | Kind::Untold) = Kind::told(&headers) else {
        return Err(Problem::unsupported_body("application/json"));
    };
    let body = body::read(body, bridge.config.body_limit).await?;
    let message = Message::from_json_with(&body, bridge.config.numbers)?;
    let Action::Emit { event, .. } = &message.action else {
        return Err(Problem::not_emit(message.name()));
    };
    admit(&bridge, event)?;
    send(&bridge, bridge.emitter.send(message), &sending).await
}

/// `POST /v1/emit/{event}`: the body is the one argument.
pub(crate) async fn event(
    State(bridge): State<Bridge>,
    WithRejection(Path(event), _): WithRejection<Path<String>, Problem>,
    WithRejection(Query(to), _): WithRejection<Query<Addressed>, Problem>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let sending = to.sending().checked()?;
    let kind = Kind::told(&headers).ok_or_else(|| Problem::unsupported_body(KINDS))?;
    admit(&bridge, &event)?;
    let body = body::read(body, bridge.config.body_limit).await?;
    let args = body::argument(kind, &body, bridge.config.numbers)?;

    let mut io = bridge.emitter.of(&to.namespace);
    if !to.room.is_empty() {
        io = io.to(&to.room);
    }
    if !to.except.is_empty() {
        io = io.except(&to.except);
    }
    if to.volatile {
        io = io.volatile();
    }
    if let Some(compress) = to.compress {
        io = io.compress(compress);
    }
    send(&bridge, io.emit_args(event, args), &sending).await.map_err(Problem::in_query)
}

/// Notes the event for the log, and refuses one that is not allowed.
fn admit(bridge: &Bridge, event: &str) -> Result<(), Problem> {
    Span::current().record("event", field::debug(event));
    bridge.config.allowed_events.check(event)
}

async fn send(bridge: &Bridge, outgoing: Outgoing, sending: &Sending) -> Result<Response, Problem> {
    let longest = bridge.config.timeout;
    let outgoing = outgoing.timeout(sending.timeout.map_or(longest, |timeout| timeout.min(longest)));
    if sending.dry_run {
        let command = outgoing.command().await?;
        return Ok(Json(json!({ "command": command })).into_response());
    }
    let receipt = outgoing.require_servers(sending.require_servers.unwrap_or(0)).await?;
    Span::current().record("servers", receipt.servers);
    Ok(Json(receipt).into_response())
}
