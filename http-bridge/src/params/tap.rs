use std::time::Duration;

use globset::GlobMatcher;
use serde::{Deserialize, Deserializer, de::Error as _};
use utoipa::IntoParams;

use super::pairs::{duration, optional, single};
use crate::openapi::DurationSchema;

/// The parameters of `GET /v1/tap`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct TapParams {
    /// Show only events whose name matches this glob, such as `chat*`.
    #[serde(default, deserialize_with = "glob")]
    #[param(value_type = String, required = false)]
    pub(crate) event: Option<GlobMatcher>,
    /// Show only messages for a room that matches this glob.
    #[serde(default, deserialize_with = "glob")]
    #[param(value_type = String, required = false)]
    pub(crate) room: Option<GlobMatcher>,
    /// Show only messages on a namespace that matches this glob.
    #[serde(default, deserialize_with = "namespace_glob")]
    #[param(value_type = String, required = false)]
    pub(crate) namespace: Option<GlobMatcher>,
    /// Show requests and responses between servers too.
    #[serde(default, deserialize_with = "single")]
    pub(crate) requests: bool,
    /// Stop after N messages.
    #[serde(default, deserialize_with = "optional")]
    #[param(value_type = u64, required = false)]
    pub(crate) count: Option<u64>,
    /// Stop after this time.
    #[serde(default, rename = "for", deserialize_with = "duration")]
    #[param(value_type = DurationSchema, required = false)]
    pub(crate) duration: Option<Duration>,
}

fn glob<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<GlobMatcher>, D::Error> {
    let text: String = single(deserializer)?;
    socketio_common::glob(&text).map(Some).map_err(D::Error::custom)
}

fn namespace_glob<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<GlobMatcher>, D::Error> {
    let text: String = single(deserializer)?;
    socketio_common::namespace_glob(&text).map(Some).map_err(D::Error::custom)
}
