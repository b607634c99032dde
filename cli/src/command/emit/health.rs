//! How a long run is doing, told in as few words as possible: once when it turns bad, once when it is well again.

use serde::Serialize;
use socketio_emitter::Error;

use crate::{
    exit::Exit,
    failure::Failure,
    output::Output,
    report::{Report, Sent},
};

/// What became of the beats.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Tally {
    /// Redis took them.
    pub(super) sent: u64,
    /// They were not sent while it was their turn.
    pub(super) missed: u64,
    /// Those of the sent ones that were sent late.
    pub(super) late: u64,
    /// Redis may have taken them or not.
    pub(super) unknown: u64,
}

/// What is known about Redis and the servers from the last attempt, and what was said about it.
pub(super) struct Health {
    output: Output,
    started: bool,
    /// What was counted when the outage began.
    outage: Option<Tally>,
    /// It was said that nobody is there.
    nobody: bool,
    last: Exit,
}

impl Health {
    pub(super) fn new(output: Output) -> Self {
        Self { output, started: false, outage: None, nobody: false, last: Exit::Done }
    }

    /// The exit code for the state of things.
    pub(super) fn exit(&self) -> Exit {
        self.last
    }

    /// Redis took a beat.
    pub(super) fn sent(&mut self, report: &Report, sent: &Sent, tally: &Tally) {
        self.back(tally);
        self.last = Exit::Done;
        let words = report.words(sent);
        match (sent.servers, self.nobody) {
            (Some(0), false) => self.output.warn(&report.nobody(sent)),
            (Some(0), true) => self.output.detail(&words),
            (_, true) => self.output.warn(&format!("servers are there now: {words}")),
            (_, false) if !self.started && !self.output.is_json() => self.output.say(&words),
            (_, false) => self.output.detail(&words),
        }
        self.nobody = sent.servers == Some(0);
        self.started = true;
    }

    /// Redis answered that nobody is there, so the beat was not sent.
    pub(super) fn nobody(&mut self, error: Error, tally: &Tally) {
        self.back(tally);
        let Failure { exit, message } = error.into();
        self.last = exit;
        let message = message.unwrap_or_default();
        match self.nobody {
            false => self.output.warn(&format!("{message}; going on")),
            true => self.output.detail(&message),
        }
        self.nobody = true;
    }

    /// Redis did not take the beat, or did not say so.
    pub(super) fn away(&mut self, error: &Error, tally: &Tally) {
        self.last = Exit::Failed;
        match self.outage {
            None => self.output.warn(&format!("{error}; going on")),
            Some(_) => self.output.detail(&error.to_string()),
        }
        self.outage.get_or_insert(*tally);
    }

    fn back(&mut self, tally: &Tally) {
        let Some(before) = self.outage.take() else { return };
        let missed = tally.missed - before.missed;
        let beats = if missed == 1 { "beat" } else { "beats" };
        let unknown = match tally.unknown - before.unknown {
            0 => String::new(),
            unknown => format!(", {unknown} unknown"),
        };
        self.output.warn(&format!("Redis is back; {missed} {beats} missed{unknown}"));
    }
}
