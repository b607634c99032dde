//! The progress bar of `sio pipe`.

use std::{
    fmt::Write,
    io::{self, IsTerminal},
    time::Duration,
};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::output::{Output, Verbosity};

/// A progress bar on stderr, hidden if it is not wanted.
pub(super) struct PipeProgress {
    bar: ProgressBar,
    /// The size of the input in bytes, if known.
    size: Option<u64>,
    bytes: u64,
    lines: u64,
}

impl PipeProgress {
    /// Shows a bar if stderr is a terminal, the input is not, and `--quiet` is not given.
    pub(super) fn new(size: Option<u64>, interactive: bool, output: Output) -> Self {
        let shown = io::stderr().is_terminal() && !interactive && output.verbosity > Verbosity::Quiet;
        let bar = if shown { visible_bar(size) } else { ProgressBar::hidden() };
        Self { bar, size, bytes: 0, lines: 0 }
    }

    /// Adds processed lines and their bytes.
    pub(super) fn advance(&mut self, lines: usize, bytes: usize) {
        self.lines += lines as u64;
        self.bytes += bytes as u64;
        if let Some(size) = self.size {
            // Estimates the total number of lines from the bytes so far.
            let total = u128::from(self.lines) * u128::from(size) / u128::from(self.bytes.max(1));
            self.bar.set_length(u64::try_from(total).unwrap_or(u64::MAX).max(self.lines));
        }
        self.bar.set_position(self.lines);
    }

    /// Hides the bar while `print` writes to stderr.
    pub(super) fn suspend(&self, print: impl FnOnce()) {
        self.bar.suspend(print);
    }

    /// Removes the bar.
    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn visible_bar(size: Option<u64>) -> ProgressBar {
    let template = match size {
        Some(_) => "{bar:30} {percent:>3}%  {human_pos} lines, {rate}, {eta} left",
        None => "{spinner} {human_pos} lines, {rate}",
    };
    let rate = |state: &ProgressState, text: &mut dyn Write| {
        // The callback cannot report errors.
        let _ = write!(text, "{}/s", HumanCount(state.per_sec() as u64));
    };
    let style = ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_spinner());
    let bar = ProgressBar::with_draw_target(size, ProgressDrawTarget::stderr());
    bar.set_style(style.with_key("rate", rate));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}
