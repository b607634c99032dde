//! Which problems there are.

use std::time::Duration;

use axum::{extract::rejection::PathRejection, http::StatusCode};
use socketio_emitter::{Error, Invalid, Verb};

use super::{Problem, Unknown};
use crate::{parameters::Fault, split::Position};

impl Problem {
    pub(crate) fn query(fault: Fault) -> Self {
        Self::parameters("query", "The query cannot be understood", fault)
    }

    pub(crate) fn form(fault: Fault) -> Self {
        Self::parameters("form", "The form cannot be understood", fault)
    }

    fn parameters(code: &'static str, title: &str, Fault { parameter, reason }: Fault) -> Self {
        let detail = match &parameter {
            Some(parameter) => format!("{parameter}: {reason}"),
            None => reason,
        };
        let mut problem = Self::new(StatusCode::BAD_REQUEST, code, title, detail);
        problem.members().parameter = parameter;
        problem
    }

    pub(crate) fn body_is_no_text(valid: usize) -> Self {
        let detail = format!("text must be UTF-8, and byte {valid} of the body (counted from 0) is not");
        Self::new(StatusCode::BAD_REQUEST, "utf-8", "The body is no text", detail)
    }

    pub(crate) fn body_broke_off() -> Self {
        let detail = "the connection broke, or the chunks were malformed; what was not complete was not sent";
        Self::new(StatusCode::BAD_REQUEST, "body", "The body could not be read", detail)
    }

    pub(crate) fn body_too_slow(patience: Duration) -> Self {
        let detail = format!("it was not complete after {patience:?}, and so it was not sent");
        Self::new(StatusCode::REQUEST_TIMEOUT, "body-timeout", "The body came too slowly", detail)
    }

    pub(crate) fn body_too_large(limit: usize) -> Self {
        let detail = format!(
            "a body, or a message of a batch, may have {limit} bytes; start sio-bridge with a higher --body-limit to raise that"
        );
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "body-too-large", "The body is too large", detail)
    }

    pub(crate) fn unsupported_body(accepted: &str) -> Self {
        let detail = format!("this route takes {accepted}, uncompressed, text in UTF-8; say so in Content-Type");
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content-type", "The body is of another type", detail)
    }

    pub(crate) fn no_array(at: Position, expected: &str) -> Self {
        let detail = format!("here was expected: {expected}");
        let mut problem = Self::new(StatusCode::BAD_REQUEST, "json", "The body is no valid JSON", detail);
        (problem.members().line, problem.members().column) = (Some(at.line), Some(at.column));
        problem
    }

    /// The message does something else than its route.
    pub(crate) fn other_verb(route: Verb, said: Verb) -> Self {
        let code = match route {
            Verb::Emit => "not-emit",
            Verb::Join => "not-join",
            Verb::Leave => "not-leave",
            Verb::Disconnect => "not-disconnect",
            Verb::ServerEmit => "not-server-emit",
        };
        let path = match said {
            Verb::Emit => "/v1/emit",
            Verb::Join => "/v1/sockets/join",
            Verb::Leave => "/v1/sockets/leave",
            Verb::Disconnect => "/v1/sockets/disconnect",
            Verb::ServerEmit => "/v1/server-emit",
        };
        let title = format!("The message is no {route}");
        let detail = format!("\"do\" may be left out here, where it is {route}; for {said} ask POST {path}");
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, &title, detail);
        problem.members().pointer = Some("/do".to_owned());
        problem
    }

    pub(crate) fn not_allowed(verb: Verb) -> Self {
        let detail = format!("sio-bridge was started with --allow-event, so that it sends events only, and no {verb}");
        Self::new(StatusCode::FORBIDDEN, "not-allowed", "The order is not allowed", detail)
    }

    pub(crate) fn question_not_allowed() -> Self {
        let detail =
            "sio-bridge was started with --allow-event, so that it sends events and does not tell who is there";
        Self::new(StatusCode::FORBIDDEN, "not-allowed", "The question is not allowed", detail)
    }

    pub(crate) fn event_not_allowed(event: &str) -> Self {
        let detail = format!("{event:?} matches none of the globs that sio-bridge was given with --allow-event");
        Self::new(StatusCode::FORBIDDEN, "event-not-allowed", "The event is not allowed", detail)
    }

    pub(crate) fn not_acceptable() -> Self {
        let detail = "this route answers with text/event-stream or application/x-ndjson; accept one of them";
        Self::new(StatusCode::NOT_ACCEPTABLE, "accept", "No such answer can be given", detail)
    }

    pub(crate) fn too_many_taps(limit: usize) -> Self {
        let detail = format!("{limit} are open, and each has connections to Redis of its own; end one of them first");
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-taps", "Too many taps are open", detail)
    }

    pub(crate) fn unauthorized() -> Self {
        let detail = "the header Authorization: Bearer TOKEN is missing, or the token is another";
        Self::new(StatusCode::UNAUTHORIZED, "unauthorized", "The token is missing or wrong", detail)
    }

    pub(crate) fn foreign_host() -> Self {
        let detail = "the Host header must be localhost or a loopback address, and the request line a path: without a \
                      token, sio-bridge serves this machine only; start it with SIO_BRIDGE_TOKEN to serve others";
        Self::new(StatusCode::FORBIDDEN, "foreign-host", "The request is for another host", detail)
    }

    pub(crate) fn web_page() -> Self {
        let detail = "Origin or Sec-Fetch-Site says that a web page made this request: without a token, sio-bridge \
                      serves programs only; start it with SIO_BRIDGE_TOKEN, and keep the token out of the page";
        Self::new(StatusCode::FORBIDDEN, "web-page", "The request comes from a web page", detail)
    }

    /// Redis does not answer as it should. The detail keeps its address from whoever asks without a token.
    pub(crate) fn not_ready(error: &Error) -> Self {
        let detail = match error {
            Error::Unreachable { source, .. } => source.to_string(),
            error => error.to_string(),
        };
        Self::new(StatusCode::SERVICE_UNAVAILABLE, error.code(), "Redis is not ready", detail)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, title) = match &error {
            Error::Invalid(Invalid { code: "json", .. }) => (StatusCode::BAD_REQUEST, "The body is no valid JSON"),
            Error::Invalid(Invalid { code: "msgpack", .. }) => {
                (StatusCode::BAD_REQUEST, "The body is no valid MessagePack")
            }
            Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "The message is refused"),
            Error::Unsupported { .. } => (StatusCode::UNPROCESSABLE_ENTITY, "The adapter cannot carry this"),
            Error::NoServers { .. } => (StatusCode::SERVICE_UNAVAILABLE, "No Socket.IO server was found"),
            Error::SeveralAdapters { .. } => {
                (StatusCode::SERVICE_UNAVAILABLE, "Socket.IO servers of several adapters were found")
            }
            Error::TooFewServers { .. } => (StatusCode::SERVICE_UNAVAILABLE, "Too few Socket.IO servers"),
            Error::Unrecognised { .. } => (StatusCode::SERVICE_UNAVAILABLE, "Socket.IO servers are silent"),
            Error::Unreachable { .. } => (StatusCode::SERVICE_UNAVAILABLE, "Redis cannot be reached"),
            Error::Undetected { .. } | Error::Refused(_) => (StatusCode::BAD_GATEWAY, "Redis refused"),
            Error::Lost(_) => (StatusCode::BAD_GATEWAY, "The connection to Redis broke"),
            Error::Timeout(_) => (StatusCode::GATEWAY_TIMEOUT, "Redis did not answer in time"),
            _ => (StatusCode::INTERNAL_SERVER_ERROR, "The bridge failed"),
        };
        let detail = match &error {
            Error::Invalid(invalid) => invalid.reason.clone(),
            error => error.to_string(),
        };
        let mut problem = Self::new(status, error.code(), title, detail);
        problem.members().unknown = error.is_unknown().then_some(Unknown::Message(true));
        if let Error::Invalid(Invalid { pointer, position, .. }) = error {
            problem.members().pointer = Some(pointer).filter(|pointer| !pointer.is_empty());
            (problem.members().line, problem.members().column) = position.unzip();
        }
        problem
    }
}

impl From<PathRejection> for Problem {
    fn from(rejection: PathRejection) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "path", "The path cannot be understood", rejection.body_text())
    }
}

pub(crate) async fn not_found() -> Problem {
    let detail = "the routes are POST /v1/emit, /v1/emit/{event}, /v1/batch, /v1/server-emit, \
                  /v1/sockets/join, /v1/sockets/leave and /v1/sockets/disconnect, and GET /v1/servers, \
                  /v1/rooms, /v1/sockets, /v1/tap, /livez, /readyz, /metrics and /openapi.json";
    Problem::new(StatusCode::NOT_FOUND, "not-found", "There is no such route", detail)
}

pub(crate) async fn wrong_method() -> Problem {
    let detail = "this route takes another method; the header Allow says which";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "method", "The method does not go with this route", detail)
}
