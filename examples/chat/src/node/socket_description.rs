use std::net::SocketAddr;

use axum::{extract::ConnectInfo, http::HeaderValue};
use serde_json::{Map, Value, json};
use socketio_emitter::Date;
use socketioxide::extract::SocketRef;

use super::handshake::Handshake;

/// A socket in the JSON form of Socket.IO servers in Node.js.
pub(super) fn socket_description(socket: &SocketRef) -> Value {
    let request = socket.req_parts();
    let text = |value: &HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers: Map<String, Value> =
        request.headers.iter().map(|(name, value)| (name.to_string(), text(value).into())).collect();
    let query: Map<String, Value> = request
        .uri
        .query()
        .unwrap_or_default()
        .split('&')
        .filter_map(|pair| {
            let (name, value) = pair.split_once('=')?;
            Some((name.to_owned(), value.into()))
        })
        .collect();
    let address = request.extensions.get::<ConnectInfo<SocketAddr>>().map(|from| from.0.ip().to_string());
    let Handshake { issued, auth, nickname } = socket.extensions.get().unwrap_or_default();
    json!({
        "id": socket.id.to_string(),
        "handshake": {
            "headers": headers,
            "time": Date::from_unix_ms(issued).to_string(),
            "address": address,
            "xdomain": request.headers.contains_key("origin"),
            "secure": false,
            "issued": issued,
            "url": request.uri.to_string(),
            "query": query,
            "auth": auth,
        },
        "rooms": socket.rooms(),
        "data": { "name": nickname },
    })
}
