//! The events of a measurement as a stream.

use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, ready},
};

use futures_util::Stream;
use socketio_emitter::Outgoing;

use super::{latency_recorder::LatencyRecorder, limit::BenchLimit, target::BenchTarget, timer::PreciseTimer};
use crate::{cli_error::CliError, rate::Rate};

/// A stream of events up to the limit, at a fixed rate or as fast as they are accepted.
pub(super) struct BenchEventStream<'a> {
    target: &'a BenchTarget,
    limit: BenchLimit,
    rate: Option<(Rate, PreciseTimer)>,
    recorder: &'a LatencyRecorder,
    stop: &'a AtomicBool,
    ended: bool,
}

impl<'a> BenchEventStream<'a> {
    /// The stream ends early once `stop` is true.
    pub(super) fn new(
        target: &'a BenchTarget,
        limit: BenchLimit,
        recorder: &'a LatencyRecorder,
        stop: &'a AtomicBool,
    ) -> Self {
        Self { target, limit, rate: None, recorder, stop, ended: false }
    }

    /// Sends at this rate. Late events are caught up, because the schedule does not depend on Redis.
    pub(super) fn with_rate(self, rate: Rate) -> Result<Self, CliError> {
        Ok(Self { rate: Some((rate, PreciseTimer::start()?)), ..self })
    }

    pub(super) fn is_ended(&self) -> bool {
        self.ended
    }

    /// Waits until the next event is due. Returns false if the limit is reached.
    fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let Self { limit, recorder, .. } = self;
        let number = recorder.submitted();
        if self.stop.load(Ordering::Relaxed) || number >= limit.events || recorder.start().elapsed() >= limit.time {
            return Poll::Ready(false);
        }
        let Some((rate, timer)) = &mut self.rate else { return Poll::Ready(true) };
        let due = rate.due(number);
        if due >= limit.time {
            return Poll::Ready(false);
        }
        let Some(time) = recorder.start().checked_add(due) else { return Poll::Pending };
        timer.poll_until(time, cx).map(|()| true)
    }
}

impl Stream for BenchEventStream<'_> {
    type Item = Outgoing;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        if self.ended || !ready!(self.poll_due(cx)) {
            self.ended = true;
            return Poll::Ready(None);
        }
        self.recorder.submit();
        Poll::Ready(Some(self.target.event()))
    }
}
