use bytes::Bytes;
use serde::Deserialize;
use socketio_emitter::{Message, message::Numbers};
use utoipa::ToSchema;

use super::argument::parse_json_or_text;
use crate::{
    params::{AddressParams, ParameterError, default_namespace, optional, parse, single},
    responses::HttpProblem,
};

/// One event as the fields of a form.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Form)]
#[serde(deny_unknown_fields)]
pub(crate) struct EventForm {
    /// Name of the event. Either `event` or `action` is required.
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = String, required = false)]
    event: Option<String>,
    /// Another name of the field `event`.
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = String, required = false)]
    action: Option<String>,
    /// The one argument: a JSON value if the text is valid JSON, else a string.
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = String, required = false)]
    data: Option<String>,
    /// Send only to sockets in this room (repeatable: in any of the rooms).
    #[serde(default)]
    room: Vec<String>,
    /// Exclude sockets in this room (repeatable).
    #[serde(default)]
    except: Vec<String>,
    /// Namespace. Default: `/`.
    #[serde(default = "default_namespace", deserialize_with = "single")]
    namespace: String,
    /// Drop the event for clients whose connection is not ready.
    #[serde(default, deserialize_with = "single")]
    volatile: bool,
    /// Whether servers may compress the event.
    #[serde(default, deserialize_with = "optional")]
    #[schema(value_type = bool, required = false)]
    compress: Option<bool>,
}

/// Parses a form. Returns the message, and the name of the field that held the event's name.
///
/// # Errors
/// 400 for missing, unknown or invalid fields; 422 for data that Socket.IO cannot carry.
pub(crate) fn parse_form(body: &Bytes, numbers: Numbers) -> Result<(Message, &'static str), HttpProblem> {
    let form: EventForm = parse(body).map_err(|error| HttpProblem::form(with_json_hint(body, error)))?;
    let (field, event) = match (form.event, form.action) {
        (Some(event), None) => ("event", event),
        (None, Some(event)) => ("action", event),
        (Some(_), Some(_)) => {
            return Err(invalid_field("action", "has the same meaning as event; leave out one of them"));
        }
        (None, None) => return Err(invalid_field("event", "is missing; add the name of the event")),
    };
    let args = match form.data {
        Some(data) => parse_json_or_text(data.as_bytes(), numbers).map_err(|problem| problem.in_parameter("data"))?,
        None => Default::default(),
    };
    let EventForm { room, except, namespace, volatile, compress, .. } = form;
    Ok((AddressParams { room, except, namespace, volatile, compress }.message(event, args), field))
}

fn invalid_field(field: &str, reason: &str) -> HttpProblem {
    HttpProblem::form(ParameterError::new(field, reason))
}

/// Explains JSON that was sent with curl's default Content-Type, which is that of forms.
fn with_json_hint(body: &[u8], mut error: ParameterError) -> ParameterError {
    if body.trim_ascii_start().starts_with(b"{") {
        error.parameter = None;
        error.reason = "the body looks like JSON; send it with Content-Type: application/json (curl --json)".to_owned();
    }
    error
}
