//! Tracks every line until it is sent or has failed.

use std::{
    collections::VecDeque,
    fmt::Display,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use socketio_emitter::{Error, error::ErrorKind};

use super::{
    progress::PipeProgress,
    record_reader::{LineProblem, RecordChunk},
};
use crate::{
    cli_error::{CliError, describe_in_line},
    output::{Output, Verbosity},
};

/// The number of invalid lines that are reported without `--verbose`; the rest are only counted.
const MAX_REPORTED: u64 = 20;

/// A line tracker that the message stream and the batch share.
#[derive(Clone)]
pub(super) struct SharedLineTracker(Arc<Mutex<LineTracker>>);

impl SharedLineTracker {
    pub(super) fn new(tracker: LineTracker) -> Self {
        Self(Arc::new(Mutex::new(tracker)))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, LineTracker> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The number of lines by result. This is part of the JSON that is printed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct LineCounts {
    /// Lines that are not blank: the sum of all others.
    pub(super) lines: u64,
    /// Accepted by Redis.
    pub(super) sent: u64,
    /// Invalid.
    pub(super) bad: u64,
    /// Maybe accepted by Redis.
    pub(super) unknown: u64,
    /// Certainly not accepted by Redis.
    pub(super) unsent: u64,
    /// Lines of a tap that are not messages.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) skipped: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Where to continue after sending stopped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ResumePoint {
    /// The first line that was not certainly sent.
    pub(super) first: u64,
    /// The last line that may have been sent.
    pub(super) last_unknown: Option<u64>,
    /// The number of lines after the first that were sent.
    pub(super) sent_later: u64,
}

/// Counts lines by result, and reports invalid ones.
pub(super) struct LineTracker {
    counts: LineCounts,
    /// Submitted lines without a result, in order, as inclusive ranges.
    pending: VecDeque<(u64, u64)>,
    /// The last line that was processed.
    last: u64,
    resume_point: Option<ResumePoint>,
    /// Why the input could not be read to the end.
    pub(super) read_error: Option<io::Error>,
    /// The input consists of tapped messages that would loop.
    pub(super) loop_error: Option<CliError>,
    progress: PipeProgress,
    output: Output,
}

impl LineTracker {
    pub(super) fn new(progress: PipeProgress, output: Output) -> Self {
        Self {
            counts: LineCounts::default(),
            pending: VecDeque::new(),
            last: 0,
            resume_point: None,
            read_error: None,
            loop_error: None,
            progress,
            output,
        }
    }

    /// Advances the progress bar.
    pub(super) fn advance(&mut self, chunk: &RecordChunk) {
        self.progress.advance(chunk.records.len(), chunk.bytes);
    }

    /// The message of a line was submitted to the batch.
    pub(super) fn submit(&mut self, line: u64) {
        self.counts.lines += 1;
        self.last = line;
        match self.pending.back_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => self.pending.push_back((line, line)),
        }
    }

    /// A line is invalid.
    pub(super) fn reject(&mut self, line: u64, problem: &LineProblem) {
        self.counts.lines += 1;
        self.last = line;
        self.report_bad(line, problem);
    }

    /// A line comes from a tap but is not a message.
    pub(super) fn skip(&mut self, line: u64) {
        self.counts.lines += 1;
        self.counts.skipped += 1;
        self.last = line;
    }

    /// Sets the result of the oldest pending line.
    pub(super) fn settle(&mut self, result: Result<(), &Error>) {
        let Some(line) = self.pop_pending() else { return };
        match result {
            Ok(()) => {
                self.counts.sent += 1;
                if let Some(point) = &mut self.resume_point {
                    point.sent_later += 1;
                }
            }
            Err(error) if error.kind() == ErrorKind::InvalidMessage => self.report_bad(line, &describe_in_line(error)),
            Err(error) => self.mark_failed(line, error.may_have_been_taken()),
        }
    }

    /// Counts the pending lines as unknown or as not sent, and returns the counts.
    pub(super) fn close(&mut self, unknown: bool) -> LineCounts {
        while let Some(line) = self.pop_pending() {
            self.mark_failed(line, unknown);
        }
        self.progress.finish();
        self.counts
    }

    /// Where to continue; the line after the last if every line was sent.
    pub(super) fn resume_point(&self) -> ResumePoint {
        self.resume_point.unwrap_or(ResumePoint { first: self.last + 1, last_unknown: None, sent_later: 0 })
    }

    fn pop_pending(&mut self) -> Option<u64> {
        let (first, last) = self.pending.front_mut()?;
        let line = *first;
        *first += 1;
        if first > last {
            self.pending.pop_front();
        }
        Some(line)
    }

    fn mark_failed(&mut self, line: u64, unknown: bool) {
        let first = ResumePoint { first: line, last_unknown: None, sent_later: 0 };
        let point = self.resume_point.get_or_insert(first);
        if unknown {
            self.counts.unknown += 1;
            point.last_unknown = Some(line);
        } else {
            self.counts.unsent += 1;
        }
    }

    /// Counts and reports an invalid line, even with `--quiet`, since it makes the command fail.
    fn report_bad(&mut self, line: u64, problem: &dyn Display) {
        self.counts.bad += 1;
        if self.counts.bad <= MAX_REPORTED || self.output.verbosity == Verbosity::Verbose {
            self.progress.suspend(|| self.output.error(&format!("line {line}{problem}")));
        } else if self.counts.bad == MAX_REPORTED + 1 {
            let text = "further bad lines are only counted; use --verbose to report all";
            self.progress.suspend(|| self.output.error(text));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::output::OutputFormat;
    use socketio_emitter::{Args, Emitter, Message};

    fn tracker(lines: impl IntoIterator<Item = u64>) -> LineTracker {
        let output = Output { format: OutputFormat::Text, verbosity: Verbosity::Quiet };
        let mut tracker = LineTracker::new(PipeProgress::new(None, true, output), output);
        lines.into_iter().for_each(|line| tracker.submit(line));
        tracker
    }

    fn counts(lines: u64, sent: u64, bad: u64, unknown: u64, unsent: u64) -> LineCounts {
        assert_eq!(lines, sent + bad + unknown + unsent);
        LineCounts { lines, sent, bad, unknown, unsent, skipped: 0 }
    }

    #[test]
    fn every_line_is_counted_once() {
        let mut tracker = tracker([1, 2, 5, 6, 7, 9]);
        tracker.reject(10, &LineProblem::TooLong(1));
        tracker.settle(Ok(()));
        let reserved = Emitter::recorder().0.send(Message::emit("connect", Args::default())).wait().unwrap_err();
        tracker.settle(Err(&reserved));
        tracker.settle(Ok(()));
        tracker.settle(Err(&Error::Timeout(Duration::ZERO)));
        tracker.settle(Err(&Error::Timeout(Duration::ZERO)));
        assert_eq!(tracker.close(false), counts(7, 2, 2, 2, 1));
        assert_eq!(tracker.resume_point(), ResumePoint { first: 6, last_unknown: Some(7), sent_later: 0 });
    }

    #[test]
    fn pending_lines_are_unknown_after_an_interrupt() {
        let mut tracker = tracker(3..=5);
        tracker.settle(Ok(()));
        assert_eq!(tracker.close(true), counts(3, 1, 0, 2, 0));
        assert_eq!(tracker.resume_point(), ResumePoint { first: 4, last_unknown: Some(5), sent_later: 0 });
    }

    #[test]
    fn resume_point_follows_the_last_line_if_all_were_sent() {
        let mut tracker = tracker([1, 4]);
        tracker.settle(Ok(()));
        tracker.settle(Ok(()));
        assert_eq!(tracker.close(false), counts(2, 2, 0, 0, 0));
        assert_eq!(tracker.resume_point(), ResumePoint { first: 5, last_unknown: None, sent_later: 0 });
    }

    #[test]
    fn resume_point_counts_lines_sent_after_a_failure() {
        let mut tracker = tracker(1..=4);
        tracker.settle(Ok(()));
        tracker.settle(Err(&Error::Config(String::new())));
        tracker.settle(Ok(()));
        tracker.settle(Ok(()));
        assert_eq!(tracker.close(false), counts(4, 3, 0, 0, 1));
        assert_eq!(tracker.resume_point(), ResumePoint { first: 2, last_unknown: None, sent_later: 2 });
    }

    #[test]
    fn consecutive_pending_lines_are_stored_as_ranges() {
        let tracker = tracker((1..=1_000_000).chain(2_000_000..=3_000_000));
        assert_eq!(tracker.pending.len(), 2);
    }
}
