use axum::{
    Json,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;
use socketio_emitter::{Action, Answer, Asking, Command, Message};
use tracing::{Span, field};

use crate::{
    answers::{Form, MOST, answer},
    config::Bridge,
    metrics::Question,
    parameters::Fault,
    problem::Problem,
    query::Sending,
};

/// Sends a message, if it is allowed, and answers what became of it; or only the command that would say it.
pub(crate) async fn send(
    bridge: &Bridge,
    message: Message,
    sending: &Sending,
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    if let Action::Emit { event, .. } | Action::ServerEmit { event, .. } = &message.action {
        Span::current().record("event", field::debug(event));
    }
    bridge.config.allowed_events.check(&message.action)?;
    match (sending.ack, &message.action) {
        (None, _) => {}
        (Some(_), Action::Emit { .. }) => {
            return ask(bridge, bridge.emitter.ask(message), Question::Acks, sending, headers).await;
        }
        (Some(_), Action::ServerEmit { .. }) => {
            return ask(bridge, bridge.emitter.ask_servers(message), Question::ServerAcks, sending, headers).await;
        }
        (Some(_), Action::Join { .. } | Action::Leave { .. } | Action::Disconnect { .. }) => {
            let reason = format!("no server acknowledges {}; leave out ack", message.name());
            return Err(Problem::query(Fault::of("ack", reason)));
        }
    }
    let verb = message.action.verb();
    let outgoing = bridge.emitter.send(message).timeout(bridge.config.within(sending.timeout));
    if sending.dry_run {
        return Ok(shown(&outgoing.command().await?));
    }
    let receipt = outgoing.require_servers(sending.require_servers.unwrap_or(0)).await?;
    Span::current().record("servers", receipt.servers);
    bridge.metrics.took(verb, receipt.adapter, receipt.servers);
    Ok(Json(receipt).into_response())
}

/// Sends a message that is to be acknowledged, and answers the acknowledgements.
async fn ask<A>(
    bridge: &Bridge,
    asking: Asking<A>,
    question: Question,
    sending: &Sending,
    headers: &HeaderMap,
) -> Result<Response, Problem>
where
    A: Answer + Serialize,
{
    let patience = bridge.config.patience("ack", sending.ack)?;
    let mut asking = asking.timeout(patience).require_servers(sending.require_servers.unwrap_or(0));
    if sending.dry_run {
        return Ok(shown(&asking.command().await?));
    }
    if let Some(answers) = sending.expect {
        asking = asking.expect(answers);
    }
    match Form::wanted(headers) {
        Form::Document => answer(bridge, asking.limit(MOST), question, Form::Document).await,
        Form::Lines => answer(bridge, asking, question, Form::Lines).await,
    }
}

fn shown(command: &Command) -> Response {
    Json(json!({ "command": command })).into_response()
}
