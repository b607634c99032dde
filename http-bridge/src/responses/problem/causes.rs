//! The causes of problems: one constructor each for what the bridge finds, and the conversion of emitter errors.

use std::time::Duration;

use axum::{extract::rejection::PathRejection, http::StatusCode};
use socketio_emitter::{
    Error,
    error::{Code, InvalidMessage},
    message::Verb,
};

use super::{HttpProblem, UnknownOutcome};
use crate::{params::ParameterError, requests::BodyPosition, responses::codes::statuses};

impl HttpProblem {
    /// A problem that the bridge itself finds. Its code has one status.
    fn of_bridge(code: Code, title: &str, detail: impl Into<String>) -> Self {
        let status = statuses(code).first().and_then(|status| StatusCode::from_u16(*status).ok());
        Self::new(status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR), code, title, detail)
    }

    pub(crate) fn query(error: ParameterError) -> Self {
        Self::parameters(Code::Query, "The query string is invalid", error)
    }

    pub(crate) fn form(error: ParameterError) -> Self {
        Self::parameters(Code::Form, "The form is invalid", error)
    }

    fn parameters(code: Code, title: &str, ParameterError { parameter, reason }: ParameterError) -> Self {
        let detail = match &parameter {
            Some(parameter) => format!("{parameter}: {reason}"),
            None => reason,
        };
        let mut problem = Self::of_bridge(code, title, detail);
        problem.members().parameter = parameter;
        problem
    }

    pub(crate) fn body_not_utf8(valid_up_to: usize) -> Self {
        let detail = format!(
            "byte {valid_up_to} of the body (counted from 0) is not valid UTF-8; send text as UTF-8, or send bytes as \
             application/octet-stream"
        );
        Self::of_bridge(Code::Utf8, "The body is not valid UTF-8", detail)
    }

    pub(crate) fn body_incomplete() -> Self {
        let detail = "the connection closed, or a chunk was malformed, before the body ended; the incomplete message \
                      was not sent; check the client and any proxy in front of sio-bridge";
        Self::of_bridge(Code::Body, "The body is incomplete", detail)
    }

    pub(crate) fn body_too_slow(timeout: Duration) -> Self {
        let detail = format!(
            "the body, or the next message of a batch, was not complete after {timeout:?} and was not sent; send it \
             faster, or in smaller parts"
        );
        Self::of_bridge(Code::BodyTimeout, "The body arrived too slowly", detail)
    }

    pub(crate) fn body_too_large(limit: usize) -> Self {
        let detail = format!(
            "a body, or one message of a batch, may have up to {limit} bytes; send less, or start sio-bridge with a \
             larger --body-limit"
        );
        Self::of_bridge(Code::BodyTooLarge, "The body is too large", detail)
    }

    pub(crate) fn unsupported_body(accepted: &str) -> Self {
        let detail = format!(
            "this route accepts {accepted}; set Content-Type to the type of the body, send text as UTF-8 and do not \
             compress the body"
        );
        Self::of_bridge(Code::ContentType, "The type of the body is not supported", detail)
    }

    pub(crate) fn not_an_array(position: BodyPosition, expected: &str) -> Self {
        let BodyPosition { line, column } = position;
        let detail = format!("line {line}, column {column}: expected {expected}");
        let mut problem = Self::of_bridge(Code::Json, "The body is not valid JSON", detail);
        (problem.members().line, problem.members().column) = (Some(line), Some(column));
        problem
    }

    /// The message's verb is not the verb of the route.
    pub(crate) fn wrong_verb(route: Verb, actual: Verb) -> Self {
        let path = match actual {
            Verb::Emit => "/v1/emit",
            Verb::Join => "/v1/sockets/join",
            Verb::Leave => "/v1/sockets/leave",
            Verb::Disconnect => "/v1/sockets/disconnect",
            Verb::ServerEmit => "/v1/server-emit",
        };
        let detail = format!("\"do\" must be \"{route}\" or absent on this route; for \"{actual}\" use POST {path}");
        let mut problem = Self::of_bridge(wrong_verb_code(route), "The message is for another route", detail);
        problem.members().pointer = Some("/do".to_owned());
        problem
    }

    pub(crate) fn order_not_allowed(verb: Verb) -> Self {
        let detail = format!(
            "{verb} is not allowed while sio-bridge runs with --allow-event; start it without --allow-event to allow it"
        );
        Self::of_bridge(Code::NotAllowed, "The operation is not allowed", detail)
    }

    pub(crate) fn question_not_allowed() -> Self {
        let detail = "questions about servers, rooms and sockets are not allowed while sio-bridge runs with \
                      --allow-event; start it without --allow-event to allow them";
        Self::of_bridge(Code::NotAllowed, "The question is not allowed", detail)
    }

    pub(crate) fn event_not_allowed(event: &str) -> Self {
        let detail = format!("{event:?} matches no --allow-event of sio-bridge; start it with a glob that matches");
        Self::of_bridge(Code::EventNotAllowed, "The event is not allowed", detail)
    }

    pub(crate) fn not_acceptable() -> Self {
        let detail = "this route responds with text/event-stream or application/x-ndjson; name one of them in Accept";
        Self::of_bridge(Code::Accept, "No accepted response type is available", detail)
    }

    pub(crate) fn too_many_taps(limit: usize) -> Self {
        let detail = format!("{limit} taps are open, which is the maximum; close one, or try again later");
        Self::of_bridge(Code::TooManyTaps, "Too many taps are open", detail)
    }

    pub(crate) fn unauthorized() -> Self {
        let detail = "send the header Authorization: Bearer TOKEN with the token of this sio-bridge";
        Self::of_bridge(Code::Unauthorized, "The token is missing or wrong", detail)
    }

    pub(crate) fn foreign_host() -> Self {
        let detail = "without a token, sio-bridge serves this machine only: the Host header must be localhost or a \
                      loopback address, and the request target a path; start it with SIO_BRIDGE_TOKEN to serve others";
        Self::of_bridge(Code::ForeignHost, "The request is for another host", detail)
    }

    pub(crate) fn web_page() -> Self {
        let detail = "the Origin or Sec-Fetch-Site header shows that a web page made this request, and without a token \
                      sio-bridge serves programs only; start it with SIO_BRIDGE_TOKEN, and keep the token out of web \
                      pages";
        Self::of_bridge(Code::WebPage, "The request comes from a web page", detail)
    }

    /// The result of a readiness probe. It needs no token, so it hides the address of Redis.
    pub(crate) fn redis_not_ready(error: &Error) -> Self {
        let detail = match error {
            Error::Unreachable { source, .. } => source.to_string(),
            error => error.to_string(),
        };
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.code(), "Redis is not ready", detail)
    }
}

impl From<Error> for HttpProblem {
    fn from(error: Error) -> Self {
        let (status, title) = match &error {
            Error::Invalid(InvalidMessage { code: Code::Json, .. }) => {
                (StatusCode::BAD_REQUEST, "The body is not valid JSON")
            }
            Error::Invalid(InvalidMessage { code: Code::Msgpack, .. }) => {
                (StatusCode::BAD_REQUEST, "The body is not valid MessagePack")
            }
            Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "The message is invalid"),
            Error::Unsupported { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "The adapter does not support this"),
            Error::NoServers { .. } => (StatusCode::SERVICE_UNAVAILABLE, "No Socket.IO server was found"),
            Error::SeveralAdapters { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, "Socket.IO servers with different adapters were found")
            }
            Error::TooFewServers { .. } => (StatusCode::SERVICE_UNAVAILABLE, "Too few Socket.IO servers were found"),
            Error::Unrecognised { .. } => (StatusCode::SERVICE_UNAVAILABLE, "Socket.IO servers did not answer"),
            Error::Unreachable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "Redis cannot be reached"),
            Error::Undetected { .. } | Error::Refused(_) => (StatusCode::BAD_GATEWAY, "Redis refused the command"),
            Error::Lost(_) => (StatusCode::BAD_GATEWAY, "The connection to Redis was lost"),
            Error::Timeout(_) => (StatusCode::GATEWAY_TIMEOUT, "Redis did not answer in time"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "The bridge failed"),
        };
        let detail = match &error {
            Error::Invalid(invalid) => invalid.reason.clone(),
            error => error.to_string(),
        };
        let mut problem = Self::new(status, error.code(), title, detail);
        problem.members().unknown = error.may_have_been_taken().then_some(UnknownOutcome::Message(true));
        if let Error::Invalid(InvalidMessage { pointer, position, .. }) = error {
            problem.members().pointer = Some(pointer).filter(|pointer| !pointer.is_empty());
            (problem.members().line, problem.members().column) = position.unzip();
        }
        problem
    }
}

impl From<PathRejection> for HttpProblem {
    fn from(rejection: PathRejection) -> Self {
        Self::of_bridge(Code::Path, "The path is invalid", rejection.body_text())
    }
}

pub(crate) async fn not_found() -> HttpProblem {
    let detail = "the routes are POST /v1/emit, /v1/emit/{event}, /v1/batch, /v1/server-emit, \
                  /v1/sockets/join, /v1/sockets/leave and /v1/sockets/disconnect, and GET /v1/servers, \
                  /v1/rooms, /v1/sockets, /v1/tap, /livez, /readyz, /metrics and /openapi.json";
    HttpProblem::of_bridge(Code::NotFound, "The route does not exist", detail)
}

pub(crate) async fn method_not_allowed() -> HttpProblem {
    let detail = "this route does not have this method; use one from the Allow header";
    HttpProblem::of_bridge(Code::Method, "The method is not allowed", detail)
}

/// The code of a message whose verb is not the verb of its route.
fn wrong_verb_code(route: Verb) -> Code {
    match route {
        Verb::Emit => Code::NotEmit,
        Verb::ServerEmit => Code::NotServerEmit,
        Verb::Join => Code::NotJoin,
        Verb::Leave => Code::NotLeave,
        Verb::Disconnect => Code::NotDisconnect,
    }
}
