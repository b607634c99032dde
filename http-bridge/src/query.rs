//! What a query may say. A parameter that is not known is an error: a typo must not reach everyone.

use std::time::Duration;

use serde::{Deserialize, Deserializer, de::Error};

use crate::problem::Problem;

/// How to send.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sending {
    #[serde(default)]
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
    pub(crate) room: Vec<String>,
    #[serde(default)]
    pub(crate) except: Vec<String>,
    #[serde(default = "root", deserialize_with = "not_empty")]
    pub(crate) namespace: String,
    #[serde(default)]
    pub(crate) volatile: bool,
    #[serde(default, deserialize_with = "given")]
    pub(crate) compress: Option<bool>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default, deserialize_with = "given")]
    require_servers: Option<u64>,
    #[serde(default, deserialize_with = "duration")]
    timeout: Option<Duration>,
}

impl Sending {
    /// # Errors
    /// For parameters that contradict each other.
    pub(crate) fn checked(self) -> Result<Self, Problem> {
        match self.dry_run && self.require_servers.is_some() {
            true => Err(Problem::query("dry_run asks no servers; leave out require_servers")),
            false => Ok(self),
        }
    }
}

impl Addressed {
    /// The part of it that says how to send.
    pub(crate) fn sending(&self) -> Sending {
        Sending { dry_run: self.dry_run, require_servers: self.require_servers, timeout: self.timeout }
    }
}

fn root() -> String {
    "/".to_owned()
}

/// `name=` is a value that failed to arrive; forms would take it for a parameter that is not there.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

fn duration<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let text = String::deserialize(deserializer)?;
    socketio_doors::duration(&text).map(Some).map_err(D::Error::custom)
}

fn not_empty<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    match text.is_empty() {
        true => Err(D::Error::custom("it is empty; was a variable or a template empty?")),
        false => Ok(text),
    }
}
