use std::borrow::Borrow;

use axum::{
    Json,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use serde_json::json;
use socketio_emitter::{
    Error, Message,
    adapter::Command,
    message::{Action, CheckedMessage, Verb},
    request::{self, Ack, Request, ServerAck},
};
use tracing::{Span, field};

use crate::{
    metrics::QuestionKind,
    params::{ParameterError, SendParams},
    responses::{AnswerFormat, HttpProblem, MAX_DOCUMENT_ANSWERS, answer_response},
    state::BridgeState,
};

/// Sends a message, if it is allowed. The response is the receipt, the acknowledgements (`ack`) or the Redis command
/// (`dry_run`).
pub(super) async fn send_message(
    bridge: &BridgeState,
    message: impl Borrow<Message> + TryInto<CheckedMessage, Error: Into<Error>>,
    params: &SendParams,
    headers: &HeaderMap,
) -> Result<Response, HttpProblem> {
    let action = &message.borrow().action;
    if let Action::Emit { event, .. } | Action::ServerEmit { event, .. } = action {
        Span::current().record("event", field::debug(event));
    }
    bridge.config.allowed_events.check(action)?;
    let verb = action.verb();
    match (params.ack, verb) {
        (None, _) => {}
        (Some(_), Verb::Emit) => {
            let request = bridge.emitter.request::<Ack>(message);
            return send_with_ack(bridge, request, QuestionKind::Acks, params, headers).await;
        }
        (Some(_), Verb::ServerEmit) => {
            let request = bridge.emitter.request::<ServerAck>(message);
            return send_with_ack(bridge, request, QuestionKind::ServerAcks, params, headers).await;
        }
        (Some(_), Verb::Join | Verb::Leave | Verb::Disconnect) => {
            let reason = format!("servers do not acknowledge {verb}; leave out ack");
            return Err(HttpProblem::query(ParameterError::new("ack", reason)));
        }
    }
    let outgoing = bridge.emitter.send(message).timeout(bridge.config.send_timeout(params.timeout));
    if params.dry_run {
        return Ok(command_response(&outgoing.command().await?));
    }
    let receipt = outgoing.require_servers(params.require_servers.unwrap_or(0)).await?;
    Span::current().record("servers", receipt.servers);
    bridge.metrics.record_taken(verb, receipt.adapter, receipt.servers);
    Ok(Json(receipt).into_response())
}

async fn send_with_ack<A>(
    bridge: &BridgeState,
    question: Request<A>,
    kind: QuestionKind,
    params: &SendParams,
    headers: &HeaderMap,
) -> Result<Response, HttpProblem>
where
    A: request::Response + Serialize,
{
    let timeout = bridge.config.question_timeout("ack", params.ack)?;
    let mut question = question.timeout(timeout).require_servers(params.require_servers.unwrap_or(0));
    if params.dry_run {
        return Ok(command_response(&question.command().await?));
    }
    if let Some(acks) = params.expect {
        question = question.expect(acks);
    }
    let format = AnswerFormat::negotiate(headers);
    if format == AnswerFormat::Document {
        question = question.limit(MAX_DOCUMENT_ANSWERS);
    }
    answer_response(bridge, question, kind, format).await
}

fn command_response(command: &Command) -> Response {
    Json(json!({ "command": command })).into_response()
}
