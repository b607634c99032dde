use std::time::Duration;

use axum::{
    body::Body,
    http::{
        HeaderMap,
        header::{CONTENT_ENCODING, CONTENT_TYPE},
    },
};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use hyper::body::Body as _;
use mime::Mime;
use socketio_emitter::{Args, Binary, Error, Numbers};
use tokio::time::timeout;

use crate::problem::Problem;

/// A client has this long for its whole body, so that slow ones cannot pile up.
pub(crate) const PATIENCE: Duration = Duration::from_secs(10);

/// What a body is said to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Json,
    MessagePack,
    Text,
    Binary,
    /// What curl calls everything that it is given with `-d`.
    Form,
    Untold,
}

impl Kind {
    /// The kind that the headers tell; `None` for one that is not known here.
    pub(crate) fn told(headers: &HeaderMap) -> Option<Self> {
        let Some(told) = media_type(headers)? else {
            return Some(Self::Untold);
        };
        match told.essence_str() {
            "application/json" => Some(Self::Json),
            "application/msgpack" | "application/x-msgpack" | "application/vnd.msgpack" => Some(Self::MessagePack),
            "text/plain" => Some(Self::Text),
            "application/octet-stream" => Some(Self::Binary),
            "application/x-www-form-urlencoded" => Some(Self::Form),
            _ if told.suffix() == Some(mime::JSON) => Some(Self::Json),
            _ => None,
        }
    }
}

/// The type that the headers tell, if they tell one; `None` if they tell two, or a body that is compressed or no UTF-8.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<Option<Mime>> {
    if headers.get_all(CONTENT_ENCODING).iter().any(|encoding| encoding != "identity") {
        return None;
    }
    let mut types = headers.get_all(CONTENT_TYPE).iter();
    let (told, None) = (types.next(), types.next()) else {
        return None;
    };
    let Some(told) = told else {
        return Some(None);
    };
    let told: Mime = told.to_str().ok()?.parse().ok()?;
    match told.get_param(mime::CHARSET) {
        Some(charset) if charset != mime::UTF_8 && charset != "us-ascii" => None,
        _ => Some(Some(told)),
    }
}

/// Reads a whole body, bounded in size (in bytes) and time.
///
/// # Errors
/// 413, 408, or 400 for a body that breaks off.
pub(crate) async fn read(body: Body, limit: usize) -> Result<Bytes, Problem> {
    // A body that says that it is too long need not be read to find out.
    if body.size_hint().lower() > limit as u64 {
        return Err(Problem::body_too_large(limit));
    }
    match timeout(PATIENCE, Limited::new(body, limit).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(Problem::body_too_large(limit)),
        Ok(Err(_)) => Err(Problem::body_broke_off()),
        Err(_) => Err(Problem::body_too_slow(PATIENCE)),
    }
}

/// The body as an event's one argument, or none if it is empty. What has no telling type is JSON if it reads as
/// JSON, and otherwise text.
///
/// # Errors
/// 400 for a body that is not what it is said to be, 422 for what could not arrive whole.
pub(crate) fn argument(kind: Kind, body: &Bytes, numbers: Numbers) -> Result<Args, Problem> {
    if body.is_empty() {
        return Ok(Args::default());
    }
    Ok(match kind {
        Kind::Json => Args::from_json(body, numbers)?,
        Kind::MessagePack => Args::from_msgpack(body, numbers)?,
        Kind::Text => Args::new(text(body)?)?,
        Kind::Binary => Args::new(&Binary(body))?,
        Kind::Form | Kind::Untold => json_or_text(body, numbers)?,
    })
}

/// An argument that is JSON if it reads as JSON, and otherwise text.
///
/// # Errors
/// As for [`argument`].
pub(crate) fn json_or_text(body: &[u8], numbers: Numbers) -> Result<Args, Problem> {
    Ok(match Args::from_json(body, numbers) {
        Err(Error::Invalid(invalid)) if invalid.code == "json" => Args::new(text(body)?)?,
        read => read?,
    })
}

fn text(body: &[u8]) -> Result<&str, Problem> {
    str::from_utf8(body).map_err(|error| Problem::body_is_no_text(error.valid_up_to()))
}
