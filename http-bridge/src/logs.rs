//! One line a request: what was asked and what became of it, without bodies, queries, headers or addresses.

use std::{
    io::{self, IsTerminal},
    time::Duration,
};

use axum::{extract::Request, response::Response};
use tower_http::{
    classify::{ServerErrorsAsFailures, SharedClassifier},
    trace::TraceLayer,
};
use tracing::{Span, error_span, field};
use tracing_subscriber::EnvFilter;

use crate::problem::Note;

/// Starts the log on stderr: failures, with `verbose` every request, and with more of it everything else.
/// `RUST_LOG` has the last word.
pub fn start(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    let colours = io::stderr().is_terminal();
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(colours)
        .with_target(false)
        .init();
}

pub(crate) type Layer = TraceLayer<
    SharedClassifier<ServerErrorsAsFailures>,
    fn(&Request) -> Span,
    (),
    fn(&Response, Duration, &Span),
    (),
    (),
    (),
>;

pub(crate) fn layer() -> Layer {
    TraceLayer::new_for_http()
        .make_span_with(span as fn(&Request) -> Span)
        .on_request(())
        .on_response(answered as fn(&Response, Duration, &Span))
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

/// What comes from outside is logged as `Debug` writes it: quoted, control characters escaped.
fn span(request: &Request) -> Span {
    error_span!(
        "request",
        method = ?request.method(),
        path = ?request.uri().path(),
        event = field::Empty,
        servers = field::Empty,
    )
}

fn answered(response: &Response, latency: Duration, _: &Span) {
    let status = response.status().as_u16();
    let note = response.extensions().get::<Note>();
    let code = note.map(|note| note.code);
    let reason = note.and_then(|note| note.reason.as_ref()).map(field::debug);
    match response.status().is_server_error() {
        true => tracing::warn!(status, code, reason, ?latency, "failed"),
        false => tracing::info!(status, code, ?latency, "answered"),
    }
}
