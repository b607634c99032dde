use axum::{
    Json,
    response::{IntoResponse, Response},
};
use serde_json::json;
use socketio_emitter::{Action, Message};
use tracing::{Span, field};

use crate::{config::Bridge, problem::Problem, query::Sending};

/// Sends a message, if it is allowed, and answers what became of it; or only the command that would say it.
pub(crate) async fn send(bridge: &Bridge, message: Message, sending: &Sending) -> Result<Response, Problem> {
    if let Action::Emit { event, .. } | Action::ServerEmit { event, .. } = &message.action {
        Span::current().record("event", field::debug(event));
    }
    bridge.config.allowed_events.check(&message.action)?;
    let longest = bridge.config.timeout;
    let timeout = sending.timeout.map_or(longest, |timeout| timeout.min(longest));
    let outgoing = bridge.emitter.send(message).timeout(timeout);
    if sending.dry_run {
        let command = outgoing.command().await?;
        return Ok(Json(json!({ "command": command })).into_response());
    }
    let receipt = outgoing.require_servers(sending.require_servers.unwrap_or(0)).await?;
    Span::current().record("servers", receipt.servers);
    Ok(Json(receipt).into_response())
}
