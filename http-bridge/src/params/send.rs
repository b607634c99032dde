use std::time::Duration;

use serde::Deserialize;
use utoipa::IntoParams;

use super::{
    address::AddressParams,
    pairs::{ParameterError, default_namespace, duration, number, optional, positive_number, single},
};
use crate::{openapi::DurationSchema, responses::HttpProblem};

/// How to send a message.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct SendParams {
    /// Return the Redis command without sending it.
    #[serde(default, deserialize_with = "single")]
    pub(crate) dry_run: bool,
    /// Require at least N servers on the namespace. With fewer, nothing is sent and the response is 503
    /// `too-few-servers`.
    #[serde(default, deserialize_with = "number")]
    #[param(value_type = u64, required = false)]
    pub(crate) require_servers: Option<u64>,
    /// Time limit for the whole request. The maximum is `--timeout`.
    #[serde(default, deserialize_with = "duration")]
    #[param(value_type = DurationSchema, required = false)]
    pub(crate) timeout: Option<Duration>,
    /// Wait this long for acknowledgements, and return them. The maximum is `--timeout`. For events only.
    #[serde(default, deserialize_with = "duration")]
    #[param(value_type = DurationSchema, required = false)]
    pub(crate) ack: Option<Duration>,
    /// Stop waiting after N acknowledgements.
    #[serde(default, deserialize_with = "positive_number")]
    #[param(value_type = u64, required = false, minimum = 1)]
    pub(crate) expect: Option<u64>,
}

/// [`AddressParams`] and [`SendParams`] together. `#[serde(flatten)]` does not work with repeated parameters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct EmitEventParams {
    #[serde(default)]
    room: Vec<String>,
    #[serde(default)]
    except: Vec<String>,
    #[serde(default = "default_namespace", deserialize_with = "single")]
    namespace: String,
    #[serde(default, deserialize_with = "single")]
    volatile: bool,
    #[serde(default, deserialize_with = "optional")]
    compress: Option<bool>,
    #[serde(default, deserialize_with = "single")]
    dry_run: bool,
    #[serde(default, deserialize_with = "number")]
    require_servers: Option<u64>,
    #[serde(default, deserialize_with = "duration")]
    timeout: Option<Duration>,
    #[serde(default, deserialize_with = "duration")]
    ack: Option<Duration>,
    #[serde(default, deserialize_with = "positive_number")]
    expect: Option<u64>,
}

impl SendParams {
    /// # Errors
    /// 400 for parameters that cannot be combined.
    pub(crate) fn checked(self) -> Result<Self, HttpProblem> {
        let (parameter, reason) = match self {
            Self { dry_run: true, require_servers: Some(_), .. } => {
                ("require_servers", "cannot be combined with dry_run, which counts no servers; leave out one of them")
            }
            Self { ack: None, expect: Some(_), .. } => {
                ("expect", "requires ack, the time to wait for acknowledgements; add it, such as ack=2s")
            }
            Self { ack: Some(_), timeout: Some(_), .. } => {
                ("timeout", "cannot be combined with ack, which is the time limit; leave out timeout")
            }
            _ => return Ok(self),
        };
        Err(HttpProblem::query(ParameterError::new(parameter, reason)))
    }
}

impl EmitEventParams {
    pub(crate) fn split(self) -> (AddressParams, SendParams) {
        let Self { room, except, namespace, volatile, compress, dry_run, require_servers, timeout, ack, expect } = self;
        let address = AddressParams { room, except, namespace, volatile, compress };
        (address, SendParams { dry_run, require_servers, timeout, ack, expect })
    }
}
