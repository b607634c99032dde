use axum::http::{HeaderMap, header::ACCEPT};

const EVENT_STREAM: &str = "text/event-stream";
pub(super) const NDJSON: &str = "application/x-ndjson";

/// The format of answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum AnswerFormat {
    /// One JSON document, when all answers are there.
    Document,
    /// One answer a line as they arrive, then the summary.
    Lines,
}

/// The format of a tap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TapFormat {
    /// `text/event-stream`.
    Events,
    /// `application/x-ndjson`.
    Lines,
}

impl AnswerFormat {
    /// Lines if the client accepts them, else a document.
    pub(crate) fn negotiate(headers: &HeaderMap) -> Self {
        match accepted_types(headers).any(|accepted| accepted == NDJSON) {
            true => Self::Lines,
            false => Self::Document,
        }
    }
}

impl TapFormat {
    /// The format of the first supported type that the client accepts; events without an `Accept` header.
    pub(crate) fn negotiate(headers: &HeaderMap) -> Option<Self> {
        if !headers.contains_key(ACCEPT) {
            return Some(Self::Events);
        }
        accepted_types(headers).find_map(|accepted| match accepted.as_str() {
            EVENT_STREAM | "text/*" | "*/*" => Some(Self::Events),
            NDJSON | "application/*" => Some(Self::Lines),
            _ => None,
        })
    }

    pub(crate) fn media_type(self) -> &'static str {
        match self {
            Self::Events => EVENT_STREAM,
            Self::Lines => NDJSON,
        }
    }
}

/// The media types of all `Accept` headers in their order, in lower case and without parameters.
fn accepted_types(headers: &HeaderMap) -> impl Iterator<Item = String> {
    let values = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok());
    let ranges = values.flat_map(|value| value.split(','));
    ranges.map(|range| range.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}
