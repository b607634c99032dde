use bytes::Bytes;
use socketio_emitter::{Args, Binary, Error, message::Numbers};

use super::BodyType;
use crate::responses::HttpProblem;

/// The body as the one argument of an event; no argument for an empty body.
///
/// # Errors
/// 400 for a body that does not have its type, 422 for a value that Socket.IO cannot carry.
pub(crate) fn parse_argument(body_type: BodyType, body: &Bytes, numbers: Numbers) -> Result<Args, HttpProblem> {
    if body.is_empty() {
        return Ok(Args::default());
    }
    Ok(match body_type {
        BodyType::Json => Args::from_json(body, numbers)?,
        BodyType::MessagePack => Args::from_msgpack(body, numbers)?,
        BodyType::Text => Args::new(text(body)?)?,
        BodyType::Binary => Args::new(&Binary(body))?,
        BodyType::Form | BodyType::Unspecified => parse_json_or_text(body, numbers)?,
    })
}

/// The bytes as an argument: the JSON value if they are valid JSON, else a string.
///
/// # Errors
/// As for [`parse_argument`].
pub(super) fn parse_json_or_text(bytes: &[u8], numbers: Numbers) -> Result<Args, HttpProblem> {
    Ok(match Args::from_json(bytes, numbers) {
        Err(Error::Invalid(invalid)) if invalid.code == "json" => Args::new(text(bytes)?)?,
        result => result?,
    })
}

fn text(bytes: &[u8]) -> Result<&str, HttpProblem> {
    str::from_utf8(bytes).map_err(|error| HttpProblem::body_not_utf8(error.valid_up_to()))
}
