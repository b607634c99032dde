use std::{collections::BTreeMap, fs, io::Write, path::Path, time::Instant};

use serde_json::json;

use super::{
    Pace,
    event::{Event, Fate, Phase},
    ledger::Ledger,
    scenario::Moments,
};

/// All events of a run, in the order in which they were sent. Times are milliseconds after the cut.
#[derive(Debug)]
pub struct Record {
    /// Each of them.
    pub events: Vec<Event>,
    /// When there was another primary.
    pub successor: f64,
    /// When all was well again, if it ever was.
    pub well: Option<f64>,
}

impl Record {
    pub(super) fn new(ledger: &Ledger, moments: &Moments, pace: &Pace) -> Self {
        let cut = moments.cut;
        let after = |instant: Instant| match instant.checked_duration_since(cut) {
            Some(later) => later.as_secs_f64() * 1000.0,
            None => -cut.duration_since(instant).as_secs_f64() * 1000.0,
        };
        let well = ledger.well(moments.healed, pace).map(after);
        let entries = ledger.entries();
        let events = entries.iter().enumerate().map(|(number, entry)| {
            let at = after(entry.sent);
            let phase = match well {
                _ if at < 0.0 => Phase::Before,
                Some(well) if at >= well => Phase::After,
                _ => Phase::During,
            };
            let (known, fate) = entry.fate.clone().expect("every event has a fate");
            let since = |instant: Instant| instant.duration_since(entry.sent).as_secs_f64() * 1000.0;
            let arrived = entry.arrived.map(|time| time.map(since));
            Event { number, at, phase, took: since(known), fate, arrived, again: entry.again }
        });
        Self { events: events.collect(), successor: after(moments.healed), well }
    }

    /// When the first event that was sent after the cut was accepted.
    pub fn first_success(&self) -> Option<f64> {
        let sent_later = self.events.iter().filter(|event| event.at >= 0.0 && event.fate.is_accepted());
        sent_later.map(|event| event.at + event.took).min_by(f64::total_cmp)
    }

    /// The first event that was sent when there was another primary already.
    pub fn first_to_successor(&self) -> Option<&Event> {
        self.events.iter().find(|event| event.at >= self.successor)
    }

    /// The longest time without an event that was accepted that ended after the cut: its start and its end.
    pub fn emitters_silence(&self) -> [f64; 2] {
        self.silence(|event| event.fate.is_accepted().then_some(event.took))
    }

    /// The longest time without an event that arrived at this server, 0 or 1, that ended after the cut.
    pub fn servers_silence(&self, server: usize) -> [f64; 2] {
        self.silence(|event| event.arrived[server])
    }

    /// Events that contradict what an error said: it arrived, and was said not to have been sent.
    pub fn denied(&self) -> impl Iterator<Item = &Event> {
        let denied = |event: &&Event| matches!(event.fate, Fate::Failed { unknown: false, .. });
        self.events.iter().filter(denied).filter(|event| event.arrivals() > 0)
    }

    /// What the first error of each code said.
    fn reasons(&self) -> BTreeMap<&str, &str> {
        let mut reasons = BTreeMap::new();
        for event in &self.events {
            if let Fate::Failed { code, reason, .. } = &event.fate {
                reasons.entry(*code).or_insert(reason.as_str());
            }
        }
        reasons
    }

    /// Writes the log: a line about the run, then one for each event.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn write(&self, file: &Path) -> std::io::Result<()> {
        let mut text = Vec::new();
        let well = self.well.map(f64::round);
        writeln!(text, "{}", json!({ "successor": self.successor.round(), "well": well, "reasons": self.reasons() }))?;
        for event in &self.events {
            writeln!(text, "{}", event.line())?;
        }
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(file, text)
    }

    /// The longest time from one of these moments, told after an event was sent, to the next or to the end.
    fn silence(&self, moment: impl Fn(&Event) -> Option<f64>) -> [f64; 2] {
        let mut moments: Vec<f64> = self.events.iter().filter_map(|event| Some(event.at + moment(event)?)).collect();
        moments.extend(self.events.last().map(|last| last.at));
        moments.sort_by(f64::total_cmp);
        let pauses = moments.windows(2).map(|pair| [pair[0], pair[1]]).filter(|[_, end]| *end > 0.0);
        pauses.max_by(|a, b| f64::total_cmp(&(a[1] - a[0]), &(b[1] - b[0]))).unwrap_or_default()
    }
}
