//! Reports outages of a repeated message: once when one begins, and once when it ends.

use serde::Serialize;
use socketio_emitter::Error;

use crate::{
    cli_error::CliError,
    exit::Exit,
    output::Output,
    send_receipt::{SendReceipt, SendReport},
};

/// The number of messages by result. This is the JSON that is printed at the end.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct IntervalCounts {
    /// Accepted by Redis.
    pub(super) sent: u64,
    /// Not sent before the next one was due.
    pub(super) missed: u64,
    /// Those of `sent` that were sent late.
    pub(super) late: u64,
    /// Maybe accepted by Redis.
    pub(super) unknown: u64,
}

/// The state of Redis and of the servers after the last attempt, and what was reported about it.
pub(super) struct OutageReporter {
    output: Output,
    /// A message was sent.
    started: bool,
    /// The counts at the beginning of the current outage.
    outage: Option<IntervalCounts>,
    /// The current lack of servers was reported.
    no_servers: bool,
    last: Exit,
}

impl OutageReporter {
    pub(super) fn new(output: Output) -> Self {
        Self { output, started: false, outage: None, no_servers: false, last: Exit::Success }
    }

    /// The exit code of the last attempt.
    pub(super) fn exit(&self) -> Exit {
        self.last
    }

    /// Redis accepted a message.
    pub(super) fn sent(&mut self, report: &SendReport, receipt: &SendReceipt, counts: &IntervalCounts) {
        self.end_outage(counts);
        self.last = Exit::Success;
        let summary = report.summary(receipt);
        match (receipt.servers, self.no_servers) {
            (Some(0), false) => self.output.warn(&report.no_servers_warning(receipt)),
            (Some(0), true) => self.output.verbose(&summary),
            (_, true) => self.output.warn(&format!("servers are back: {summary}")),
            (_, false) if !self.started && !self.output.is_json() => self.output.note(&summary),
            (_, false) => self.output.verbose(&summary),
        }
        self.no_servers = receipt.servers == Some(0);
        self.started = true;
    }

    /// Redis answered, but there were too few servers, so the message was not sent.
    pub(super) fn too_few_servers(&mut self, error: Error, counts: &IntervalCounts) {
        self.end_outage(counts);
        let CliError { exit, message } = error.into();
        self.last = exit;
        let message = message.unwrap_or_default();
        match self.no_servers {
            false => self.output.warn(&format!("{message}; continuing")),
            true => self.output.verbose(&message),
        }
        self.no_servers = true;
    }

    /// Redis did not accept the message, or its answer is missing.
    pub(super) fn failed(&mut self, error: &Error, counts: &IntervalCounts) {
        self.last = Exit::Failed;
        match self.outage {
            None => self.output.warn(&format!("{error}; continuing")),
            Some(_) => self.output.verbose(&error.to_string()),
        }
        self.outage.get_or_insert(*counts);
    }

    fn end_outage(&mut self, counts: &IntervalCounts) {
        let Some(before) = self.outage.take() else { return };
        let missed = counts.missed - before.missed;
        let messages = if missed == 1 { "message" } else { "messages" };
        let unknown = match counts.unknown - before.unknown {
            0 => String::new(),
            unknown => format!(", {unknown} unknown"),
        };
        self.output.warn(&format!("Redis is back; {missed} {messages} missed{unknown}"));
    }
}
