use std::time::Instant;

use axum::{
    extract::{MatchedPath, Request, State},
    http::Method,
    middleware::Next,
    response::Response,
};

use crate::{
    config::Bridge,
    metrics::{self, Metrics, Route},
    problem::Note,
};

/// A request whose answer has not begun.
struct Waiting<'m> {
    metrics: &'m Metrics,
    route: Route,
    method: &'static str,
    since: Instant,
    answered: bool,
}

/// Counts and times every request, whatever becomes of it.
pub(crate) async fn measure(
    State(bridge): State<Bridge>,
    route: Option<MatchedPath>,
    request: Request,
    next: Next,
) -> Response {
    let waiting = Waiting::new(&bridge.metrics, route.as_ref(), request.method());
    let response = next.run(request).await;
    waiting.answered(&response);
    response
}

impl<'m> Waiting<'m> {
    fn new(metrics: &'m Metrics, route: Option<&MatchedPath>, method: &Method) -> Self {
        metrics.in_flight.inc();
        let route = Route { route: route.map_or("none", MatchedPath::as_str).to_owned() };
        Self { metrics, route, method: name(method), since: Instant::now(), answered: false }
    }

    fn answered(mut self, response: &Response) {
        self.answered = true;
        self.metrics.durations.get_or_create(&self.route).observe(self.since.elapsed().as_secs_f64());
        let request = metrics::Request {
            route: std::mem::take(&mut self.route.route),
            method: self.method,
            status: response.status().as_u16(),
            code: response.extensions().get::<Note>().map_or("", |note| note.code),
        };
        self.metrics.requests.get_or_create(&request).inc();
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.metrics.in_flight.dec();
        if !self.answered {
            self.metrics.unanswered.get_or_create(&self.route).inc();
        }
    }
}

/// Clients can make up methods.
fn name(method: &Method) -> &'static str {
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
