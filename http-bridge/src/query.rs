//! What a query may say.

use std::time::Duration;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::{Deserialize, de::DeserializeOwned};
use utoipa::IntoParams;

use crate::{
    address::{Address, root},
    openapi::Time,
    parameters::{self, duration, given, number, one, some},
    problem::Problem,
    questions::Extent,
};

/// The query of a request.
#[derive(Debug)]
pub(crate) struct Query<T>(pub(crate) T);

/// No query at all.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// How to send.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    /// Sends nothing, and answers the Redis command that would be sent.
    #[serde(default, deserialize_with = "one")]
    pub(crate) dry_run: bool,
    /// Sends only if at least so many servers are on the namespace; otherwise the answer is 503 `too-few-servers`.
    #[serde(default, deserialize_with = "number")]
    #[param(value_type = u64, required = false)]
    pub(crate) require_servers: Option<u64>,
    /// How long it may take in all; --timeout is the longest.
    #[serde(default, deserialize_with = "duration")]
    #[param(value_type = Time, required = false)]
    pub(crate) timeout: Option<Duration>,
    /// Waits so long for acknowledgements, and answers them; --timeout is the longest. For events only.
    #[serde(default, deserialize_with = "duration")]
    #[param(value_type = Time, required = false)]
    pub(crate) ack: Option<Duration>,
    /// So many acknowledgements are enough.
    #[serde(default, deserialize_with = "some")]
    #[param(value_type = u64, required = false, minimum = 1)]
    pub(crate) expect: Option<u64>,
}

/// To whom, and how to send: [`Address`] and [`Sending`].
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
    #[serde(default, deserialize_with = "number")]
    require_servers: Option<u64>,
    #[serde(default, deserialize_with = "duration")]
    timeout: Option<Duration>,
    #[serde(default, deserialize_with = "duration")]
    ack: Option<Duration>,
    #[serde(default, deserialize_with = "some")]
    expect: Option<u64>,
}

/// What is asked about servers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Servers {
    /// The namespace, `/` by default.
    #[serde(default = "root", deserialize_with = "one")]
    namespace: String,
    /// No more answers than these: 1000 by default and at most 10000; any number, as lines.
    #[serde(default, deserialize_with = "some")]
    #[param(value_type = u64, required = false, minimum = 1)]
    limit: Option<u64>,
    /// Answers only how many there are.
    #[serde(default, deserialize_with = "one")]
    count: bool,
    /// How long servers have to answer; --timeout is the longest.
    #[serde(default, deserialize_with = "duration")]
    #[param(value_type = Time, required = false)]
    timeout: Option<Duration>,
}

/// What is asked about rooms.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rooms {
    /// The namespace, `/` by default.
    #[serde(default = "root", deserialize_with = "one")]
    namespace: String,
    /// Also the rooms that are one socket's own, named by its id.
    #[serde(default, deserialize_with = "one")]
    all: bool,
    /// No more answers than these: 1000 by default and at most 10000; any number, as lines.
    #[serde(default, deserialize_with = "some")]
    #[param(value_type = u64, required = false, minimum = 1)]
    limit: Option<u64>,
    /// Answers only how many there are.
    #[serde(default, deserialize_with = "one")]
    count: bool,
    /// How long servers have to answer; --timeout is the longest.
    #[serde(default, deserialize_with = "duration")]
    #[param(value_type = Time, required = false)]
    timeout: Option<Duration>,
}

/// What is asked about sockets.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sockets {
    /// Only sockets in this room, or in any of these; every socket of the namespace if none is named.
    #[serde(default)]
    pub(crate) room: Vec<String>,
    /// But not those in this room; repeatable.
    #[serde(default)]
    pub(crate) except: Vec<String>,
    /// The namespace, `/` by default.
    #[serde(default = "root", deserialize_with = "one")]
    pub(crate) namespace: String,
    /// Also headers, cookies among them, address and query of each socket.
    #[serde(default, deserialize_with = "one")]
    pub(crate) handshake: bool,
    /// No more answers than these: 1000 by default and at most 10000; any number, as lines.
    #[serde(default, deserialize_with = "some")]
    #[param(value_type = u64, required = false, minimum = 1)]
    limit: Option<u64>,
    /// Answers only how many there are.
    #[serde(default, deserialize_with = "one")]
    pub(crate) count: bool,
    /// How long servers have to answer; --timeout is the longest.
    #[serde(default, deserialize_with = "duration")]
    #[param(value_type = Time, required = false)]
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
        let (parameter, reason) = match self {
            Self { dry_run: true, require_servers: Some(_), .. } => {
                ("require_servers", "dry_run asks no servers; leave out require_servers")
            }
            Self { ack: None, expect: Some(_), .. } => {
                ("expect", "it is about acknowledgements; say how long to wait for them, such as ack=2s")
            }
            Self { ack: Some(_), timeout: Some(_), .. } => {
                ("timeout", "ack says how long it may take; leave out timeout")
            }
            _ => return Ok(self),
        };
        Err(Problem::query(parameters::Fault::of(parameter, reason)))
    }
}

impl Addressed {
    /// The address, and how to send.
    pub(crate) fn parts(self) -> (Address, Sending) {
        let Self { room, except, namespace, volatile, compress, dry_run, require_servers, timeout, ack, expect } = self;
        let address = Address { room, except, namespace, volatile, compress };
        (address, Sending { dry_run, require_servers, timeout, ack, expect })
    }
}

impl Servers {
    /// The namespace, and how much of it.
    pub(crate) fn parts(self) -> (String, Extent) {
        let Self { namespace, limit, count, timeout } = self;
        (namespace, Extent { limit, count, timeout })
    }
}

impl Rooms {
    /// The namespace, whether rooms of single sockets count, and how much of it.
    pub(crate) fn parts(self) -> (String, bool, Extent) {
        let Self { namespace, all, limit, count, timeout } = self;
        (namespace, all, Extent { limit, count, timeout })
    }
}

impl Sockets {
    /// How much of it.
    pub(crate) fn extent(&self) -> Extent {
        Extent { limit: self.limit, count: self.count, timeout: self.timeout }
    }
}
