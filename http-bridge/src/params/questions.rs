use std::time::Duration;

use serde::Deserialize;
use utoipa::IntoParams;

use super::pairs::{default_namespace, duration, positive_number, single};
use crate::openapi::DurationSchema;

/// The parameters of `GET /v1/servers`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct ServersParams {
    /// Namespace. Default: `/`.
    #[serde(default = "default_namespace", deserialize_with = "single")]
    namespace: String,
    /// Return at most N answers. Default: 1000. Maximum: 10000; no maximum with `Accept: application/x-ndjson`.
    #[serde(default, deserialize_with = "positive_number")]
    #[param(value_type = u64, required = false, minimum = 1)]
    limit: Option<u64>,
    /// Return only the number of answers.
    #[serde(default, deserialize_with = "single")]
    count: bool,
    /// Time for servers to answer. The maximum is `--timeout`.
    #[serde(default, deserialize_with = "duration")]
    #[param(value_type = DurationSchema, required = false)]
    timeout: Option<Duration>,
}

/// The parameters of `GET /v1/rooms`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoomsParams {
    /// Namespace. Default: `/`.
    #[serde(default = "default_namespace", deserialize_with = "single")]
    namespace: String,
    /// Include each socket's own room, which is named by its id.
    #[serde(default, deserialize_with = "single")]
    all: bool,
    /// Return at most N answers. Default: 1000. Maximum: 10000; no maximum with `Accept: application/x-ndjson`.
    #[serde(default, deserialize_with = "positive_number")]
    #[param(value_type = u64, required = false, minimum = 1)]
    limit: Option<u64>,
    /// Return only the number of answers.
    #[serde(default, deserialize_with = "single")]
    count: bool,
    /// Time for servers to answer. The maximum is `--timeout`.
    #[serde(default, deserialize_with = "duration")]
    #[param(value_type = DurationSchema, required = false)]
    timeout: Option<Duration>,
}

/// The parameters of `GET /v1/sockets`.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SocketsParams {
    /// Return only sockets in this room (repeatable: in any of the rooms). Default: every socket of the namespace.
    #[serde(default)]
    pub(crate) room: Vec<String>,
    /// Exclude sockets in this room (repeatable).
    #[serde(default)]
    pub(crate) except: Vec<String>,
    /// Namespace. Default: `/`.
    #[serde(default = "default_namespace", deserialize_with = "single")]
    pub(crate) namespace: String,
    /// Include the handshake of each socket: headers with cookies, address and query.
    #[serde(default, deserialize_with = "single")]
    pub(crate) handshake: bool,
    /// Return at most N answers. Default: 1000. Maximum: 10000; no maximum with `Accept: application/x-ndjson`.
    #[serde(default, deserialize_with = "positive_number")]
    #[param(value_type = u64, required = false, minimum = 1)]
    limit: Option<u64>,
    /// Return only the number of answers.
    #[serde(default, deserialize_with = "single")]
    pub(crate) count: bool,
    /// Time for servers to answer. The maximum is `--timeout`.
    #[serde(default, deserialize_with = "duration")]
    #[param(value_type = DurationSchema, required = false)]
    timeout: Option<Duration>,
}

/// The parameters that all questions have.
#[derive(Debug)]
pub(crate) struct QuestionOptions {
    pub(crate) limit: Option<u64>,
    pub(crate) count: bool,
    pub(crate) timeout: Option<Duration>,
}

impl ServersParams {
    /// The namespace and the common options.
    pub(crate) fn split(self) -> (String, QuestionOptions) {
        let Self { namespace, limit, count, timeout } = self;
        (namespace, QuestionOptions { limit, count, timeout })
    }
}

impl RoomsParams {
    /// The namespace, whether to include the sockets' own rooms, and the common options.
    pub(crate) fn split(self) -> (String, bool, QuestionOptions) {
        let Self { namespace, all, limit, count, timeout } = self;
        (namespace, all, QuestionOptions { limit, count, timeout })
    }
}

impl SocketsParams {
    pub(crate) fn options(&self) -> QuestionOptions {
        QuestionOptions { limit: self.limit, count: self.count, timeout: self.timeout }
    }
}
