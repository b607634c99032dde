use axum::{
    Json,
    body::Body,
    http::{
        HeaderMap,
        header::{ACCEPT, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use futures_util::stream;
use serde::Serialize;
use socketio_emitter::{Answer, Asking};
use tracing::Span;

use crate::problem::Problem;

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

/// Asks, and answers what was answered.
pub(crate) async fn answer<A>(asking: Asking<A>, form: Form) -> Result<Response, Problem>
where
    A: Answer + Serialize,
{
    match form {
        Form::Document => {
            let answers = asking.await?;
            Span::current().record("servers", answers.tally.servers);
            Ok(Json(answers).into_response())
        }
        Form::Lines => {
            let answering = asking.stream().await?;
            Span::current().record("servers", answering.tally().servers);
            let lines = stream::unfold(Some(answering), async |answering| {
                let mut answering = answering?;
                match answering.next().await {
                    Some(answer) => Some((line(&answer), Some(answering))),
                    None => Some((line(answering.tally()), None)),
                }
            });
            Ok(([(CONTENT_TYPE, LINES)], Body::from_stream(lines)).into_response())
        }
    }
}

fn line(value: &impl Serialize) -> serde_json::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(value)?;
    line.push(b'\n');
    Ok(line)
}
