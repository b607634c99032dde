//! The metrics of the bridge, in the OpenMetrics format that Prometheus reads.
//!
//! Labels hold the bridge's own names only: route patterns, known methods, codes, operations, adapters. No label holds
//! a value from a request, so that clients cannot create series.

mod batch;
mod labels;
mod requests;

use prometheus_client::{
    encoding::text::encode,
    metrics::{counter::Counter, family::Family, gauge::Gauge, histogram::Histogram, info::Info},
    registry::{Registry, Unit},
};
use socketio_emitter::{error::Code, message::Verb, request::Summary};

use self::labels::{AdapterLabels, CodeLabels, MissingLabels, QuestionLabels, RequestLabels, RouteLabels, TakenLabels};
pub(crate) use self::{batch::BatchMetrics, labels::QuestionKind, requests::measure_request};

/// The upper bounds of the duration histogram, in seconds: from a refused request to a request at its time limit.
const DURATION_BUCKETS: [f64; 14] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

/// The metrics of one bridge.
#[derive(Debug)]
pub(crate) struct BridgeMetrics {
    registry: Registry,
    requests: Family<RequestLabels, Counter>,
    request_durations: Family<RouteLabels, Histogram, fn() -> Histogram>,
    requests_in_flight: Gauge,
    requests_unanswered: Family<RouteLabels, Counter>,
    messages_taken: Family<TakenLabels, Counter>,
    messages_failed: Family<CodeLabels, Counter>,
    servers: Family<AdapterLabels, Gauge>,
    pub(crate) batch_messages: Counter,
    questions: Family<QuestionLabels, Counter>,
    questions_partial: Family<QuestionLabels, Counter>,
    answers: Family<QuestionLabels, Counter>,
    answers_missing: Family<MissingLabels, Counter>,
    taps_open: Gauge,
    pub(crate) tap_messages: Counter,
    pub(crate) tap_messages_dropped: Counter,
    redis_up: Gauge,
}

impl BridgeMetrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("sio_bridge"),
            requests: Family::default(),
            request_durations: Family::new_with_constructor(|| Histogram::new(DURATION_BUCKETS)),
            requests_in_flight: Gauge::default(),
            requests_unanswered: Family::default(),
            messages_taken: Family::default(),
            messages_failed: Family::default(),
            servers: Family::default(),
            batch_messages: Counter::default(),
            questions: Family::default(),
            questions_partial: Family::default(),
            answers: Family::default(),
            answers_missing: Family::default(),
            taps_open: Gauge::default(),
            tap_messages: Counter::default(),
            tap_messages_dropped: Counter::default(),
            redis_up: Gauge::default(),
        };
        metrics.register();
        metrics
    }

    /// Registers all metrics. The library appends a full stop to each help text and `_total` to each counter.
    fn register(&mut self) {
        let registry = &mut self.registry;
        registry.register("build", "Version of sio-bridge", Info::new([("version", env!("CARGO_PKG_VERSION"))]));
        registry.register("redis_up", "1 if Redis answers a ping, as for /readyz, else 0", self.redis_up.clone());

        let help = "Responses by route pattern (none: no such route), method, status and problem code";
        registry.register("requests", help, self.requests.clone());
        let help = "Time from the head of a request to the start of its response";
        registry.register_with_unit("request_duration", help, Unit::Seconds, self.request_durations.clone());
        let help = "Requests whose response has not started, including this one";
        registry.register("requests_in_flight", help, self.requests_in_flight.clone());
        let help = "Requests whose client disconnected before the response started";
        registry.register("requests_unanswered", help, self.requests_unanswered.clone());

        let help = "Messages that Redis took, by operation and adapter";
        registry.register("messages_taken", help, self.messages_taken.clone());
        let help = "Messages that were refused, that failed, or whose outcome is unknown (timeout, connection-lost), \
                    by problem code";
        registry.register("messages_failed", help, self.messages_failed.clone());
        let help = "Messages that were read from batches, sent or not";
        registry.register("batch_messages", help, self.batch_messages.clone());
        let help = "Servers on the namespace of the last message or question that Redis took, by adapter";
        registry.register("servers", help, self.servers.clone());

        registry.register("questions", "Questions that were asked, including ?ack=", self.questions.clone());
        let help = "Questions that some server or client did not answer in time";
        registry.register("questions_partial", help, self.questions_partial.clone());
        registry.register("answers", "Answers to questions that were returned", self.answers.clone());
        let help = "Servers, or clients of the servers that answered, that did not answer in time";
        registry.register("answers_missing", help, self.answers_missing.clone());

        registry.register("taps_open", "Open taps", self.taps_open.clone());
        registry.register("tap_messages", "Messages that taps sent to their readers", self.tap_messages.clone());
        let help = "Messages that taps dropped because their readers were too slow";
        registry.register("tap_messages_dropped", help, self.tap_messages_dropped.clone());
    }

    /// Counts a message that Redis took.
    pub(crate) fn record_taken(&self, verb: Verb, adapter: &'static str, servers: Option<u64>) {
        self.taken_counter(verb, adapter).inc();
        self.record_servers(adapter, servers);
    }

    /// The counter of taken messages with this verb.
    fn taken_counter(&self, verb: Verb, adapter: &'static str) -> Counter {
        self.messages_taken.get_or_create_owned(&TakenLabels { operation: verb.name(), adapter })
    }

    /// Sets the number of servers, unless it is unknown.
    pub(crate) fn record_servers(&self, adapter: &'static str, servers: Option<u64>) {
        if let Some(servers) = servers {
            self.servers.get_or_create(&AdapterLabels { adapter }).set(servers.try_into().unwrap_or(i64::MAX));
        }
    }

    /// Counts a message that was refused, failed, or has an unknown outcome.
    pub(crate) fn record_failure(&self, code: Code) {
        let code = code.as_str();
        self.messages_failed.get_or_create(&CodeLabels { code }).inc();
    }

    /// Counts a question that Redis took. An acknowledged event also counts as a message.
    pub(crate) fn record_question(&self, kind: QuestionKind, summary: &Summary) {
        self.questions.get_or_create(&kind.labels()).inc();
        match kind {
            QuestionKind::Acks => self.record_taken(Verb::Emit, summary.adapter, summary.servers),
            QuestionKind::ServerAcks => self.record_taken(Verb::ServerEmit, summary.adapter, summary.servers),
            QuestionKind::Servers | QuestionKind::Rooms | QuestionKind::Sockets => {
                self.record_servers(summary.adapter, summary.servers);
            }
        }
    }

    /// Counts the answers to a question, and those that are missing.
    pub(crate) fn record_answers(&self, kind: QuestionKind, summary: &Summary) {
        self.answers.get_or_create(&kind.labels()).inc_by(summary.count);
        if summary.partial != Some(true) {
            return;
        }
        self.questions_partial.get_or_create(&kind.labels()).inc();
        for (of, asked, answered) in
            [("servers", summary.servers, summary.answered), ("clients", summary.clients, Some(summary.count))]
        {
            if let (Some(asked), Some(answered)) = (asked, answered)
                && asked > answered
            {
                let labels = MissingLabels { question: kind.name(), of };
                self.answers_missing.get_or_create(&labels).inc_by(asked - answered);
            }
        }
    }

    /// All metrics as OpenMetrics text.
    pub(crate) fn encode(&self, redis_up: bool, open_taps: usize) -> String {
        self.redis_up.set(redis_up.into());
        self.taps_open.set(open_taps.try_into().unwrap_or(i64::MAX));
        let mut text = String::new();
        if let Err(error) = encode(&mut text, &self.registry) {
            tracing::error!(%error, "cannot encode all metrics");
        }
        text
    }
}
