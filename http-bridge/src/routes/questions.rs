//! Questions to the servers: `GET /v1/servers`, `/v1/rooms` and `/v1/sockets`. The answers hold personal data: ids,
//! rooms and the data that servers keep with each socket.

use axum::{extract::State, http::HeaderMap, response::Response};
use serde::Serialize;
use socketio_emitter::request::{self, Request};

use crate::{
    metrics::QuestionKind,
    params::{ParameterError, QueryParams, QuestionOptions, RoomsParams, ServersParams, SocketsParams},
    responses::{AnswerFormat, HttpProblem, MAX_DOCUMENT_ANSWERS, answer_response, count_response},
    state::BridgeState,
};

/// The limit of a document if the request sets none.
pub(crate) const DEFAULT_DOCUMENT_ANSWERS: u64 = 1000;

/// `GET /v1/servers`: the servers that answer.
pub(super) async fn servers(
    State(bridge): State<BridgeState>,
    QueryParams(params): QueryParams<ServersParams>,
    headers: HeaderMap,
) -> Result<Response, HttpProblem> {
    let (namespace, options) = params.split();
    ask(&bridge, bridge.emitter.of(namespace).servers(), QuestionKind::Servers, &options, &headers).await
}

/// `GET /v1/rooms`: the names of the rooms, by default without each socket's own room.
pub(super) async fn rooms(
    State(bridge): State<BridgeState>,
    QueryParams(params): QueryParams<RoomsParams>,
    headers: HeaderMap,
) -> Result<Response, HttpProblem> {
    let (namespace, all, options) = params.split();
    let rooms = bridge.emitter.of(namespace).rooms();
    ask(&bridge, if all { rooms } else { rooms.without_socket_ids() }, QuestionKind::Rooms, &options, &headers).await
}

/// `GET /v1/sockets`: the sockets with their server, rooms and data, by default without handshakes.
pub(super) async fn sockets(
    State(bridge): State<BridgeState>,
    QueryParams(params): QueryParams<SocketsParams>,
    headers: HeaderMap,
) -> Result<Response, HttpProblem> {
    let SocketsParams { namespace, room, except, handshake, count, .. } = &params;
    let mut operator = bridge.emitter.of(namespace).except(except);
    if !room.is_empty() {
        operator = operator.to(room);
    }
    let sockets = match (handshake, count) {
        (true, true) => {
            let reason = "cannot be combined with count=true, which returns no sockets; leave out one of them";
            return Err(HttpProblem::query(ParameterError::new("handshake", reason)));
        }
        (true, false) => operator.fetch_sockets().with_handshake(),
        (false, _) => operator.fetch_sockets(),
    };
    ask(&bridge, sockets, QuestionKind::Sockets, &params.options(), &headers).await
}

async fn ask<A>(
    bridge: &BridgeState,
    question: Request<A>,
    kind: QuestionKind,
    options: &QuestionOptions,
    headers: &HeaderMap,
) -> Result<Response, HttpProblem>
where
    A: request::Response + Serialize,
{
    bridge.config.allowed_events.check_question()?;
    let question = question.timeout(bridge.config.question_timeout("timeout", options.timeout)?);
    let result = match options {
        QuestionOptions { count: true, limit: Some(_), .. } => {
            let reason = "cannot be combined with count=true, which counts all answers; leave out one of them";
            return Err(HttpProblem::query(ParameterError::new("limit", reason)));
        }
        QuestionOptions { count: true, .. } => count_response(bridge, question, kind).await,
        QuestionOptions { limit, .. } => {
            let format = AnswerFormat::negotiate(headers);
            let question = match limit_for(format, *limit)? {
                Some(limit) => question.limit(limit),
                None => question,
            };
            answer_response(bridge, question, kind, format).await
        }
    };
    result.map_err(|problem| problem.in_parameters("event"))
}

/// The limit for a response in this format; `None` for no limit.
fn limit_for(format: AnswerFormat, requested: Option<u64>) -> Result<Option<u64>, HttpProblem> {
    match (format, requested) {
        (AnswerFormat::Lines, requested) => Ok(requested),
        (AnswerFormat::Document, None) => Ok(Some(DEFAULT_DOCUMENT_ANSWERS)),
        (AnswerFormat::Document, Some(limit)) if limit <= MAX_DOCUMENT_ANSWERS => Ok(Some(limit)),
        (AnswerFormat::Document, Some(limit)) => {
            let reason = format!(
                "{limit} exceeds the maximum of {MAX_DOCUMENT_ANSWERS}; use a lower limit, or \
                 Accept: application/x-ndjson, which has no maximum"
            );
            Err(HttpProblem::query(ParameterError::new("limit", reason)))
        }
    }
}
