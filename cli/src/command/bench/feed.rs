//! The events of a measurement, one by one, as they may go.

use std::{
    pin::Pin,
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll, ready},
};

use futures_util::Stream;
use socketio_emitter::Outgoing;

use super::{aim::Aim, gauge::Gauge, limit::Limit, metronome::Metronome};
use crate::{failure::Failure, rate::Rate};

/// A stream of events, until the limit: evenly at a rate, or as fast as they are taken.
pub(super) struct Feed<'a> {
    aim: &'a Aim,
    limit: Limit,
    pace: Option<(Rate, Metronome)>,
    gauge: &'a Gauge,
    stop: &'a AtomicBool,
    over: bool,
}

impl<'a> Feed<'a> {
    /// It ends early once `stop` is true.
    pub(super) fn new(aim: &'a Aim, limit: Limit, gauge: &'a Gauge, stop: &'a AtomicBool) -> Self {
        Self { aim, limit, pace: None, gauge, stop, over: false }
    }

    /// At this rate. What is late is made up for: it was due, whoever was slow.
    pub(super) fn paced(self, rate: Rate) -> Result<Self, Failure> {
        Ok(Self { pace: Some((rate, Metronome::start()?)), ..self })
    }

    /// True once it has ended.
    pub(super) fn is_over(&self) -> bool {
        self.over
    }

    /// Waits until an event may go; false if none may any more.
    fn poll_turn(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        let Self { limit, gauge, .. } = self;
        let over = |number| self.stop.load(Ordering::Relaxed) || number >= limit.events;
        let number = gauge.handed();
        if over(number) || gauge.began().elapsed() >= limit.time {
            return Poll::Ready(false);
        }
        let Some((rate, metronome)) = &mut self.pace else { return Poll::Ready(true) };
        let due = rate.due(number);
        if due >= limit.time {
            return Poll::Ready(false);
        }
        let Some(time) = gauge.began().checked_add(due) else { return Poll::Pending };
        metronome.poll_until(time, cx).map(|()| true)
    }
}

impl Stream for Feed<'_> {
    type Item = Outgoing;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        if self.over || !ready!(self.poll_turn(cx)) {
            self.over = true;
            return Poll::Ready(None);
        }
        self.gauge.hand();
        Poll::Ready(Some(self.aim.event()))
    }
}
