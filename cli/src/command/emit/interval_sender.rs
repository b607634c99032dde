//! `sio emit --every`: sends a message at fixed times, through outages, never in bursts.

use std::{future::IntoFuture, time::Duration};

use socketio_emitter::{Emitter, error::ErrorKind};
use tokio::time::{Instant, sleep};

use super::{
    message_template::MessageTemplate,
    outage::{IntervalCounts, OutageReporter},
};
use crate::{
    cli_error::CliError,
    exit::Exit,
    interval::IntervalSchedule,
    output::Output,
    send_receipt::{SendReceipt, SendReport},
    shutdown::Shutdown,
};

/// The pause before a message that Redis did not accept is retried.
const RETRY_DELAY: Duration = Duration::from_millis(100);

/// The minimum timeout of an attempt. A shorter one would drop answers that are on their way.
const MIN_ATTEMPT_TIMEOUT: Duration = Duration::from_millis(100);

/// Sends a message repeatedly.
pub(super) struct IntervalSender {
    emitter: Emitter,
    template: MessageTemplate,
    schedule: IntervalSchedule,
    timeout: Duration,
    require_servers: u64,
    start: Instant,
    counts: IntervalCounts,
}

impl IntervalSender {
    pub(super) fn new(
        emitter: Emitter,
        template: MessageTemplate,
        period: Duration,
        count: Option<u64>,
        timeout: Duration,
    ) -> Self {
        Self {
            emitter,
            template,
            schedule: IntervalSchedule::new(period, count),
            timeout,
            require_servers: 0,
            start: Instant::now(),
            counts: IntervalCounts::default(),
        }
    }

    /// Sends a message only if there are at least this many servers.
    pub(super) fn require_servers(self, require_servers: u64) -> Self {
        Self { require_servers, ..self }
    }

    /// Sends until the count is reached or a signal arrives. Returns the exit code of the last attempt.
    pub(super) async fn run(mut self, output: Output) -> Result<Exit, CliError> {
        let mut shutdown = Shutdown::new()?;
        let mut outages = OutageReporter::new(output);
        self.start = Instant::now();
        let ended = self.send_all(&mut shutdown, &mut outages, output).await;
        if ended.is_ok() || self.counts != IntervalCounts::default() {
            self.print_counts(output)?;
        }
        ended.map(|()| outages.exit())
    }

    fn print_counts(&self, output: Output) -> Result<(), CliError> {
        if output.is_json() {
            return output.json_line(&self.counts);
        }
        let IntervalCounts { sent, missed, late, unknown } = self.counts;
        output.note(&format!("{sent} sent, {missed} missed, {late} late, {unknown} unknown"));
        Ok(())
    }

    async fn send_all(
        &mut self,
        shutdown: &mut Shutdown,
        outages: &mut OutageReporter,
        output: Output,
    ) -> Result<(), CliError> {
        let mut next = Some(0);
        while let Some(tick) = next {
            let wait = self.schedule.due(tick).saturating_sub(self.start.elapsed());
            if shutdown.until_signal(sleep(wait)).await.is_err() {
                break;
            }
            self.send(tick, shutdown, outages, output).await?;
            if shutdown.is_requested() {
                break;
            }
            let following = self.schedule.after(tick, self.start.elapsed());
            self.counts.missed += following.missed;
            next = following.tick;
        }
        Ok(())
    }

    /// Sends one message before the next is due. A message that was certainly not accepted is rendered again and
    /// retried.
    async fn send(
        &mut self,
        tick: u64,
        shutdown: &mut Shutdown,
        outages: &mut OutageReporter,
        output: Output,
    ) -> Result<(), CliError> {
        while let Some(remaining) = self.schedule.remaining(tick, self.start.elapsed()) {
            let message = self.template.render(tick + 1)?;
            let report = SendReport::for_message(&message);
            let remaining = Duration::from_millis(remaining.as_millis() as u64);
            let timeout = self.timeout.min(remaining.max(MIN_ATTEMPT_TIMEOUT));
            let outgoing = self.emitter.send(message).require_servers(self.require_servers).timeout(timeout);
            let Ok(sent) = shutdown.finish(outgoing.into_future()).await else {
                self.counts.unknown += 1;
                return Ok(());
            };
            match sent {
                Ok(receipt) => {
                    let receipt = SendReceipt::from(receipt);
                    outages.sent(&report, &receipt, &self.counts);
                    self.counts.sent += 1;
                    self.counts.late += u64::from(self.schedule.is_late(tick, self.start.elapsed()));
                    return if output.is_json() { output.json_line(&receipt) } else { Ok(()) };
                }
                Err(error) if error.kind() == ErrorKind::InvalidMessage => return Err(error.into()),
                Err(error) if error.may_have_been_taken() => {
                    outages.failed(&error, &self.counts);
                    self.counts.unknown += 1;
                    return Ok(());
                }
                Err(error) if error.kind() == ErrorKind::NoServers => {
                    outages.too_few_servers(error, &self.counts);
                    break;
                }
                Err(error) => outages.failed(&error, &self.counts),
            }
            let remaining = self.schedule.remaining(tick, self.start.elapsed()).unwrap_or_default();
            if shutdown.is_requested() || shutdown.until_signal(sleep(RETRY_DELAY.min(remaining))).await.is_err() {
                break;
            }
        }
        self.counts.missed += 1;
        Ok(())
    }
}
