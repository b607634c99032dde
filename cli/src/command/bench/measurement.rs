//! One measurement, from its first event to the last answer from Redis.

use std::{
    future::IntoFuture,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use futures_util::StreamExt;
use indicatif::HumanCount;
use socketio_emitter::{BatchReceipt, Error};

use super::{
    event_stream::BenchEventStream,
    latency_recorder::{EventCounts, LatencyRecorder},
    limit::BenchLimit,
    progress::BenchProgress,
    report::BenchReport,
    target::BenchTarget,
};
use crate::{
    cli_error::CliError,
    exit::Exit,
    interval::LATE,
    output::Output,
    rate::Rate,
    send_receipt::{format_servers, no_servers_warning},
    shutdown::Shutdown,
};

/// How often per second the servers are counted if they read the events, so that a lost one is noticed soon.
const SERVER_CHECKS_PER_SECOND: f64 = 4.0;

/// How events follow one another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum BenchMode {
    /// Each after Redis answered the previous one.
    Sequential,
    /// Each when it is due, regardless of how many are in flight.
    AtRate(Rate),
    /// As fast as possible, many in one round trip.
    Pipelined,
}

impl BenchMode {
    /// The name of the metric.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sequential | Self::AtRate(_) => "latency",
            Self::Pipelined => "throughput",
        }
    }
}

/// A measurement to make.
pub(super) struct BenchMeasurement<'a> {
    target: &'a BenchTarget,
    mode: BenchMode,
    limit: BenchLimit,
    output: Output,
}

impl<'a> BenchMeasurement<'a> {
    pub(super) fn new(target: &'a BenchTarget, mode: BenchMode, limit: BenchLimit, output: Output) -> Self {
        Self { target, mode, limit, output }
    }

    /// Makes the measurement and adds its result to the report, even after an error.
    ///
    /// # Errors
    /// If Redis failed, servers were lost, or a signal arrived.
    pub(super) async fn run(self, shutdown: &mut Shutdown, report: &mut BenchReport) -> Result<Exit, CliError> {
        let stop = AtomicBool::new(false);
        let recorder = Arc::new(LatencyRecorder::new()?);
        let progress = BenchProgress::new(self.mode, self.limit, Arc::clone(&recorder), self.output);
        let sending = self.send(&recorder, &stop);
        let ended = shutdown.with_graceful_stop(sending, || stop.store(true, Ordering::Relaxed)).await;
        let elapsed = recorder.start().elapsed();
        progress.finish();
        let result = recorder.finish(ended.is_err());
        let counts = result.counts;
        report.add(self.mode, &result, self.missed(recorder.submitted(), elapsed));
        match ended {
            Ok((Ok(()), None)) => {
                self.warn_if_behind(recorder.submitted(), result.time);
                Ok(Exit::Success)
            }
            Ok((Ok(()), Some(exit))) => Err(CliError::interrupted(exit, "interrupted")),
            Ok((Err(error), _)) => Err(error.with_hint(&describe_counts(counts))),
            Err(exit) => Err(CliError::interrupted(exit, format!("interrupted; {}", describe_counts(counts)))),
        }
    }

    /// The number of events that were due but not submitted.
    fn missed(&self, submitted: u64, elapsed: Duration) -> u64 {
        let BenchMode::AtRate(rate) = self.mode else { return 0 };
        rate.due_within(elapsed.min(self.limit.time)).min(self.limit.events).saturating_sub(submitted)
    }

    /// Warns if the last answer came long after the last event was due.
    fn warn_if_behind(&self, submitted: u64, last_accepted: Duration) {
        let BenchMode::AtRate(rate) = self.mode else { return };
        let behind = last_accepted.saturating_sub(rate.due(submitted.saturating_sub(1)));
        if behind > LATE {
            self.output.warn(&format!(
                "Redis or this machine did not keep up with --rate: it was {behind:.1?} behind at the end"
            ));
        }
    }

    async fn send(&self, recorder: &LatencyRecorder, stop: &AtomicBool) -> Result<(), CliError> {
        let events = BenchEventStream::new(self.target, self.limit, recorder, stop);
        match self.mode {
            BenchMode::Sequential => self.send_sequentially(events, recorder).await,
            BenchMode::AtRate(rate) => self.send_pipelined(events.with_rate(rate)?, recorder).await,
            BenchMode::Pipelined => self.send_pipelined(events, recorder).await,
        }
    }

    /// Sends each event by itself, as `sio emit` does.
    async fn send_sequentially(
        &self,
        mut events: BenchEventStream<'_>,
        recorder: &LatencyRecorder,
    ) -> Result<(), CliError> {
        while let Some(event) = events.next().await {
            let due = Some(recorder.start().elapsed());
            let sent = event.await;
            recorder.settle(due, sent.as_ref().map(drop));
            recorder.record_servers(sent.map_err(|error| self.send_error(error))?.servers);
        }
        Ok(())
    }

    /// Sends events in pipelines, as `sio pipe` does.
    async fn send_pipelined(
        &self,
        mut events: BenchEventStream<'_>,
        recorder: &LatencyRecorder,
    ) -> Result<(), CliError> {
        let due = |number| match self.mode {
            BenchMode::AtRate(rate) => Some(rate.due(number)),
            BenchMode::Sequential | BenchMode::Pipelined => None,
        };
        let (mut number, mut servers_at_start) = (0, None);
        while !events.is_ended() {
            let next = (&mut events).take(self.batch_size(number));
            let batch = self.target.emitter().send_all(next).each(|_, result| {
                recorder.settle(due(number), result);
                number += 1;
            });
            let receipt = batch.into_future().await.map_err(|error| self.send_error(error))?;
            recorder.record_servers(receipt.servers);
            if self.target.is_read_by_servers() {
                self.check_servers(&receipt, &mut servers_at_start)?;
            }
        }
        Ok(())
    }

    /// The number of events before the servers are counted again; the first event is sent alone.
    fn batch_size(&self, number: u64) -> usize {
        match self.mode {
            BenchMode::AtRate(_) if self.target.is_read_by_servers() && number == 0 => 1,
            BenchMode::AtRate(rate) if self.target.is_read_by_servers() => {
                (rate.per_second() / SERVER_CHECKS_PER_SECOND) as usize + 1
            }
            _ => usize::MAX,
        }
    }

    /// Returns an error if there are no servers, or fewer than at the start.
    fn check_servers(&self, receipt: &BatchReceipt, at_start: &mut Option<u64>) -> Result<(), CliError> {
        let Some(now) = receipt.servers else { return Ok(()) };
        let before = *at_start.get_or_insert(now);
        if before == 0 {
            let place = format!("namespace {}", self.target.namespace());
            return Err(CliError::no_servers(no_servers_warning(receipt.adapter, &place)));
        }
        if now < before {
            return Err(CliError::failed(format!(
                "{} at first, and then {now}: ended early to protect the others (Redis disconnects a server that does \
                 not keep up)",
                format_servers(Some(before))
            )));
        }
        Ok(())
    }

    /// Converts a send error, and names the channel if Redis refused the command.
    fn send_error(&self, error: Error) -> CliError {
        let error = match error {
            Error::Stopped { source, .. } => *source,
            error => error,
        };
        let is_refused = matches!(error, Error::Refused(_));
        let error = CliError::from(error);
        if is_refused { error.with_hint(&format!("the channel is {}", self.target.channel())) } else { error }
    }
}

/// The results of the events of a measurement that failed.
fn describe_counts(counts: EventCounts) -> String {
    let EventCounts { sent, unknown, unsent } = counts;
    let [sent, unknown, unsent] = [sent, unknown, unsent].map(HumanCount);
    format!("in this measurement, {sent} events were sent, {unknown} may have been sent, {unsent} were not sent")
}
