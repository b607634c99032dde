use axum::http::{
    HeaderMap,
    header::{CONTENT_ENCODING, CONTENT_TYPE},
};
use mime::Mime;

/// The type of a request body, by its `Content-Type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BodyType {
    Json,
    MessagePack,
    Text,
    Binary,
    /// The type that curl names for every `-d`, whatever the data is.
    Form,
    /// There is no `Content-Type`.
    Unspecified,
}

/// The body is compressed, is not UTF-8, has several types, or has a type that the bridge does not know.
#[derive(Debug)]
pub(crate) struct UnsupportedBody;

impl BodyType {
    /// The type that the headers name.
    pub(crate) fn from_headers(headers: &HeaderMap) -> Result<Self, UnsupportedBody> {
        let Some(media_type) = content_type(headers)? else {
            return Ok(Self::Unspecified);
        };
        match media_type.essence_str() {
            "application/json" => Ok(Self::Json),
            "application/msgpack" | "application/x-msgpack" | "application/vnd.msgpack" => Ok(Self::MessagePack),
            "text/plain" => Ok(Self::Text),
            "application/octet-stream" => Ok(Self::Binary),
            "application/x-www-form-urlencoded" => Ok(Self::Form),
            _ if media_type.suffix() == Some(mime::JSON) => Ok(Self::Json),
            _ => Err(UnsupportedBody),
        }
    }
}

/// The `Content-Type` of an uncompressed body in UTF-8; `None` without the header.
pub(crate) fn content_type(headers: &HeaderMap) -> Result<Option<Mime>, UnsupportedBody> {
    if headers.get_all(CONTENT_ENCODING).iter().any(|encoding| encoding != "identity") {
        return Err(UnsupportedBody);
    }
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let value = match (values.next(), values.next()) {
        (None, _) => return Ok(None),
        (Some(value), None) => value,
        (Some(_), Some(_)) => return Err(UnsupportedBody),
    };
    let text = value.to_str().map_err(|_| UnsupportedBody)?;
    let media_type: Mime = text.parse().map_err(|_| UnsupportedBody)?;
    match media_type.get_param(mime::CHARSET) {
        Some(charset) if charset != mime::UTF_8 && charset != "us-ascii" => Err(UnsupportedBody),
        _ => Ok(Some(media_type)),
    }
}
