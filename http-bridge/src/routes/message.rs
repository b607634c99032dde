//! The routes whose body is one message: `/v1/emit`, `/v1/server-emit` and `/v1/sockets/{join,leave,disconnect}`.

use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    response::Response,
    routing::{MethodRouter, post},
};
use socketio_emitter::{Message, message::Verb};

use super::send::send_message;
use crate::{
    params::{QueryParams, SendParams},
    requests::{BodyType, parse_form, read_body},
    responses::HttpProblem,
    state::BridgeState,
};

/// A POST route for messages with this verb. The body may leave out `do`, and may not name another verb.
pub(super) fn route(verb: Verb) -> MethodRouter<BridgeState> {
    post(
        move |State(bridge): State<BridgeState>,
              QueryParams(params): QueryParams<SendParams>,
              headers: HeaderMap,
              body: Body| async move {
            let result = handle(&bridge, verb, params, headers, body).await;
            result.inspect_err(|problem| bridge.metrics.record_failure(problem.code()))
        },
    )
}

async fn handle(
    bridge: &BridgeState,
    verb: Verb,
    params: SendParams,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpProblem> {
    let params = params.checked()?;
    let body_type = body_type(verb, &headers)?;
    let body = read_body(body, bridge.config.body_limit).await?;
    let numbers = bridge.config.numbers;
    let message = match body_type {
        BodyType::Form => {
            let (message, event_field) = parse_form(&body, numbers)?;
            let result = send_message(bridge, message, &params, &headers).await;
            return result.map_err(|problem| problem.in_parameters(event_field));
        }
        BodyType::MessagePack => Message::from_msgpack_as(&body, verb, numbers)?,
        _ => Message::from_json_as(&body, verb, numbers)?,
    };
    match message.action.verb() {
        actual if actual == verb => send_message(bridge, message, &params, &headers).await,
        actual => Err(HttpProblem::wrong_verb(verb, actual)),
    }
}

fn body_type(verb: Verb, headers: &HeaderMap) -> Result<BodyType, HttpProblem> {
    match (BodyType::from_headers(headers), verb) {
        (Ok(body_type @ (BodyType::Json | BodyType::MessagePack | BodyType::Unspecified)), _) => Ok(body_type),
        (Ok(BodyType::Form), Verb::Emit) => Ok(BodyType::Form),
        (_, Verb::Emit) => Err(HttpProblem::unsupported_body(
            "application/json, application/msgpack or application/x-www-form-urlencoded (event=…&data=…&room=…)",
        )),
        _ => Err(HttpProblem::unsupported_body("application/json or application/msgpack")),
    }
}
