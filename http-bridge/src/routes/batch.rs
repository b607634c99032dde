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
use socketio_emitter::{BatchReceipt, Error, Message, message::CheckedMessage};
use tracing::Span;

use crate::{
    metrics::BatchMetrics,
    params::{NoParams, QueryParams},
    requests::{RecordFraming, RecordReader, UnsupportedBody, content_type},
    responses::HttpProblem,
    state::BridgeState,
};

/// `POST /v1/batch`: sends the messages of the body while they arrive.
pub(super) async fn batch(
    State(bridge): State<BridgeState>,
    QueryParams(NoParams {}): QueryParams<NoParams>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, HttpProblem> {
    let framing =
        framing(&headers).map_err(|_| HttpProblem::unsupported_body("application/json or application/x-ndjson"))?;
    let mut records = RecordReader::new(body, framing, bridge.config.body_limit);
    match send_records(&bridge, &mut records, framing).await {
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

/// Sends the messages up to the first one that is invalid or fails.
async fn send_records(
    bridge: &BridgeState,
    records: &mut RecordReader,
    framing: RecordFraming,
) -> Result<BatchReceipt, HttpProblem> {
    let read_problem = OnceLock::new();
    let metrics = BatchMetrics::new(bridge);
    let messages = stream::unfold(records, async |records| match next_message(bridge, records).await {
        Ok(message) => {
            let message = message?;
            metrics.message_read(message.action.verb());
            Some((bridge.emitter.send(message), records))
        }
        Err(problem) => {
            let _ = read_problem.set(problem);
            None
        }
    });
    let result = bridge.emitter.send_all(messages).each(|index, result| metrics.message_done(index, result)).await;
    let (problem, accepted) = match (result, read_problem.into_inner()) {
        (Ok(receipt), None) => {
            bridge.metrics.record_servers(receipt.adapter, receipt.servers);
            return Ok(receipt);
        }
        (Err(Error::Stopped { accepted, unknown, index, source, .. }), _) => {
            return Err(HttpProblem::from(*source).in_batch(framing, index, accepted, unknown));
        }
        (Ok(BatchReceipt { messages, .. }), Some(problem)) => (problem, messages),
        (Err(_), Some(problem)) => (problem, 0),
        (Err(error), None) => (HttpProblem::from(error), 0),
    };
    // BatchMetrics counts sent messages only, and this one was not sent.
    bridge.metrics.record_failure(problem.code());
    Err(problem.in_batch(framing, accepted, accepted, 0))
}

async fn next_message(bridge: &BridgeState, records: &mut RecordReader) -> Result<Option<CheckedMessage>, HttpProblem> {
    let Some(record) = records.next().await? else {
        return Ok(None);
    };
    bridge.metrics.batch_messages.inc();
    let message = Message::from_json_with(&record.text, bridge.config.numbers)
        .map_err(|error| HttpProblem::from(error).offset_by(record.position))?;
    bridge.config.allowed_events.check(&message.action)?;
    Ok(Some(message))
}

fn framing(headers: &HeaderMap) -> Result<RecordFraming, UnsupportedBody> {
    let media_type = content_type(headers)?;
    match media_type.as_ref().map_or("application/json", Mime::essence_str) {
        "application/json" => Ok(RecordFraming::Array),
        "application/x-ndjson" => Ok(RecordFraming::Lines),
        _ => Err(UnsupportedBody),
    }
}
