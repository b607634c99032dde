//! What becomes of every line.

use std::{
    collections::VecDeque,
    fmt::Display,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use serde::Serialize;
use socketio_emitter::Error;

use super::{
    progress::Progress,
    reader::{Chunk, Problem},
};
use crate::{
    failure::{Failure, reason},
    output::{Output, Words},
};

/// So many bad lines are named; the others are counted.
const NAMED: u64 = 20;

/// The ledger, for those who write into it.
#[derive(Clone)]
pub(super) struct Book(Arc<Mutex<Ledger>>);

impl Book {
    pub(super) fn new(ledger: Ledger) -> Self {
        Self(Arc::new(Mutex::new(ledger)))
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Ledger> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How many lines met with which fate.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(super) struct Counts {
    /// Those that hold something: the sum of all others.
    pub(super) lines: u64,
    /// Redis took them, for certain.
    pub(super) sent: u64,
    /// They can never be sent.
    pub(super) bad: u64,
    /// Redis may have taken them or not.
    pub(super) unknown: u64,
    /// They were taken up, and certainly not sent.
    pub(super) unsent: u64,
    /// A tap's lines that are no messages.
    #[serde(skip_serializing_if = "is_zero")]
    pub(super) skipped: u64,
}

fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Where it stopped, and what became of the lines around.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stop {
    /// The first line that was not sent for certain.
    pub(super) first: u64,
    /// The last line that may have been taken or not.
    pub(super) unknown: Option<u64>,
    /// How many lines after the first were sent all the same.
    pub(super) later: u64,
}

/// Every line that was taken up, until its fate is known.
pub(super) struct Ledger {
    counts: Counts,
    /// Lines that were handed over, in order, as runs of neighbours.
    waiting: VecDeque<(u64, u64)>,
    /// The last line that was taken up.
    last: u64,
    stop: Option<Stop>,
    /// Why the input cannot be read on.
    pub(super) unreadable: Option<io::Error>,
    /// Why the input must not be sent.
    pub(super) refused: Option<Failure>,
    progress: Progress,
    output: Output,
}

impl Ledger {
    /// Nothing was read yet; bad lines are named on stderr.
    pub(super) fn new(progress: Progress, output: Output) -> Self {
        Self {
            counts: Counts::default(),
            waiting: VecDeque::new(),
            last: 0,
            stop: None,
            unreadable: None,
            refused: None,
            progress,
            output,
        }
    }

    pub(super) fn chunk(&mut self, chunk: &Chunk) {
        self.progress.advance(chunk.records.len(), chunk.bytes);
    }

    /// A line was taken up, and its message handed over.
    pub(super) fn handed(&mut self, line: u64) {
        self.counts.lines += 1;
        self.last = line;
        match self.waiting.back_mut() {
            Some((_, last)) if *last + 1 == line => *last = line,
            _ => self.waiting.push_back((line, line)),
        }
    }

    /// A line was taken up, and is no message.
    pub(super) fn bad(&mut self, line: u64, problem: &Problem) {
        self.counts.lines += 1;
        self.last = line;
        self.name(line, problem);
    }

    /// A line was taken up, and is a tap's, but no message.
    pub(super) fn skipped(&mut self, line: u64) {
        self.counts.lines += 1;
        self.counts.skipped += 1;
        self.last = line;
    }

    /// What became of the first message that was handed over and not heard of since.
    pub(super) fn fate(&mut self, fate: Result<(), &Error>) {
        let Some(line) = self.next_waiting() else { return };
        match fate {
            Ok(()) => {
                self.counts.sent += 1;
                if let Some(stop) = &mut self.stop {
                    stop.later += 1;
                }
            }
            Err(error) if error.is_invalid() => self.name(line, &reason(error)),
            Err(error) => self.failed(line, error.is_unknown()),
        }
    }

    /// Closes the ledger. Nothing is on its way any more, or nobody could wait for it: then its fate is `unknown`.
    pub(super) fn close(&mut self, unknown: bool) -> Counts {
        while let Some(line) = self.next_waiting() {
            self.failed(line, unknown);
        }
        self.progress.end();
        self.counts
    }

    /// Where to go on.
    pub(super) fn stop(&self) -> Stop {
        self.stop.unwrap_or(Stop { first: self.last + 1, unknown: None, later: 0 })
    }

    fn next_waiting(&mut self) -> Option<u64> {
        let (first, last) = self.waiting.front_mut()?;
        let line = *first;
        *first += 1;
        if first > last {
            self.waiting.pop_front();
        }
        Some(line)
    }

    fn failed(&mut self, line: u64, unknown: bool) {
        let stop = self.stop.get_or_insert(Stop { first: line, unknown: None, later: 0 });
        if unknown {
            self.counts.unknown += 1;
            stop.unknown = Some(line);
        } else {
            self.counts.unsent += 1;
        }
    }

    /// Counts a bad line and says what is wrong with it, however quiet it is to be: it is why the command fails.
    fn name(&mut self, line: u64, problem: &dyn Display) {
        self.counts.bad += 1;
        if self.counts.bad <= NAMED || self.output.words == Words::Many {
            self.progress.aside(|| self.output.complain(&format!("line {line}{problem}")));
        } else if self.counts.bad == NAMED + 1 {
            let words = "more bad lines are only counted (--verbose names them all)";
            self.progress.aside(|| self.output.complain(words));
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::output::Format;
    use socketio_emitter::{Args, Emitter, Message};

    fn ledger(lines: impl IntoIterator<Item = u64>) -> Ledger {
        let output = Output { format: Format::Text, words: Words::Few };
        let mut ledger = Ledger::new(Progress::new(None, true, output), output);
        lines.into_iter().for_each(|line| ledger.handed(line));
        ledger
    }

    fn counts(lines: u64, sent: u64, bad: u64, unknown: u64, unsent: u64) -> Counts {
        assert_eq!(lines, sent + bad + unknown + unsent);
        Counts { lines, sent, bad, unknown, unsent, skipped: 0 }
    }

    #[test]
    fn every_line_is_counted_once() {
        let mut ledger = ledger([1, 2, 5, 6, 7, 9]);
        ledger.bad(10, &Problem::TooLong(1));
        ledger.fate(Ok(()));
        let reserved = Emitter::recorder().0.send(Message::emit("connect", Args::default())).wait().unwrap_err();
        ledger.fate(Err(&reserved));
        ledger.fate(Ok(()));
        ledger.fate(Err(&Error::Timeout(Duration::ZERO)));
        ledger.fate(Err(&Error::Timeout(Duration::ZERO)));
        assert_eq!(ledger.close(false), counts(7, 2, 2, 2, 1));
        assert_eq!(ledger.stop(), Stop { first: 6, unknown: Some(7), later: 0 });
    }

    #[test]
    fn what_nobody_waited_for_is_unknown() {
        let mut ledger = ledger(3..=5);
        ledger.fate(Ok(()));
        assert_eq!(ledger.close(true), counts(3, 1, 0, 2, 0));
        assert_eq!(ledger.stop(), Stop { first: 4, unknown: Some(5), later: 0 });
    }

    #[test]
    fn after_the_last_line_comes_the_next() {
        let mut ledger = ledger([1, 4]);
        ledger.fate(Ok(()));
        ledger.fate(Ok(()));
        assert_eq!(ledger.close(false), counts(2, 2, 0, 0, 0));
        assert_eq!(ledger.stop(), Stop { first: 5, unknown: None, later: 0 });
    }

    #[test]
    fn what_was_sent_after_a_failure_is_no_secret() {
        let mut ledger = ledger(1..=4);
        ledger.fate(Ok(()));
        ledger.fate(Err(&Error::Config(String::new())));
        ledger.fate(Ok(()));
        ledger.fate(Ok(()));
        assert_eq!(ledger.close(false), counts(4, 3, 0, 0, 1));
        assert_eq!(ledger.stop(), Stop { first: 2, unknown: None, later: 2 });
    }

    #[test]
    fn neighbours_take_no_memory() {
        let ledger = ledger((1..=1_000_000).chain(2_000_000..=3_000_000));
        assert_eq!(ledger.waiting.len(), 2);
    }
}
