//! What a query may say.

use std::time::Duration;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    address::{Address, root},
    parameters::{self, duration, given, one},
    problem::Problem,
};

/// The query of a request.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

/// No query at all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// How to send.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    #[serde(default, deserialize_with = "one")]
    pub(crate) dry_run: bool,
    #[serde(default, deserialize_with = "given")]
    pub(crate) require_servers: Option<u64>,
    #[serde(default, deserialize_with = "duration")]
    pub(crate) timeout: Option<Duration>,
}

/// To whom, and how to send.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Addressed {
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
    #[serde(default, deserialize_with = "one")]
    dry_run: bool,
    #[serde(default, deserialize_with = "given")]
    require_servers: Option<u64>,
    #[serde(default, deserialize_with = "duration")]
    timeout: Option<Duration>,
}

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let text = parts.uri.query().unwrap_or_default();
        parameters::read(text.as_bytes()).map(Self).map_err(Problem::query)
    }
}

impl Sending {
    /// # Errors
    /// For parameters that contradict each other.
    pub(crate) fn checked(self) -> Result<Self, Problem> {
        match self.dry_run && self.require_servers.is_some() {
            true => Err(Problem::query(parameters::Fault {
                parameter: Some("require_servers".to_owned()),
                reason: "dry_run asks no servers; leave out require_servers".to_owned(),
            })),
            false => Ok(self),
        }
    }
}

impl Addressed {
    /// The address, and how to send.
    pub(crate) fn parts(self) -> (Address, Sending) {
        let Self { room, except, namespace, volatile, compress, dry_run, require_servers, timeout } = self;
        (Address { room, except, namespace, volatile, compress }, Sending { dry_run, require_servers, timeout })
    }
}
