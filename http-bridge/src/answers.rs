use axum::{
    Json,
    body::Body,
    http::{
        HeaderMap,
        header::{ACCEPT, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use futures_util::{FutureExt, future::BoxFuture, stream};
use serde::Serialize;
use socketio_emitter::{Answer, Answering, Asking, Tally};
use tracing::Span;

use crate::{config::Bridge, metrics::Question, problem::Problem};

/// The most answers that one document may hold; a stream of lines holds any number.
pub(crate) const MOST: u64 = 10_000;

const LINES: &str = "application/x-ndjson";

/// How answers are handed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// All in one, at the end.
    Document,
    /// One a line as they come, and the tally as the last.
    Lines,
}

impl Form {
    /// The form that the headers ask for.
    pub(crate) fn wanted(headers: &HeaderMap) -> Self {
        let accepted = headers.get_all(ACCEPT).iter().filter_map(|accept| accept.to_str().ok());
        let mut types = accepted.flat_map(|accept| accept.split([',', ';'])).map(str::trim);
        match types.any(|kind| kind.eq_ignore_ascii_case(LINES)) {
            true => Self::Lines,
            false => Self::Document,
        }
    }

    /// So many answers, if that is no more than it holds; so many as are usual where none were asked for.
    pub(crate) fn limit(self, asked: Option<u64>, usual: u64) -> Result<Option<u64>, u64> {
        match (self, asked) {
            (Self::Lines, asked) => Ok(asked),
            (Self::Document, None) => Ok(Some(usual)),
            (Self::Document, Some(limit)) if limit <= MOST => Ok(Some(limit)),
            (Self::Document, Some(limit)) => Err(limit),
        }
    }
}

/// All answers in one.
#[derive(Serialize)]
struct Document<'a, A> {
    #[serde(flatten)]
    tally: &'a Tally,
    answers: Vec<A>,
}

/// Asks, and answers what was answered. Boxed, since futures in futures grow too deep to compile.
pub(crate) fn answer<A>(
    bridge: &Bridge,
    asking: Asking<A>,
    question: Question,
    form: Form,
) -> BoxFuture<'_, Result<Response, Problem>>
where
    A: Answer + Serialize + Send,
{
    async move {
        let answering = asking.stream().await?;
        bridge.metrics.asked(question, answering.tally());
        Span::current().record("servers", answering.tally().servers);
        Ok(match form {
            Form::Document => document(bridge, answering, question).await,
            Form::Lines => lines(bridge.clone(), answering, question),
        })
    }
    .boxed()
}

/// Asks, and answers how many answers there are.
pub(crate) fn count<A: Answer>(
    bridge: &Bridge,
    asking: Asking<A>,
    question: Question,
) -> BoxFuture<'_, Result<Response, Problem>> {
    async move {
        let tally = asking.count().await?;
        bridge.metrics.asked(question, &tally);
        bridge.metrics.answered(question, &tally);
        Ok(Json(tally).into_response())
    }
    .boxed()
}

async fn document<A>(bridge: &Bridge, mut answering: Answering<A>, question: Question) -> Response
where
    A: Answer + Serialize,
{
    let mut answers = Vec::new();
    while let Some(answer) = answering.next().await {
        answers.push(answer);
    }
    let tally = answering.tally();
    bridge.metrics.answered(question, tally);
    Json(Document { tally, answers }).into_response()
}

fn lines<A>(bridge: Bridge, answering: Answering<A>, question: Question) -> Response
where
    A: Answer + Serialize,
{
    let lines = stream::unfold(Some((answering, bridge, question)), async |state| {
        let (mut answering, bridge, question) = state?;
        if let Some(answer) = answering.next().await {
            return Some((line(&answer), Some((answering, bridge, question))));
        }
        bridge.metrics.answered(question, answering.tally());
        Some((line(answering.tally()), None))
    });
    ([(CONTENT_TYPE, LINES)], Body::from_stream(lines)).into_response()
}

fn line(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}
