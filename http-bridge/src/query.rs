//! What a query may say.

use std::time::Duration;

use axum::{extract::FromRequestParts, http::request::Parts};
use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    address::{Address, root},
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
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    #[serde(default, deserialize_with = "one")]
    pub(crate) dry_run: bool,
    #[serde(default, deserialize_with = "number")]
    pub(crate) require_servers: Option<u64>,
    #[serde(default, deserialize_with = "duration")]
    pub(crate) timeout: Option<Duration>,
    /// Acknowledgements are wanted, and so long they may take.
    #[serde(default, deserialize_with = "duration")]
    pub(crate) ack: Option<Duration>,
    /// So many of them are enough.
    #[serde(default, deserialize_with = "some")]
    pub(crate) expect: Option<u64>,
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
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Servers {
    #[serde(default = "root", deserialize_with = "one")]
    namespace: String,
    #[serde(default, deserialize_with = "some")]
    limit: Option<u64>,
    #[serde(default, deserialize_with = "one")]
    count: bool,
    #[serde(default, deserialize_with = "duration")]
    timeout: Option<Duration>,
}

/// What is asked about rooms.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rooms {
    #[serde(default = "root", deserialize_with = "one")]
    namespace: String,
    #[serde(default, deserialize_with = "one")]
    all: bool,
    #[serde(default, deserialize_with = "some")]
    limit: Option<u64>,
    #[serde(default, deserialize_with = "one")]
    count: bool,
    #[serde(default, deserialize_with = "duration")]
    timeout: Option<Duration>,
}

/// What is asked about sockets.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sockets {
    #[serde(default)]
    pub(crate) room: Vec<String>,
    #[serde(default)]
    pub(crate) except: Vec<String>,
    #[serde(default = "root", deserialize_with = "one")]
    pub(crate) namespace: String,
    #[serde(default, deserialize_with = "one")]
    pub(crate) handshake: bool,
    #[serde(default, deserialize_with = "some")]
    limit: Option<u64>,
    #[serde(default, deserialize_with = "one")]
    pub(crate) count: bool,
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
