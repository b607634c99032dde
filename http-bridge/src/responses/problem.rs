//! Problem documents (RFC 9457), the bodies of all error responses.

mod causes;

use axum::{
    http::{
        HeaderValue, StatusCode, Uri,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use problem_details::{ProblemDetails, ProblemType};
use serde::Serialize;
use socketio_emitter::error::Code;
use utoipa::ToSchema;

pub(crate) use self::causes::{method_not_allowed, not_found};
use super::codes;
use crate::requests::{BodyPosition, RecordFraming};

/// A problem document.
#[derive(Debug)]
pub(crate) struct HttpProblem(Box<ProblemDetails<ProblemMembers>>);

/// The part of a problem for the log and the metrics, as an extension of the response.
#[derive(Debug, Clone)]
pub(crate) struct ProblemLog {
    pub(crate) code: Code,
    /// The detail of a server error.
    pub(crate) reason: Option<String>,
}

/// The members beside those that RFC 9457 defines.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProblemMembers {
    /// Stable, machine-readable name of the problem.
    #[schema(value_type = String)]
    code: Code,
    /// JSON pointer to the invalid value in the body or in the parameter.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pointer: Option<String>,
    /// Name of the invalid parameter of the path, the query or the form.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    parameter: Option<String>,
    /// Line in the body, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = usize, required = false, minimum = 1)]
    line: Option<usize>,
    /// Column in the line, in bytes, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = usize, required = false, minimum = 1)]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = UnknownOutcome, inline, required = false)]
    unknown: Option<UnknownOutcome>,
    /// Index of the failed message of a batch, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false)]
    index: Option<u64>,
    /// Number of messages of a batch that Redis took for certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false)]
    accepted: Option<u64>,
}

/// True if Redis may have taken the message. For a batch: the number of messages that Redis may have taken.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum UnknownOutcome {
    Message(bool),
    Messages(u64),
}

impl ProblemMembers {
    fn new(code: Code) -> Self {
        Self {
            code,
            pointer: None,
            parameter: None,
            line: None,
            column: None,
            unknown: None,
            index: None,
            accepted: None,
        }
    }
}

impl HttpProblem {
    fn new(status: StatusCode, code: Code, title: &str, detail: impl Into<String>) -> Self {
        debug_assert!(codes::is_documented(code, status), "{code} with status {status} is missing in codes.rs");
        let problem_type = Uri::try_from(format!("/problems/{code}")).map(ProblemType::from).unwrap_or_default();
        let members = ProblemMembers::new(code);
        let details =
            ProblemDetails::from_status_code(status).with_type(problem_type).with_title(title).with_detail(detail);
        Self(Box::new(details.with_extensions(members)))
    }

    /// The stable name of the problem.
    pub(crate) fn code(&self) -> Code {
        self.0.extensions.code
    }

    /// The problem of a message that was built from parameters: replaces the pointer by the parameter's name. `event`
    /// is the name of the parameter that held the event.
    pub(crate) fn in_parameters(mut self, event: &str) -> Self {
        let pointer = self.members().pointer.take();
        let parameter = match pointer.as_deref().unwrap_or_default().split('/').nth(1) {
            Some("event") => event,
            Some("rooms") => "room",
            Some("except") => "except",
            Some("namespace") => "namespace",
            _ => {
                self.members().pointer = pointer;
                return self;
            }
        };
        self.in_parameter(parameter)
    }

    /// The problem of a parameter's value.
    pub(crate) fn in_parameter(mut self, parameter: &str) -> Self {
        self.members().parameter = Some(parameter.to_owned());
        self
    }

    /// The problem of a text that starts at this position of the body.
    pub(crate) fn offset_by(mut self, start: BodyPosition) -> Self {
        let ProblemMembers { line, column, .. } = self.members();
        if let (Some(1), Some(column)) = (&line, column) {
            *column += start.column - 1;
        }
        *line = line.map_or(Some(start.line), |line| Some(line + start.line - 1));
        self
    }

    /// The problem of a message that stopped a batch. The counts are those of the fields.
    pub(crate) fn in_batch(mut self, framing: RecordFraming, index: u64, accepted: u64, unknown: u64) -> Self {
        let detail = self.0.detail.take().unwrap_or_default();
        self.0.detail = Some(format!("message {index} (counted from 0), after Redis took {accepted}: {detail}"));
        let members = self.members();
        (members.index, members.accepted, members.unknown) =
            (Some(index), Some(accepted), Some(UnknownOutcome::Messages(unknown)));
        if let (RecordFraming::Array, Some(pointer)) = (framing, &mut members.pointer) {
            pointer.insert_str(0, &format!("/{index}"));
        }
        self
    }

    fn members(&mut self) -> &mut ProblemMembers {
        &mut self.0.extensions
    }
}

impl IntoResponse for HttpProblem {
    fn into_response(self) -> Response {
        let is_server_error = self.0.status.is_some_and(|status| status.is_server_error());
        let reason = self.0.detail.clone().filter(|_| is_server_error);
        let log = ProblemLog { code: self.0.extensions.code, reason };
        let mut response = self.0.into_response();
        response.extensions_mut().insert(log);
        let header = match response.status() {
            StatusCode::SERVICE_UNAVAILABLE => (RETRY_AFTER, HeaderValue::from_static("1")),
            StatusCode::UNAUTHORIZED => (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            _ => return response,
        };
        response.headers_mut().extend([header]);
        response
    }
}
