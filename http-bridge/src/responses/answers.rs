//! The answers to a question, as one document or line by line.

use axum::{
    Json,
    body::Body,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use futures_util::{FutureExt, StreamExt, future::BoxFuture, stream};
use serde::Serialize;
use socketio_emitter::request::{self, Request, ResponseStream, Summary};
use tracing::Span;

use super::{
    accept::{AnswerFormat, NDJSON},
    problem::HttpProblem,
};
use crate::{metrics::QuestionKind, state::BridgeState};

/// The most answers in one document, which is built in memory.
pub(crate) const MAX_DOCUMENT_ANSWERS: u64 = 10_000;

/// The summary with the answers beside it.
#[derive(Serialize)]
struct AnswerDocument<'a, A> {
    #[serde(flatten)]
    summary: &'a Summary,
    answers: Vec<A>,
}

/// Asks the question and returns its answers. Boxed, because nested futures exceed the compiler's recursion limit.
pub(crate) fn answer_response<A>(
    bridge: &BridgeState,
    question: Request<A>,
    kind: QuestionKind,
    format: AnswerFormat,
) -> BoxFuture<'_, Result<Response, HttpProblem>>
where
    A: request::Response + Serialize + Send,
{
    async move {
        let answers = question.stream().await?;
        bridge.metrics.record_question(kind, answers.summary());
        Span::current().record("servers", answers.summary().servers);
        Ok(match format {
            AnswerFormat::Document => document_response(bridge, answers, kind).await,
            AnswerFormat::Lines => lines_response(bridge.clone(), answers, kind),
        })
    }
    .boxed()
}

/// Asks the question and returns only the number of answers.
pub(crate) fn count_response<A: request::Response>(
    bridge: &BridgeState,
    question: Request<A>,
    kind: QuestionKind,
) -> BoxFuture<'_, Result<Response, HttpProblem>> {
    async move {
        let summary = question.count().await?;
        bridge.metrics.record_question(kind, &summary);
        bridge.metrics.record_answers(kind, &summary);
        Ok(Json(summary).into_response())
    }
    .boxed()
}

async fn document_response<A>(bridge: &BridgeState, mut stream: ResponseStream<A>, kind: QuestionKind) -> Response
where
    A: request::Response + Serialize,
{
    let mut answers = Vec::new();
    while let Some(answer) = stream.next().await {
        answers.push(answer);
    }
    let summary = stream.summary();
    bridge.metrics.record_answers(kind, summary);
    Json(AnswerDocument { summary, answers }).into_response()
}

fn lines_response<A>(bridge: BridgeState, answers: ResponseStream<A>, kind: QuestionKind) -> Response
where
    A: request::Response + Serialize,
{
    let lines = stream::unfold(Some((answers, bridge, kind)), async |state| {
        let (mut answers, bridge, kind) = state?;
        if let Some(answer) = answers.next().await {
            return Some((json_line(&answer), Some((answers, bridge, kind))));
        }
        bridge.metrics.record_answers(kind, answers.summary());
        Some((json_line(answers.summary()), None))
    });
    ([(CONTENT_TYPE, NDJSON)], Body::from_stream(lines)).into_response()
}

fn json_line(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}
