//! The summary at the end of `sio pipe`, and where to continue.

use std::time::Duration;

use indicatif::HumanCount;
use serde::Serialize;
use socketio_emitter::BatchReceipt;

use super::line_tracker::{LineCounts, ResumePoint};
use crate::{
    cli_error::CliError,
    output::Output,
    rate::format_rate,
    send_receipt::{format_servers, no_servers_warning},
};

/// The results, the elapsed time and the number of servers. This is the JSON that is printed.
#[derive(Debug, Serialize)]
pub(super) struct PipeSummary {
    #[serde(flatten)]
    counts: LineCounts,
    seconds: f64,
    adapter: Option<&'static str>,
    /// The fewest servers at any time; `None` if Redis did not permit counting.
    servers: Option<u64>,
}

impl PipeSummary {
    /// Without a receipt, adapter and servers are unknown.
    pub(super) fn new(counts: LineCounts, elapsed: Duration, receipt: Option<&BatchReceipt>) -> Self {
        let seconds = (elapsed.as_secs_f64() * 1000.0).round() / 1000.0;
        let adapter = receipt.map(|receipt| receipt.adapter);
        Self { counts, seconds, adapter, servers: receipt.and_then(|receipt| receipt.servers) }
    }

    /// Prints the summary, with a warning if Redis counted zero servers.
    pub(super) fn print(&self, output: Output) -> Result<(), CliError> {
        if let (Some(adapter), Some(0)) = (self.adapter, self.servers) {
            output.warn(&no_servers_warning(adapter, "one of the namespaces"));
        }
        match output.is_json() {
            true => output.json_line(self),
            false => {
                output.note(&self.text("sent"));
                Ok(())
            }
        }
    }

    /// The summary in one line; `verb` is `sent` or `printed`.
    pub(super) fn text(&self, verb: &str) -> String {
        let LineCounts { lines, unknown, unsent, skipped, .. } = self.counts;
        let mut results = format!("{} {verb}, {} bad", HumanCount(self.counts.sent), HumanCount(self.counts.bad));
        for (count, result) in [(unknown, "unknown"), (unsent, "not sent"), (skipped, "skipped (not messages)")] {
            if count > 0 {
                results += &format!(", {} {result}", HumanCount(count));
            }
        }
        let noun = if lines == 1 { "line" } else { "lines" };
        let rate = format_rate(lines as f64 / self.seconds.max(0.001));
        let servers = match self.adapter {
            Some(_) => format!(", {}", format_servers(self.servers)),
            None => String::new(),
        };
        format!("{results}; {} {noun} in {:.1}s ({rate}/s){servers}", HumanCount(lines), self.seconds)
    }
}

/// How to continue after the input was not sent completely.
pub(super) fn resume_hint(point: ResumePoint) -> String {
    let ResumePoint { first, last_unknown, sent_later } = point;
    let sent_later = match sent_later {
        0 => String::new(),
        count => format!("; {} later lines were already sent", HumanCount(count)),
    };
    match last_unknown {
        None => format!("continue with --from-line {first}{sent_later}"),
        Some(last) => format!(
            "lines {first} to {last} may have been sent: \
             --from-line {first} sends them again, --from-line {} skips them{sent_later}",
            last + 1
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn summary_text_lists_nonzero_results() {
        let counts = LineCounts { lines: 5_000_000, sent: 4_999_998, bad: 2, ..LineCounts::default() };
        let mut summary = PipeSummary { counts, seconds: 12.3, adapter: Some("classic"), servers: Some(2) };
        assert_eq!(summary.text("sent"), "4,999,998 sent, 2 bad; 5,000,000 lines in 12.3s (407,000/s), 2 servers");
        summary.counts = LineCounts { lines: 10, sent: 1, bad: 2, unknown: 3, unsent: 4, skipped: 0 };
        summary.adapter = None;
        assert_eq!(summary.text("sent"), "1 sent, 2 bad, 3 unknown, 4 not sent; 10 lines in 12.3s (0.8/s)");
        summary.counts = LineCounts { lines: 10, sent: 3, skipped: 7, ..LineCounts::default() };
        assert_eq!(summary.text("sent"), "3 sent, 0 bad, 7 skipped (not messages); 10 lines in 12.3s (0.8/s)");
    }

    #[test]
    fn resume_hint_names_the_line_and_unknown_lines() {
        let point = ResumePoint { first: 7, last_unknown: None, sent_later: 0 };
        assert_eq!(resume_hint(point), "continue with --from-line 7");
        let point = ResumePoint { first: 7, last_unknown: Some(9), sent_later: 3 };
        assert_eq!(
            resume_hint(point),
            "lines 7 to 9 may have been sent: --from-line 7 sends them again, --from-line 10 skips them; \
             3 later lines were already sent"
        );
    }
}
