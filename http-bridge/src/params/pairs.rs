//! Parsing `name=value&…`, the syntax of query strings and forms.

use std::time::Duration;

use percent_encoding::percent_decode;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};

/// Why the parameters are invalid.
#[derive(Debug)]
pub(crate) struct ParameterError {
    /// The name of the invalid parameter, unless the error concerns all of them.
    pub(crate) parameter: Option<String>,
    pub(crate) reason: String,
}

impl ParameterError {
    pub(crate) fn new(parameter: &str, reason: impl Into<String>) -> Self {
        Self { parameter: Some(parameter.to_owned()), reason: reason.into() }
    }
}

/// Parses all parameters of a query string or form.
pub(crate) fn parse<T: DeserializeOwned>(text: &[u8]) -> Result<T, ParameterError> {
    // The deserializer would replace invalid UTF-8 instead of refusing it. The delimiters are ASCII, so the text is
    // valid exactly if each part is.
    if percent_decode(text).decode_utf8().is_err() {
        let reason = "not valid UTF-8 after percent-decoding; percent-encode the UTF-8 bytes of each value".to_owned();
        return Err(ParameterError { parameter: None, reason });
    }
    serde_path_to_error::deserialize(serde_html_form::Deserializer::from_bytes(text)).map_err(|error| {
        let parameter = error.path().iter().next().map(ToString::to_string);
        ParameterError { parameter, reason: error.into_inner().to_string() }
    })
}

/// Deserializes a parameter that may be given once. `name=` gives it an empty value.
pub(crate) fn single<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    match <[T; 1]>::try_from(Vec::deserialize(deserializer)?) {
        Ok([value]) => Ok(value),
        Err(_) => Err(D::Error::custom("given more than once; give it once")),
    }
}

/// Like [`single`], for a parameter without a default.
pub(crate) fn optional<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    single(deserializer).map(Some)
}

/// Deserializes a whole number from 0.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text: String = single(deserializer)?;
    text.parse().map(Some).map_err(|_| D::Error::custom("expected a whole number, such as 0, 5 or 1000"))
}

/// Deserializes a whole number from 1.
pub(crate) fn positive_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match number(deserializer)? {
        Some(0) => Err(D::Error::custom("must be at least 1; leave it out to set no limit")),
        number => Ok(number),
    }
}

/// Deserializes a duration with a unit, such as `250ms` or `5s`.
pub(crate) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text: String = single(deserializer)?;
    socketio_common::duration(&text).map(Some).map_err(D::Error::custom)
}

/// The default of `namespace`.
pub(crate) fn default_namespace() -> String {
    "/".to_owned()
}
