//! `name=value&…`, as queries and forms write it. A name that is not known is an error: a typo must not reach everyone.

use std::time::Duration;

use percent_encoding::percent_decode;
use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, Error as _},
};
use serde_html_form::Deserializer as Pairs;

/// Why parameters cannot be understood, and which one it is.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) parameter: Option<String>,
    pub(crate) reason: String,
}

impl Fault {
    /// Of what one parameter holds.
    pub(crate) fn of(parameter: &str, reason: impl Into<String>) -> Self {
        Self { parameter: Some(parameter.to_owned()), reason: reason.into() }
    }
}

/// Reads them all.
pub(crate) fn read<T: DeserializeOwned>(text: &[u8]) -> Result<T, Fault> {
    // The delimiters are ASCII, so the whole is UTF-8 exactly if every part is. It would be repaired without a word.
    if percent_decode(text).decode_utf8().is_err() {
        return Err(Fault { parameter: None, reason: "it is not UTF-8 once it is decoded".to_owned() });
    }
    serde_path_to_error::deserialize(Pairs::from_bytes(text)).map_err(|error| {
        let parameter = error.path().iter().next().map(ToString::to_string);
        Fault { parameter, reason: error.into_inner().to_string() }
    })
}

/// The one value of a parameter. `name=` is a value, too, and not a parameter that is left out.
pub(crate) fn one<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    match <[T; 1]>::try_from(Vec::deserialize(deserializer)?) {
        Ok([value]) => Ok(value),
        Err(_) => Err(D::Error::custom("it is given more than once")),
    }
}

/// The one value of a parameter that may be left out.
pub(crate) fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    one(deserializer).map(Some)
}

/// A number.
pub(crate) fn number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let text: String = one(deserializer)?;
    text.parse().map(Some).map_err(|_| D::Error::custom("a number looks like 0, 5 or 1000"))
}

/// A number of things, of which there is at least one.
pub(crate) fn some<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    match number(deserializer)? {
        Some(0) => Err(D::Error::custom("it is at least 1; leave it out for as many as there are")),
        number => Ok(number),
    }
}

pub(crate) fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text: String = one(deserializer)?;
    socketio_common::duration(&text).map(Some).map_err(D::Error::custom)
}
