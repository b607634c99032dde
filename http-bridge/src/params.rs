//! Query parameters. An unknown parameter is an error, because a misspelled `room` would send to every client.

mod address;
mod pairs;
mod questions;
mod send;
mod tap;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::{Deserialize, de::DeserializeOwned};

pub(crate) use self::{
    address::AddressParams,
    pairs::{ParameterError, default_namespace, optional, parse, single},
    questions::{QuestionOptions, RoomsParams, ServersParams, SocketsParams},
    send::{EmitEventParams, SendParams},
    tap::TapParams,
};
use crate::responses::HttpProblem;

/// Extracts the query parameters of a request.
#[derive(Debug)]
pub(crate) struct QueryParams<T>(pub(crate) T);

/// The parameters of a route that takes none.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct NoParams {}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for QueryParams<T> {
    type Rejection = HttpProblem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, HttpProblem> {
        let text = parts.uri.query().unwrap_or_default();
        parse(text.as_bytes()).map(Self).map_err(HttpProblem::query)
    }
}
