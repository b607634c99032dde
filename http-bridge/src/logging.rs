//! The log: one line for each request, without bodies, queries, headers or addresses.

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

use crate::responses::ProblemLog;

/// Starts logging to stderr: failed requests at 0, every request at 1, everything at 2 and more. `RUST_LOG` overrides
/// the level.
pub fn start_logging(verbose: u8) {
    let level = match verbose {
        0 => "warn",
        1 => "info",
        _ => "debug",
    };
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new(level));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .with_target(false)
        .init();
}

pub(crate) type RequestLogLayer = TraceLayer<
    SharedClassifier<ServerErrorsAsFailures>,
    fn(&Request) -> Span,
    (),
    fn(&Response, Duration, &Span),
    (),
    (),
    (),
>;

pub(crate) fn layer() -> RequestLogLayer {
    TraceLayer::new_for_http()
        .make_span_with(request_span as fn(&Request) -> Span)
        .on_request(())
        .on_response(log_response as fn(&Response, Duration, &Span))
        .on_body_chunk(())
        .on_eos(())
        .on_failure(())
}

/// Logs client input in its `Debug` form, which quotes it and escapes control characters.
fn request_span(request: &Request) -> Span {
    error_span!(
        "request",
        method = ?request.method(),
        path = ?request.uri().path(),
        event = field::Empty,
        servers = field::Empty,
    )
}

fn log_response(response: &Response, latency: Duration, _: &Span) {
    let status = response.status().as_u16();
    let problem = response.extensions().get::<ProblemLog>();
    let code = problem.map(|problem| problem.code.as_str());
    let reason = problem.and_then(|problem| problem.reason.as_ref()).map(field::debug);
    match response.status().is_server_error() {
        true => tracing::warn!(status, code, reason, ?latency, "failed"),
        false => tracing::info!(status, code, ?latency, "answered"),
    }
}
