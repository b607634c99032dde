//! The progress line of `sio bench`.

use std::{
    fmt::Write,
    io::{self, IsTerminal},
    sync::Arc,
    time::Duration,
};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{latency_recorder::LatencyRecorder, limit::BenchLimit, measurement::BenchMode};
use crate::{
    output::{Output, Verbosity},
    rate::format_rate,
};

/// A progress line on stderr, hidden if it is not wanted.
pub(super) struct BenchProgress(ProgressBar);

impl BenchProgress {
    /// Shows the line if stderr is a terminal and `--quiet` is not given.
    pub(super) fn new(mode: BenchMode, limit: BenchLimit, recorder: Arc<LatencyRecorder>, output: Output) -> Self {
        if !io::stderr().is_terminal() || output.verbosity == Verbosity::Quiet {
            return Self(ProgressBar::hidden());
        }
        let name = mode.name();
        let status = move |_: &ProgressState, text: &mut dyn Write| {
            let (sent, time) = (recorder.counts().sent, recorder.start().elapsed());
            // The callback cannot report errors.
            let _ = write!(text, "{name}: {}", status_line(sent, time, limit));
        };
        let style = ProgressStyle::with_template("{spinner} {status}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("status", status);
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// Removes the line.
    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

/// The number of events, their rate and the elapsed time, with the limits if there are any.
fn status_line(sent: u64, time: Duration, limit: BenchLimit) -> String {
    let of = |limit: String, is_limited: bool| if is_limited { format!(" of {limit}") } else { String::new() };
    let events = of(HumanCount(limit.events).to_string(), limit.events < u64::MAX);
    let seconds = of(format!("{:.1}s", limit.time.as_secs_f64()), limit.time < Duration::MAX);
    let rate = format_rate(sent as f64 / time.as_secs_f64().max(0.001));
    format!("{}{events} events, {rate}/s, {:.1}s{seconds}", HumanCount(sent), time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_line_shows_only_finite_limits() {
        let time = Duration::from_millis(1500);
        let limit = BenchLimit { time: Duration::from_secs(3), events: u64::MAX };
        assert_eq!(status_line(30_000, time, limit), "30,000 events, 20,000/s, 1.5s of 3.0s");
        let limit = BenchLimit { time: Duration::MAX, events: 60_000 };
        assert_eq!(status_line(30_000, time, limit), "30,000 of 60,000 events, 20,000/s, 1.5s");
    }
}
