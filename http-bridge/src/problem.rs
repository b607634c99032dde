//! Every answer that is no success: RFC 9457, with a stable `code`.

mod cause;

use axum::{
    http::{
        HeaderValue, StatusCode, Uri,
        header::{RETRY_AFTER, WWW_AUTHENTICATE},
    },
    response::{IntoResponse, Response},
};
use problem_details::{ProblemDetails, ProblemType};
use serde::Serialize;
use utoipa::ToSchema;

pub(crate) use self::cause::{not_found, wrong_method};
use crate::{
    codes,
    split::{Framing, Position},
};

/// What went wrong, as the client is told.
#[derive(Debug)]
pub(crate) struct Problem(Box<ProblemDetails<Members>>);

/// What the log is told about a problem, left in the response.
#[derive(Debug, Clone)]
pub(crate) struct Note {
    pub(crate) code: &'static str,
    /// Why, where it is not the client's doing.
    pub(crate) reason: Option<String>,
}

/// The members beside those of the RFC.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Members {
    /// A stable, machine-readable name.
    code: &'static str,
    /// Where in the body, or in the parameter, as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pointer: Option<String>,
    /// Which part of the URL or the form, by its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    parameter: Option<String>,
    /// Where in the body's text, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = usize, required = false, minimum = 1)]
    line: Option<usize>,
    /// In bytes, counted from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = usize, required = false, minimum = 1)]
    column: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Unknown, inline, required = false)]
    unknown: Option<Unknown>,
    /// Which message of a batch it was, counted from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false)]
    index: Option<u64>,
    /// How many messages of a batch were taken, for certain.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false)]
    accepted: Option<u64>,
}

/// True if the message may have been taken all the same; of a batch, how many may have been.
#[derive(Debug, Serialize, ToSchema)]
#[serde(untagged)]
enum Unknown {
    Message(bool),
    Messages(u64),
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, title: &str, detail: impl Into<String>) -> Self {
        debug_assert!(codes::is_known(code, status), "{code} with {status} is in no document");
        let kind = Uri::try_from(format!("/problems/{code}")).map(ProblemType::from).unwrap_or_default();
        let members = Members { code, ..Members::default() };
        let details = ProblemDetails::from_status_code(status).with_type(kind).with_title(title).with_detail(detail);
        Self(Box::new(details.with_extensions(members)))
    }

    /// Its stable name.
    pub(crate) fn code(&self) -> &'static str {
        self.0.extensions.code
    }

    /// The same problem of a message that was put together from parameters, one of which named the event.
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

    /// The same problem of what a parameter held.
    pub(crate) fn in_parameter(mut self, parameter: &str) -> Self {
        self.members().parameter = Some(parameter.to_owned());
        self
    }

    /// The same problem of a text that begins further on in the body.
    pub(crate) fn within(mut self, start: Position) -> Self {
        let Members { line, column, .. } = self.members();
        if let (Some(1), Some(column)) = (&line, column) {
            *column += start.column - 1;
        }
        *line = line.map_or(Some(start.line), |line| Some(line + start.line - 1));
        self
    }

    /// The same problem of a message in a batch, which it ended.
    pub(crate) fn stopped(mut self, framing: Framing, index: u64, accepted: u64, unknown: u64) -> Self {
        let detail = self.0.detail.take().unwrap_or_default();
        self.0.detail = Some(format!("message {index} (counted from 0), after {accepted} were taken: {detail}"));
        let members = self.members();
        (members.index, members.accepted, members.unknown) =
            (Some(index), Some(accepted), Some(Unknown::Messages(unknown)));
        if let (Framing::Array, Some(pointer)) = (framing, &mut members.pointer) {
            pointer.insert_str(0, &format!("/{index}"));
        }
        self
    }

    fn members(&mut self) -> &mut Members {
        &mut self.0.extensions
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let failed = self.0.status.is_some_and(|status| status.is_server_error());
        let note = Note { code: self.0.extensions.code, reason: self.0.detail.clone().filter(|_| failed) };
        let mut response = self.0.into_response();
        response.extensions_mut().insert(note);
        let header = match response.status() {
            StatusCode::SERVICE_UNAVAILABLE => (RETRY_AFTER, HeaderValue::from_static("1")),
            StatusCode::UNAUTHORIZED => (WWW_AUTHENTICATE, HeaderValue::from_static("Bearer")),
            _ => return response,
        };
        response.headers_mut().extend([header]);
        response
    }
}
