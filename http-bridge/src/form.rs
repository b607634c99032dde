use bytes::Bytes;
use serde::Deserialize;
use socketio_emitter::{Message, Numbers};

use crate::{
    address::{Address, root},
    body,
    parameters::{self, Fault, given, one},
    problem::Problem,
};

/// An event as a form posts it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Form {
    #[serde(default, deserialize_with = "given")]
    event: Option<String>,
    /// What the servers of some tutorials call it.
    #[serde(default, deserialize_with = "given")]
    action: Option<String>,
    #[serde(default, deserialize_with = "given")]
    data: Option<String>,
    #[serde(default)]
    room: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    #[serde(default = "root", deserialize_with = "one")]
    namespace: String,
    #[serde(default, deserialize_with = "one")]
    volatile: bool,
    #[serde(default, deserialize_with = "given")]
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
