//! How far a measurement is, for people who watch.

use std::{
    fmt::Write,
    io::{self, IsTerminal},
    sync::Arc,
    time::Duration,
};

use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use super::{gauge::Gauge, limit::Limit, measurement::Way};
use crate::{
    output::{Output, Words},
    rate::digits,
};

/// A line on stderr that changes, or nothing at all.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A line, if stderr is a terminal and words are wanted.
    pub(super) fn new(way: Way, limit: Limit, gauge: Arc<Gauge>, output: Output) -> Self {
        if !io::stderr().is_terminal() || output.words == Words::Few {
            return Self(ProgressBar::hidden());
        }
        let name = way.name();
        let so_far = move |_: &ProgressState, text: &mut dyn Write| {
            let (sent, time) = (gauge.counts().sent, gauge.began().elapsed());
            // Nobody is there to hear of an error.
            let _ = write!(text, "{name}: {}", words(sent, time, limit));
        };
        let style = ProgressStyle::with_template("{spinner} {so_far}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner()).with_key("so_far", so_far);
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style);
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    /// Takes the line away.
    pub(super) fn end(&self) {
        self.0.finish_and_clear();
    }
}

/// How many of how many, how fast, and how long of how long.
fn words(sent: u64, time: Duration, limit: Limit) -> String {
    let of = |all: String, known: bool| if known { format!(" of {all}") } else { String::new() };
    let events = of(HumanCount(limit.events).to_string(), limit.events < u64::MAX);
    let seconds = of(format!("{:.1}s", limit.time.as_secs_f64()), limit.time < Duration::MAX);
    let rate = digits(sent as f64 / time.as_secs_f64().max(0.001));
    format!("{}{events} events, {rate}/s, {:.1}s{seconds}", HumanCount(sent), time.as_secs_f64())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_not_compared_with_it() {
        let time = Duration::from_millis(1500);
        let limit = Limit { time: Duration::from_secs(3), events: u64::MAX };
        assert_eq!(words(30_000, time, limit), "30,000 events, 20,000/s, 1.5s of 3.0s");
        let limit = Limit { time: Duration::MAX, events: 60_000 };
        assert_eq!(words(30_000, time, limit), "30,000 of 60,000 events, 20,000/s, 1.5s");
    }
}
