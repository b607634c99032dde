use std::{collections::BTreeMap, fs, io::Write, path::Path, time::Instant};

use serde_json::json;

use super::{
    LoadProfile,
    delivery_log::DeliveryLog,
    event::{EmitOutcome, FailoverEvent, FailoverPhase},
    scenario::FailoverTimes,
};

/// The result of a run. Times are in milliseconds after the failure.
#[derive(Debug)]
pub struct FailoverReport {
    /// All events, in the order of sending.
    pub events: Vec<FailoverEvent>,
    /// When a replica had been promoted.
    pub promoted: f64,
    /// When the cluster had recovered, if it did.
    pub recovered: Option<f64>,
}

impl FailoverReport {
    pub(super) fn new(log: &DeliveryLog, times: &FailoverTimes, profile: &LoadProfile) -> Self {
        let failure = times.failure;
        let after = |instant: Instant| match instant.checked_duration_since(failure) {
            Some(later) => later.as_secs_f64() * 1000.0,
            None => -failure.duration_since(instant).as_secs_f64() * 1000.0,
        };
        let recovered = log.recovered_at(times.promoted, profile).map(after);
        let entries = log.entries();
        let events = entries.iter().enumerate().map(|(number, entry)| {
            let at = after(entry.sent);
            let phase = match recovered {
                _ if at < 0.0 => FailoverPhase::Before,
                Some(recovered) if at >= recovered => FailoverPhase::After,
                _ => FailoverPhase::During,
            };
            let (known, outcome) = entry.outcome.clone().expect("every event has an outcome");
            let since = |instant: Instant| instant.duration_since(entry.sent).as_secs_f64() * 1000.0;
            let delivered = entry.delivered.map(|time| time.map(since));
            FailoverEvent { number, at, phase, took: since(known), outcome, delivered, duplicates: entry.duplicates }
        });
        Self { events: events.collect(), promoted: after(times.promoted), recovered }
    }

    /// When Redis accepted the first event that was sent after the failure.
    pub fn first_success(&self) -> Option<f64> {
        let sent_later = self.events.iter().filter(|event| event.at >= 0.0 && event.outcome.is_accepted());
        sent_later.map(|event| event.at + event.took).min_by(f64::total_cmp)
    }

    /// The first event that was sent after the promotion.
    pub fn first_after_promotion(&self) -> Option<&FailoverEvent> {
        self.events.iter().find(|event| event.at >= self.promoted)
    }

    /// Start and end of the longest time without an accepted event. The end is after the failure.
    pub fn longest_emit_gap(&self) -> [f64; 2] {
        self.longest_gap(|event| event.outcome.is_accepted().then_some(event.took))
    }

    /// Start and end of the longest time without a delivery by this server, 0 or 1. The end is after the failure.
    pub fn longest_delivery_gap(&self, server: usize) -> [f64; 2] {
        self.longest_gap(|event| event.delivered[server])
    }

    /// Events that a client received although the error says that they were not sent.
    pub fn wrongly_denied(&self) -> impl Iterator<Item = &FailoverEvent> {
        let wrongly_denied =
            |event: &&FailoverEvent| matches!(event.outcome, EmitOutcome::Failed { unknown: false, .. });
        self.events.iter().filter(wrongly_denied).filter(|event| event.deliveries() > 0)
    }

    /// The first error message of each code.
    fn reasons(&self) -> BTreeMap<&str, &str> {
        let mut reasons = BTreeMap::new();
        for event in &self.events {
            if let EmitOutcome::Failed { code, reason, .. } = &event.outcome {
                reasons.entry(*code).or_insert(reason.as_str());
            }
        }
        reasons
    }

    /// Writes a log file: one line about the run, then one line for each event.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        let mut text = Vec::new();
        let recovered = self.recovered.map(f64::round);
        writeln!(
            text,
            "{}",
            json!({ "promoted": self.promoted.round(), "recovered": recovered, "reasons": self.reasons() })
        )?;
        for event in &self.events {
            writeln!(text, "{}", event.line())?;
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text)
    }

    /// The longest time between two consecutive moments. `moment` returns the time from sending an event to its moment.
    /// The end of the run counts as the last moment.
    fn longest_gap(&self, moment: impl Fn(&FailoverEvent) -> Option<f64>) -> [f64; 2] {
        let mut times: Vec<f64> = self.events.iter().filter_map(|event| Some(event.at + moment(event)?)).collect();
        times.extend(self.events.last().map(|last| last.at));
        times.sort_by(f64::total_cmp);
        let gaps = times.windows(2).map(|pair| [pair[0], pair[1]]).filter(|[_, end]| *end > 0.0);
        gaps.max_by(|a, b| f64::total_cmp(&(a[1] - a[0]), &(b[1] - b[0]))).unwrap_or_default()
    }
}
