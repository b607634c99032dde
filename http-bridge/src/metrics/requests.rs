use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};

use super::{
    BridgeMetrics,
    labels::{RequestLabels, RouteLabels},
};
use crate::{responses::ProblemLog, state::BridgeState};

/// Counts and times every request, also one whose client disconnects before the response.
pub(crate) async fn measure_request(
    State(bridge): State<BridgeState>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let pending = RequestTimer::new(&bridge.metrics, route.as_ref(), request.method());
    let response = next.run(request).await;
    pending.record(&response);
    response
}

/// A request whose response has not started. Dropping it without [`record`](Self::record) counts it as unanswered.
struct RequestTimer<'m> {
    metrics: &'m BridgeMetrics,
    route: RouteLabels,
    method: &'static str,
    start: Instant,
    is_answered: bool,
}

impl<'m> RequestTimer<'m> {
    fn new(metrics: &'m BridgeMetrics, route: Option<&MatchedPath>, method: &Method) -> Self {
        metrics.requests_in_flight.inc();
        let route = RouteLabels { route: route.map_or("none", MatchedPath::as_str).to_owned() };
        Self { metrics, route, method: method_name(method), start: Instant::now(), is_answered: false }
    }

    fn record(mut self, response: &Response) {
        self.is_answered = true;
        self.metrics.request_durations.get_or_create(&self.route).observe(self.start.elapsed().as_secs_f64());
        let labels = RequestLabels {
            route: std::mem::take(&mut self.route.route),
            method: self.method,
            status: response.status().as_u16(),
            code: response.extensions().get::<ProblemLog>().map_or("", |problem| problem.code.as_str()),
        };
        self.metrics.requests.get_or_create(&labels).inc();
    }
}

impl Drop for RequestTimer<'_> {
    fn drop(&mut self) {
        self.metrics.requests_in_flight.dec();
        if !self.is_answered {
            self.metrics.requests_unanswered.get_or_create(&self.route).inc();
        }
    }
}

/// The method as a label. Clients can invent methods, so unknown ones share a label.
fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::TRACE => "TRACE",
        Method::CONNECT => "CONNECT",
        _ => "other",
    }
}
