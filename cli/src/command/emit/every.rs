//! A message again and again: on its beat, through outages, never in bursts.

use std::{future::IntoFuture, time::Duration};

use socketio_emitter::Emitter;
use tokio::time::{Instant, sleep};

use super::{
    draft::Draft,
    health::{Health, Tally},
};
use crate::{
    beat::Schedule,
    exit::Exit,
    failure::Failure,
    interrupt::Interrupts,
    output::Output,
    report::{Report, Sent},
};

/// How long to wait before a beat that was not taken is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// The least time that an attempt has: less would cut off answers that are on their way.
const LEAST: Duration = Duration::from_millis(100);

/// A message on a beat.
pub(super) struct Every {
    emitter: Emitter,
    draft: Draft,
    schedule: Schedule,
    timeout: Duration,
    required: u64,
    start: Instant,
    tally: Tally,
}

impl Every {
    pub(super) fn new(emitter: Emitter, draft: Draft, period: Duration, beats: Option<u64>, timeout: Duration) -> Self {
        let schedule = Schedule::new(period, beats);
        Self { emitter, draft, schedule, timeout, required: 0, start: Instant::now(), tally: Tally::default() }
    }

    /// Sends a beat only if at least so many servers are there.
    pub(super) fn require_servers(self, required: u64) -> Self {
        Self { required, ..self }
    }

    /// Sends until the beats are over or a signal comes; the state at the end is the exit code.
    pub(super) async fn run(mut self, output: Output) -> Result<Exit, Failure> {
        let mut interrupts = Interrupts::new()?;
        let mut health = Health::new(output);
        self.start = Instant::now();
        let ended = self.beats(&mut interrupts, &mut health, output).await;
        if ended.is_ok() || self.tally != Tally::default() {
            self.summary(output)?;
        }
        ended.map(|()| health.exit())
    }

    fn summary(&self, output: Output) -> Result<(), Failure> {
        if output.is_json() {
            return output.object(&self.tally);
        }
        let Tally { sent, missed, late, unknown } = self.tally;
        output.say(&format!("{sent} sent, {missed} missed, {late} late, {unknown} unknown"));
        Ok(())
    }

    async fn beats(&mut self, interrupts: &mut Interrupts, health: &mut Health, output: Output) -> Result<(), Failure> {
        let mut turn = Some(0);
        while let Some(beat) = turn {
            let wait = self.schedule.due(beat).saturating_sub(self.start.elapsed());
            if interrupts.unless(sleep(wait)).await.is_err() {
                break;
            }
            self.beat(beat, interrupts, health, output).await?;
            if interrupts.seen() {
                break;
            }
            let next = self.schedule.after(beat, self.start.elapsed());
            self.tally.missed += next.missed;
            turn = next.beat;
        }
        Ok(())
    }

    /// Sends a beat while it is its turn; what certainly was not taken is tried again, made anew.
    async fn beat(
        &mut self,
        beat: u64,
        interrupts: &mut Interrupts,
        health: &mut Health,
        output: Output,
    ) -> Result<(), Failure> {
        while let Some(left) = self.schedule.left(beat, self.start.elapsed()) {
            let message = self.draft.message(beat + 1)?;
            let report = Report::of(&message);
            let timeout = self.timeout.min(Duration::from_millis(left.as_millis() as u64).max(LEAST));
            let sending = self.emitter.send(message).require_servers(self.required).timeout(timeout);
            let Ok(sent) = interrupts.finish(sending.into_future()).await else {
                self.tally.unknown += 1;
                return Ok(());
            };
            match sent {
                Ok(receipt) => {
                    let sent = Sent::from(receipt);
                    health.sent(&report, &sent, &self.tally);
                    self.tally.sent += 1;
                    self.tally.late += u64::from(self.schedule.is_late(beat, self.start.elapsed()));
                    return if output.is_json() { output.object(&sent) } else { Ok(()) };
                }
                Err(error) if error.is_invalid() => return Err(error.into()),
                Err(error) if error.is_unknown() => {
                    health.away(&error, &self.tally);
                    self.tally.unknown += 1;
                    return Ok(());
                }
                Err(error) if error.is_nobody() => {
                    health.nobody(error, &self.tally);
                    break;
                }
                Err(error) => health.away(&error, &self.tally),
            }
            let left = self.schedule.left(beat, self.start.elapsed()).unwrap_or_default();
            if interrupts.seen() || interrupts.unless(sleep(RETRY.min(left))).await.is_err() {
                break;
            }
        }
        self.tally.missed += 1;
        Ok(())
    }
}
