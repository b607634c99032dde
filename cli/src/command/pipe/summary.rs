//! What is said when all lines met their fate.

use std::time::Duration;

use indicatif::HumanCount;
use serde::Serialize;
use socketio_emitter::BatchReceipt;

use super::ledger::{Counts, Stop};
use crate::{
    failure::Failure,
    output::Output,
    rate::digits,
    report::{nobody, servers},
};

/// What became of the lines, how long it took, and who was there.
#[derive(Debug, Serialize)]
pub(super) struct Summary {
    #[serde(flatten)]
    counts: Counts,
    seconds: f64,
    adapter: Option<&'static str>,
    /// The fewest servers there were at any time; `null` where Redis would not say.
    servers: Option<u64>,
}

impl Summary {
    /// Without a receipt, nothing is known of adapter and servers.
    pub(super) fn new(counts: Counts, elapsed: Duration, receipt: Option<&BatchReceipt>) -> Self {
        let seconds = (elapsed.as_secs_f64() * 1000.0).round() / 1000.0;
        let adapter = receipt.map(|receipt| receipt.adapter);
        Self { counts, seconds, adapter, servers: receipt.and_then(|receipt| receipt.servers) }
    }

    /// Prints it, or says it, and warns where nobody was there.
    pub(super) fn tell(&self, output: Output) -> Result<(), Failure> {
        if let (Some(adapter), Some(0)) = (self.adapter, self.servers) {
            output.warn(&nobody(adapter, "the namespaces"));
        }
        match output.is_json() {
            true => output.object(self),
            false => {
                output.say(&self.words("sent"));
                Ok(())
            }
        }
    }

    /// In one line, where `sent` says what was done.
    pub(super) fn words(&self, sent: &str) -> String {
        let Counts { lines, unknown, unsent, skipped, .. } = self.counts;
        let mut fates = format!("{} {sent}, {} bad", HumanCount(self.counts.sent), HumanCount(self.counts.bad));
        for (count, fate) in [(unknown, "unknown"), (unsent, "not sent"), (skipped, "no messages (of a tap)")] {
            if count > 0 {
                fates += &format!(", {} {fate}", HumanCount(count));
            }
        }
        let noun = if lines == 1 { "line" } else { "lines" };
        let rate = digits(lines as f64 / self.seconds.max(0.001));
        let servers = match self.adapter {
            Some(_) => format!(", {}", servers(self.servers)),
            None => String::new(),
        };
        format!("{fates}; {} {noun} in {:.1}s ({rate}/s){servers}", HumanCount(lines), self.seconds)
    }
}

/// Where to go on after it stopped.
pub(super) fn resume(stop: Stop) -> String {
    let Stop { first, unknown, later } = stop;
    let all_the_same = match later {
        0 => String::new(),
        later => format!("; {} after it were sent all the same", HumanCount(later)),
    };
    match unknown {
        None => format!("go on with --from-line {first}{all_the_same}"),
        Some(last) => format!(
            "lines {first} to {last} are in doubt: \
             --from-line {first} sends them again, --from-line {} leaves them out{all_the_same}",
            last + 1
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_says_it_all() {
        let counts = Counts { lines: 5_000_000, sent: 4_999_998, bad: 2, ..Counts::default() };
        let mut summary = Summary { counts, seconds: 12.3, adapter: Some("classic"), servers: Some(2) };
        assert_eq!(summary.words("sent"), "4,999,998 sent, 2 bad; 5,000,000 lines in 12.3s (407,000/s), 2 servers");
        summary.counts = Counts { lines: 10, sent: 1, bad: 2, unknown: 3, unsent: 4, skipped: 0 };
        summary.adapter = None;
        assert_eq!(summary.words("sent"), "1 sent, 2 bad, 3 unknown, 4 not sent; 10 lines in 12.3s (0.8/s)");
        summary.counts = Counts { lines: 10, sent: 3, skipped: 7, ..Counts::default() };
        assert_eq!(summary.words("sent"), "3 sent, 0 bad, 7 no messages (of a tap); 10 lines in 12.3s (0.8/s)");
    }

    #[test]
    fn where_to_go_on() {
        let stop = Stop { first: 7, unknown: None, later: 0 };
        assert_eq!(resume(stop), "go on with --from-line 7");
        let stop = Stop { first: 7, unknown: Some(9), later: 3 };
        assert_eq!(
            resume(stop),
            "lines 7 to 9 are in doubt: --from-line 7 sends them again, --from-line 10 leaves them out; \
             3 after it were sent all the same"
        );
    }
}
