use bytes::Bytes;
use serde::Deserialize;
use socketio_emitter::{Message, Numbers};
use utoipa::ToSchema;

use crate::{
    address::{Address, root},
    body,
    parameters::{self, Fault, given, one},
    problem::Problem,
};

/// An event as a form posts it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Form {
    /// The event's name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    event: Option<String>,
    /// The same, as the servers of some tutorials call it: one of the two is needed.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    action: Option<String>,
    /// The one argument: JSON if it reads as JSON, and otherwise text.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = String, required = false)]
    data: Option<String>,
    /// Only to sockets in this room, or in any of these.
    #[serde(default)]
    room: Vec<String>,
    /// But not to those in this room; repeatable.
    #[serde(default)]
    except: Vec<String>,
    /// The namespace, `/` by default.
    #[serde(default = "root", deserialize_with = "one")]
    namespace: String,
    /// Dropped where a client's connection is not ready to take it.
    #[serde(default, deserialize_with = "one")]
    volatile: bool,
    /// Whether servers may compress it.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = bool, required = false)]
    compress: Option<bool>,
}

/// Reads a form: the event, and the name of the field that named it.
///
/// # Errors
/// 400 for fields that are missing, not known or not understood; 422 for data that could not arrive whole.
pub(crate) fn read(body: &Bytes, numbers: Numbers) -> Result<(Message, &'static str), Problem> {
    let form: Form = parameters::read(body).map_err(|fault| misunderstood(body, fault))?;
    let (field, event) = match (form.event, form.action) {
        (Some(event), None) => ("event", event),
        (None, Some(event)) => ("action", event),
        (Some(_), Some(_)) => return Err(wrong("action", "event and action name the same thing; leave out one")),
        (None, None) => return Err(wrong("event", "it is missing: the event's name")),
    };
    let args = match form.data {
        Some(data) => body::json_or_text(data.as_bytes(), numbers).map_err(|problem| problem.in_parameter("data"))?,
        None => Default::default(),
    };
    let Form { room, except, namespace, volatile, compress, .. } = form;
    Ok((Address { room, except, namespace, volatile, compress }.message(event, args), field))
}

fn wrong(parameter: &str, reason: &str) -> Problem {
    Problem::form(Fault { parameter: Some(parameter.to_owned()), reason: reason.to_owned() })
}

/// curl calls everything a form that it is given with `-d`.
fn misunderstood(body: &[u8], mut fault: Fault) -> Problem {
    if body.trim_ascii_start().starts_with(b"{") {
        fault.parameter = None;
        fault.reason = "this looks like JSON; say Content-Type: application/json (curl --json)".to_owned();
    }
    Problem::form(fault)
}
