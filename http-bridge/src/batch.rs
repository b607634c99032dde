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
    fates::Fates,
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
    let fates = Fates::new(bridge);
    let messages = stream::unfold(records, async |records| match next(bridge, records).await {
        Ok(message) => {
            let message = message?;
            fates.expect(message.action.verb());
            Some((bridge.emitter.send(message), records))
        }
        Err(problem) => {
            let _ = refused.set(problem);
            None
        }
    });
    let sent = bridge.emitter.send_all(messages).each(|index, fate| fates.tell(index, fate)).await;
    let (problem, accepted) = match (sent, refused.into_inner()) {
        (Ok(receipt), None) => {
            bridge.metrics.saw(receipt.adapter, receipt.servers);
            return Ok(receipt);
        }
        (Err(Error::Stopped { accepted, unknown, index, source }), _) => {
            return Err(Problem::from(*source).stopped(framing, index, accepted, unknown));
        }
        (Ok(BatchReceipt { messages, .. }), Some(problem)) => (problem, messages),
        (Err(_), Some(problem)) => (problem, 0),
        (Err(error), None) => (Problem::from(error), 0),
    };
    // Of this message nobody was told.
    bridge.metrics.failed(problem.code());
    Err(problem.stopped(framing, accepted, accepted, 0))
}

async fn next(bridge: &Bridge, records: &mut Records) -> Result<Option<Message>, Problem> {
    let Some(record) = records.next().await? else {
        return Ok(None);
    };
    bridge.metrics.batch_messages.inc();
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
