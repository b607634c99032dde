use axum::{
    body::Body,
    extract::State,
    http::HeaderMap,
    response::Response,
    routing::{MethodRouter, post},
};
use socketio_emitter::{Message, Verb};

use crate::{
    body::{self, Kind},
    config::Bridge,
    form,
    problem::Problem,
    query::{Query, Sending},
    send::send,
};

/// A route whose body is the message. What it does is the route's affair: the body need not say it, and cannot say
/// otherwise.
pub(crate) fn route(verb: Verb) -> MethodRouter<Bridge> {
    post(
        move |State(bridge): State<Bridge>, Query(sending): Query<Sending>, headers: HeaderMap, body: Body| async move {
            let sent = message(&bridge, verb, sending, headers, body).await;
            sent.inspect_err(|problem| bridge.metrics.failed(problem.code()))
        },
    )
}

async fn message(
    bridge: &Bridge,
    verb: Verb,
    sending: Sending,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let sending = sending.checked()?;
    let kind = kind(verb, &headers)?;
    let body = body::read(body, bridge.config.body_limit).await?;
    let numbers = bridge.config.numbers;
    let (message, field) = match kind {
        Kind::Form => form::read(&body, numbers).map(|(message, field)| (message, Some(field)))?,
        Kind::MessagePack => (Message::from_msgpack_as(&body, verb, numbers)?, None),
        _ => (Message::from_json_as(&body, verb, numbers)?, None),
    };
    match message.action.verb() {
        said if said == verb => {}
        said => return Err(Problem::other_verb(verb, said)),
    }
    let sent = send(bridge, message, &sending, &headers).await;
    sent.map_err(|problem| match field {
        Some(field) => problem.in_parameters(field),
        None => problem,
    })
}

fn kind(verb: Verb, headers: &HeaderMap) -> Result<Kind, Problem> {
    match (Kind::told(headers), verb) {
        (Some(kind @ (Kind::Json | Kind::MessagePack | Kind::Untold)), _) => Ok(kind),
        (Some(Kind::Form), Verb::Emit) => Ok(Kind::Form),
        (_, Verb::Emit) => Err(Problem::unsupported_body(
            "application/json, application/msgpack or application/x-www-form-urlencoded (event=…&data=…&room=…)",
        )),
        _ => Err(Problem::unsupported_body("application/json or application/msgpack")),
    }
}
