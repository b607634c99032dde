use std::sync::OnceLock;

use axum::{
    Json,
    body::Body,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use futures_util::stream;
use mime::Mime;
use serde_json::json;
use socketio_emitter::{BatchReceipt, Error, Message};
use tracing::Span;

use crate::{
    body,
    config::Bridge,
    problem::Problem,
    query::{Nothing, Query},
    records::Records,
    split::Framing,
};

/// `POST /v1/batch`: the body is many messages, sent as they come.
pub(crate) async fn batch(
    State(bridge): State<Bridge>,
    Query(Nothing {}): Query<Nothing>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let framing =
        framing(&headers).ok_or_else(|| Problem::unsupported_body("application/json or application/x-ndjson"))?;
    let mut records = Records::new(body, framing, bridge.config.body_limit);
    match send(&bridge, &mut records, framing).await {
        Ok(BatchReceipt { adapter, messages, servers, .. }) => {
            Span::current().record("servers", servers);
            Ok(Json(json!({ "adapter": adapter, "messages": messages, "servers": servers })).into_response())
        }
        Err(problem) => {
            records.drain().await;
            Err(problem)
        }
    }
}

/// Sends every message up to the first that cannot be.
async fn send(bridge: &Bridge, records: &mut Records, framing: Framing) -> Result<BatchReceipt, Problem> {
    let refused = OnceLock::new();
    let messages = stream::unfold(records, async |records| match next(bridge, records).await {
        Ok(message) => Some((bridge.emitter.send(message?), records)),
        Err(problem) => {
            let _ = refused.set(problem);
            None
        }
    });
    let sent = bridge.emitter.send_all(messages).await;
    match (sent, refused.into_inner()) {
        (Ok(receipt), None) => Ok(receipt),
        (Err(Error::Stopped { accepted, unknown, index, source }), _) => {
            Err(Problem::from(*source).stopped(framing, index, accepted, unknown))
        }
        (Ok(BatchReceipt { messages, .. }), Some(problem)) => Err(problem.stopped(framing, messages, messages, 0)),
        (Err(_), Some(problem)) => Err(problem.stopped(framing, 0, 0, 0)),
        (Err(error), None) => Err(Problem::from(error).stopped(framing, 0, 0, 0)),
    }
}

async fn next(bridge: &Bridge, records: &mut Records) -> Result<Option<Message>, Problem> {
    let Some(record) = records.next().await? else {
        return Ok(None);
    };
    let read = Message::from_json_with(&record.text, bridge.config.numbers);
    let message = read.map_err(|error| Problem::from(error).within(record.at))?;
    bridge.config.allowed_events.check(&message.action)?;
    Ok(Some(message))
}

fn framing(headers: &HeaderMap) -> Option<Framing> {
    let told = body::media_type(headers)?;
    match told.as_ref().map_or("application/json", Mime::essence_str) {
        "application/json" => Some(Framing::Array),
        "application/x-ndjson" => Some(Framing::Lines),
        _ => None,
    }
}
