//! How far it is, for people who watch.

use std::{
    fmt::Write,
    io::{self, IsTerminal},
    time::Duration,
};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::output::{Output, Words};

/// A bar on stderr where somebody can see it, or nothing at all.
pub(super) struct Progress {
    bar: ProgressBar,
    /// The size of the input in bytes, where it is known.
    size: Option<u64>,
    bytes: u64,
    lines: u64,
}

impl Progress {
    /// A bar, if stderr is a terminal where nobody types the input and words are wanted.
    pub(super) fn new(size: Option<u64>, typed: bool, output: Output) -> Self {
        let shown = io::stderr().is_terminal() && !typed && output.words > Words::Few;
        let bar = if shown { bar(size) } else { ProgressBar::hidden() };
        Self { bar, size, bytes: 0, lines: 0 }
    }

    /// So many lines more were taken up, which are so many bytes.
    pub(super) fn advance(&mut self, lines: usize, bytes: usize) {
        self.lines += lines as u64;
        self.bytes += bytes as u64;
        if let Some(size) = self.size {
            // How many lines there are is a guess, which is right in the end.
            let all = u128::from(self.lines) * u128::from(size) / u128::from(self.bytes.max(1));
            self.bar.set_length(u64::try_from(all).unwrap_or(u64::MAX).max(self.lines));
        }
        self.bar.set_position(self.lines);
    }

    /// Says something in between.
    pub(super) fn aside(&self, say: impl FnOnce()) {
        self.bar.suspend(say);
    }

    /// Takes the bar away.
    pub(super) fn end(&self) {
        self.bar.finish_and_clear();
    }
}

fn bar(size: Option<u64>) -> ProgressBar {
    let template = match size {
        Some(_) => "{bar:30} {percent:>3}%  {human_pos} lines, {rate}, {eta} left",
        None => "{spinner} {human_pos} lines, {rate}",
    };
    let rate = |state: &ProgressState, text: &mut dyn Write| {
        // Nobody is there to hear of an error.
        let _ = write!(text, "{}/s", HumanCount(state.per_sec() as u64));
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::stderr());
    bar.set_style(style.with_key("rate", rate));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
