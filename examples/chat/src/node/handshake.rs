use std::{
    fmt,
    time::{SystemTime, UNIX_EPOCH},
};

use axum::http::{
    HeaderMap,
    header::{HOST, ORIGIN},
};
use serde::Deserialize;
use serde_json::Value;

use super::participant::nickname;

/// Most rooms that a client can request.
const MAX_ROOMS: usize = 16;

/// What a node stores about a client when it connects.
#[derive(Debug, Clone, Default)]
pub(crate) struct Handshake {
    /// The time of the connection, in milliseconds since 1970.
    pub(crate) issued: i64,
    /// `auth`, as the client sent it.
    pub(crate) auth: Value,
    /// `None` for a client that only receives.
    pub(crate) nickname: Option<String>,
}

/// The value that the official client calls `auth`.
#[derive(Deserialize, Default)]
struct HandshakeAuth {
    name: Option<String>,
    #[serde(default)]
    rooms: Vec<String>,
}

/// Why a client was refused.
#[derive(Debug)]
pub(crate) struct HandshakeRefusal(&'static str);

impl fmt::Display for HandshakeRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Handshake {
    /// Checks a client's request. Returns the rooms that it requested too.
    pub(crate) fn accept(headers: &HeaderMap, auth: Value) -> Result<(Self, Vec<String>), HandshakeRefusal> {
        if is_cross_origin(headers) {
            return Err(HandshakeRefusal("pages of another site cannot connect"));
        }
        let HandshakeAuth { name, rooms } = match &auth {
            Value::Null => HandshakeAuth::default(),
            auth => HandshakeAuth::deserialize(auth)
                .map_err(|_| HandshakeRefusal("auth must be {name: string, rooms: array of strings}"))?,
        };
        let nickname = match name {
            Some(name) => {
                Some(nickname(&name).ok_or(HandshakeRefusal("the nickname needs at least one visible character"))?)
            }
            None => None,
        };
        if rooms.len() > MAX_ROOMS {
            return Err(HandshakeRefusal("auth has too many rooms"));
        }
        let issued = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as i64);
        Ok((Self { issued, auth, nickname }, rooms))
    }
}

/// True if a page of another site opened the connection. Browsers do not apply the same-origin policy to WebSockets, so
/// that page could post messages in its visitor's name. Programs other than browsers send no Origin header.
fn is_cross_origin(headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    let (Some(origin), host) = (text(ORIGIN), text(HOST)) else { return false };
    let site = origin.split_once("://").map(|(_scheme, site)| site);
    site.is_none() || site != host
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origin_must_equal_host_if_present() {
        let is_cross_origin = |pairs: &[(&'static str, &'static str)]| {
            is_cross_origin(
                &pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect(),
            )
        };
        assert!(!is_cross_origin(&[("host", "127.0.0.1:3001")]));
        assert!(!is_cross_origin(&[("host", "127.0.0.1:3001"), ("origin", "http://127.0.0.1:3001")]));
        assert!(!is_cross_origin(&[("host", "chat.example"), ("origin", "https://chat.example")]));
        assert!(is_cross_origin(&[("host", "127.0.0.1:3001"), ("origin", "http://127.0.0.1:3002")]));
        assert!(is_cross_origin(&[("host", "127.0.0.1:3001"), ("origin", "https://evil.example")]));
        assert!(is_cross_origin(&[("host", "null"), ("origin", "null")]));
        assert!(is_cross_origin(&[("origin", "http://127.0.0.1:3001")]));
    }
}
