//! One measurement, from its first event to Redis' last answer.

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
    aim::Aim,
    feed::Feed,
    gauge::{Counts, Gauge},
    limit::Limit,
    progress::Progress,
    sheet::Sheet,
};
use crate::{
    beat::LATE, exit::Exit, failure::Failure, interrupt::Interrupts, output::Output, rate::Rate, report::nobody,
    report::servers,
};

/// Where servers read the events, they are counted so often in a second: one that is cut off is not loaded further.
const LOOKS: f64 = 4.0;

/// How events follow one another.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Way {
    /// Each once Redis answered the one before it.
    Single,
    /// Each when it is due, however many are on their way.
    Paced(Rate),
    /// As fast as they can be made and Redis takes them, many in one round trip.
    Pipelined,
}

impl Way {
    /// What it tells.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Single | Self::Paced(_) => "latency",
            Self::Pipelined => "throughput",
        }
    }
}

/// A measurement, to be made.
pub(super) struct Measurement<'a> {
    aim: &'a Aim,
    way: Way,
    limit: Limit,
    output: Output,
}

impl<'a> Measurement<'a> {
    pub(super) fn new(aim: &'a Aim, way: Way, limit: Limit, output: Output) -> Self {
        Self { aim, way, limit, output }
    }

    /// Makes it, and enters what it gave into the sheet, also where it failed.
    ///
    /// # Errors
    /// Where Redis failed, servers went away, or somebody wanted an end.
    pub(super) async fn run(self, interrupts: &mut Interrupts, sheet: &mut Sheet) -> Result<Exit, Failure> {
        let stop = AtomicBool::new(false);
        let gauge = Arc::new(Gauge::start()?);
        let progress = Progress::new(self.way, self.limit, Arc::clone(&gauge), self.output);
        let ended = interrupts.winding_up(self.send(&gauge, &stop), || stop.store(true, Ordering::Relaxed)).await;
        let ran = gauge.began().elapsed();
        progress.end();
        let measured = gauge.close(ended.is_err());
        let counts = measured.counts;
        sheet.enter(self.way, &measured, self.missed(gauge.handed(), ran));
        match ended {
            Ok((Ok(()), None)) => {
                self.compare(gauge.handed(), measured.time);
                Ok(Exit::Done)
            }
            Ok((Ok(()), Some(exit))) => Err(Failure::interrupted(exit, "interrupted")),
            Ok((Err(failure), _)) => Err(failure.hint(&fates(counts))),
            Err(exit) => Err(Failure::interrupted(exit, format!("interrupted; {}", fates(counts)))),
        }
    }

    /// How many were due, and had no time left.
    fn missed(&self, handed: u64, ran: Duration) -> u64 {
        match self.way {
            Way::Paced(rate) => rate.within(ran.min(self.limit.time)).min(self.limit.events).saturating_sub(handed),
            Way::Single | Way::Pipelined => 0,
        }
    }

    /// Warns where the rate was more than could be had: the last answer came long after the last event was due.
    fn compare(&self, handed: u64, last: Duration) {
        let Way::Paced(rate) = self.way else { return };
        let behind = last.saturating_sub(rate.due(handed.saturating_sub(1)));
        if behind > LATE {
            self.output.warn(&format!(
                "Redis, or this machine, does not keep up with that rate: in the end it was {behind:.1?} behind"
            ));
        }
    }

    async fn send(&self, gauge: &Gauge, stop: &AtomicBool) -> Result<(), Failure> {
        let feed = Feed::new(self.aim, self.limit, gauge, stop);
        match self.way {
            Way::Single => self.one_by_one(feed, gauge).await,
            Way::Paced(rate) => self.many(feed.paced(rate)?, gauge).await,
            Way::Pipelined => self.many(feed, gauge).await,
        }
    }

    /// Each by itself, as `sio emit` sends one.
    async fn one_by_one(&self, mut feed: Feed<'_>, gauge: &Gauge) -> Result<(), Failure> {
        while let Some(event) = feed.next().await {
            let due = Some(gauge.began().elapsed());
            let sent = event.await;
            gauge.fate(due, sent.as_ref().map(drop));
            gauge.servers(self.taken(sent)?.servers);
        }
        Ok(())
    }

    /// All in a pipelined window, as `sio pipe` sends them.
    async fn many(&self, mut feed: Feed<'_>, gauge: &Gauge) -> Result<(), Failure> {
        let due = |number| match self.way {
            Way::Paced(rate) => Some(rate.due(number)),
            Way::Single | Way::Pipelined => None,
        };
        let (mut number, mut first) = (0, None);
        while !feed.is_over() {
            let some = (&mut feed).take(self.portion(number));
            let batch = self.aim.emitter().send_all(some).each(|_, fate| {
                gauge.fate(due(number), fate);
                number += 1;
            });
            let receipt = self.taken(batch.into_future().await)?;
            gauge.servers(receipt.servers);
            if self.aim.is_heard() {
                self.look(&receipt, &mut first)?;
            }
        }
        Ok(())
    }

    /// How many go before somebody looks at the servers: a first one alone.
    fn portion(&self, number: u64) -> usize {
        match self.way {
            Way::Paced(_) if self.aim.is_heard() && number == 0 => 1,
            Way::Paced(rate) if self.aim.is_heard() => (rate.per_second() / LOOKS) as usize + 1,
            _ => usize::MAX,
        }
    }

    /// Goes on only as long as all servers are there that were at the beginning.
    fn look(&self, receipt: &BatchReceipt, first: &mut Option<u64>) -> Result<(), Failure> {
        let Some(now) = receipt.servers else { return Ok(()) };
        let before = *first.get_or_insert(now);
        if before == 0 {
            return Err(Failure::nobody(nobody(receipt.adapter, &format!("namespace {}", self.aim.namespace()))));
        }
        if now < before {
            let reason = format!(
                "{} at first, and then {now}: ended early, so as to load none further (Redis cuts off a server that does \
                 not keep up)",
                servers(Some(before))
            );
            return Err(Failure::failed(reason));
        }
        Ok(())
    }

    /// What was taken, or why not.
    fn taken<T>(&self, sent: Result<T, Error>) -> Result<T, Failure> {
        sent.map_err(|error| {
            let error = match error {
                Error::Stopped { source, .. } => *source,
                error => error,
            };
            let refused = matches!(error, Error::Refused(_));
            let failure = Failure::from(error);
            if refused { failure.hint(&format!("the events are for {}", self.aim.channel())) } else { failure }
        })
    }
}

/// What became of the events of a measurement that did not end well.
fn fates(counts: Counts) -> String {
    let Counts { sent, unknown, unsent } = counts;
    let [sent, unknown, unsent] = [sent, unknown, unsent].map(HumanCount);
    format!("of this measurement's events Redis took {sent}, {unknown} may have been taken, {unsent} were not sent")
}
