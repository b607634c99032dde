//! `GET /metrics`: what whoever runs the bridge can count, in the OpenMetrics text that Prometheus reads.
//!
//! Labels hold names of our own only: patterns of routes, methods that are known, codes, operations, adapters. Nothing
//! that a request says becomes one, so that no client can make series.

use axum::{
    extract::State,
    http::header::CONTENT_TYPE,
    response::{IntoResponse, Response},
};
use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};
use socketio_emitter::{Tally, Verb};

use crate::{config::Bridge, health, tap::TAPS};

const TEXT: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// From a refusal, which costs nothing, to what took all its time and a little, in seconds.
const BUCKETS: [f64; 14] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The numbers of one bridge. To count is to add to an atomic behind a lock that is only read.
#[derive(Debug)]
pub(crate) struct Metrics {
    registry: Registry,
    pub(crate) requests: Family<Request, Counter>,
    pub(crate) durations: Family<Route, Histogram, fn() -> Histogram>,
    pub(crate) in_flight: Gauge,
    pub(crate) unanswered: Family<Route, Counter>,
    taken: Family<Taken, Counter>,
    failed: Family<Failed, Counter>,
    servers: Family<Adapter, Gauge>,
    pub(crate) batch_messages: Counter,
    questions: Family<Asked, Counter>,
    partial: Family<Asked, Counter>,
    answers: Family<Asked, Counter>,
    missing: Family<Missing, Counter>,
    taps: Gauge,
    pub(crate) tap_messages: Counter,
    pub(crate) tap_dropped: Counter,
    redis: Gauge,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Request {
    pub(crate) route: String,
    pub(crate) method: &'static str,
    pub(crate) status: u16,
    /// None where the answer is no problem.
    pub(crate) code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Route {
    pub(crate) route: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Taken {
    operation: &'static str,
    adapter: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Adapter {
    adapter: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Failed {
    code: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    question: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Missing {
    question: &'static str,
    /// Who did not answer: `servers` or `clients`.
    of: &'static str,
}

/// What is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Question {
    Acks,
    ServerAcks,
    Servers,
    Rooms,
    Sockets,
}

/// `GET /metrics`: the numbers, and whether Redis answers, which is asked as `/readyz` asks it.
pub(crate) async fn metrics(State(bridge): State<Bridge>) -> Response {
    let ready = health::ask(&bridge).await.is_ok();
    let open = TAPS - bridge.taps.available_permits();
    ([(CONTENT_TYPE, TEXT)], bridge.metrics.text(ready, open)).into_response()
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("sio_bridge"),
            requests: Family::default(),
            durations: Family::new_with_constructor(|| Histogram::new(BUCKETS)),
            in_flight: Gauge::default(),
            unanswered: Family::default(),
            taken: Family::default(),
            failed: Family::default(),
            servers: Family::default(),
            batch_messages: Counter::default(),
            questions: Family::default(),
            partial: Family::default(),
            answers: Family::default(),
            missing: Family::default(),
            taps: Gauge::default(),
            tap_messages: Counter::default(),
            tap_dropped: Counter::default(),
            redis: Gauge::default(),
        };
        metrics.registered()
    }

    /// The names and what they mean. The library ends each sentence with its full stop, and counters with `_total`.
    fn registered(mut self) -> Self {
        let to = &mut self.registry;
        to.register("build", "Which sio-bridge this is", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        to.register("redis_up", "1 if Redis answers now, as /readyz sees it, else 0", self.redis.clone());

        let text = "Requests answered, by the pattern of their route (none: no such route), method, status and the \
                    problem's code";
        to.register("requests", text, self.requests.clone());
        let text = "Time from a request's head until its answer begins";
        to.register_with_unit("request_duration", text, Unit::Seconds, self.durations.clone());
        to.register(
            "requests_in_flight",
            "Requests whose answer has not begun, this one included",
            self.in_flight.clone(),
        );
        let text = "Requests whose client went away before their answer began";
        to.register("requests_unanswered", text, self.unanswered.clone());

        let text = "Messages that Redis took, by what they do and the adapter they were written for";
        to.register("messages_taken", text, self.taken.clone());
        let text = "Messages that were read and refused, that failed, or of which nobody knows (timeout, \
                    connection-lost), by the problem's code";
        to.register("messages_failed", text, self.failed.clone());
        let text = "Messages that were read from batches, whatever became of them";
        to.register("batch_messages", text, self.batch_messages.clone());
        let text = "Servers on the namespace of the last message or question that Redis took, by their adapter";
        to.register("servers", text, self.servers.clone());

        to.register("questions", "Questions that were asked, ?ack= among them", self.questions.clone());
        let text = "Questions that somebody who was asked did not answer in time";
        to.register("questions_partial", text, self.partial.clone());
        to.register("answers", "Answers to questions, as many as were handed on", self.answers.clone());
        let text = "Servers, or clients on the servers that answered, that did not answer in time";
        to.register("answers_missing", text, self.missing.clone());

        to.register("taps_open", "Taps that are open", self.taps.clone());
        to.register("tap_messages", "Messages that taps showed", self.tap_messages.clone());
        let text = "Messages that taps dropped, because they were not read in time";
        to.register("tap_messages_dropped", text, self.tap_dropped.clone());
        self
    }

    /// Redis took a message.
    pub(crate) fn took(&self, verb: Verb, adapter: &'static str, servers: Option<u64>) {
        self.taken_by(verb, adapter).inc();
        self.saw(adapter, servers);
    }

    /// What counts messages of one kind, for who counts many.
    pub(crate) fn taken_by(&self, verb: Verb, adapter: &'static str) -> Counter {
        self.taken.get_or_create_owned(&Taken { operation: verb.name(), adapter })
    }

    /// So many servers were there, if Redis said so.
    pub(crate) fn saw(&self, adapter: &'static str, servers: Option<u64>) {
        if let Some(servers) = servers {
            self.servers.get_or_create(&Adapter { adapter }).set(servers.try_into().unwrap_or(i64::MAX));
        }
    }

    /// A message came to nothing, as far as is known.
    pub(crate) fn failed(&self, code: &'static str) {
        self.failed.get_or_create(&Failed { code }).inc();
    }

    /// Redis took a question, and with it the message that is to be acknowledged, if it is about one.
    pub(crate) fn asked(&self, question: Question, tally: &Tally) {
        self.questions.get_or_create(&question.label()).inc();
        match question {
            Question::Acks => self.took(Verb::Emit, tally.adapter, tally.servers),
            Question::ServerAcks => self.took(Verb::ServerEmit, tally.adapter, tally.servers),
            Question::Servers | Question::Rooms | Question::Sockets => self.saw(tally.adapter, tally.servers),
        }
    }

    /// A question came to its end.
    pub(crate) fn answered(&self, question: Question, tally: &Tally) {
        self.answers.get_or_create(&question.label()).inc_by(tally.count);
        if tally.partial != Some(true) {
            return;
        }
        self.partial.get_or_create(&question.label()).inc();
        for (of, asked, answered) in
            [("servers", tally.servers, tally.answered), ("clients", tally.clients, Some(tally.count))]
        {
            if let (Some(asked), Some(answered)) = (asked, answered)
                && asked > answered
            {
                self.missing.get_or_create(&Missing { question: question.name(), of }).inc_by(asked - answered);
            }
        }
    }

    fn text(&self, ready: bool, taps: usize) -> String {
        self.redis.set(ready.into());
        self.taps.set(taps.try_into().unwrap_or(i64::MAX));
        let mut text = String::new();
        if let Err(error) = encode(&mut text, &self.registry) {
            tracing::error!(%error, "the metrics cannot be written in full");
        }
        text
    }
}

impl Question {
    fn name(self) -> &'static str {
        match self {
            Self::Acks => "acks",
            Self::ServerAcks => "server-acks",
            Self::Servers => "servers",
            Self::Rooms => "rooms",
            Self::Sockets => "sockets",
        }
    }

    fn label(self) -> Asked {
        Asked { question: self.name() }
    }
}
