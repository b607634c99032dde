//! What was measured, for people and for programs.

use std::time::Duration;

use hdrhistogram::Histogram;
use indicatif::HumanCount;
use serde::Serialize;

use super::{
    aim::Aim,
    gauge::{Counts, Measured},
    measurement::Way,
};
use crate::{failure::Failure, output::Output, rate::digits, report::servers};

/// All that was measured. Its names and units are for scripts, and stay as they are.
#[derive(Debug, Serialize)]
pub(super) struct Sheet {
    adapter: &'static str,
    /// Where the events went.
    channel: String,
    /// The fewest there were to read them; `null` where Redis would not say.
    servers: Option<u64>,
    /// Of the argument, in bytes.
    size: usize,
    /// What Redis takes for one event, its channel and what it carries.
    bytes: usize,
    /// `null` where it was not measured.
    latency: Option<Latency>,
    throughput: Option<Throughput>,
    /// Servers read the events.
    #[serde(skip)]
    heard: bool,
}

/// How long Redis takes.
#[derive(Debug, Serialize)]
struct Latency {
    /// Events a second, as they were wished; `null` where each waited for the one before.
    rate: Option<f64>,
    #[serde(flatten)]
    counts: Counts,
    /// They were due, and there was no time left to send them.
    missed: u64,
    seconds: f64,
    per_second: f64,
    /// `null` where Redis took none.
    microseconds: Option<Percentiles>,
}

/// From when an event was due until Redis said that it took it, in microseconds.
#[derive(Debug, Serialize)]
struct Percentiles {
    min: f64,
    mean: f64,
    p50: f64,
    p90: f64,
    p99: f64,
    p999: f64,
    max: f64,
}

/// How many go in a second.
#[derive(Debug, Serialize)]
struct Throughput {
    #[serde(flatten)]
    counts: Counts,
    seconds: f64,
    per_second: f64,
    bytes_per_second: f64,
}

impl Sheet {
    /// Nothing yet.
    pub(super) fn new(aim: &Aim, size: usize) -> Self {
        let (adapter, channel, bytes) = (aim.adapter(), aim.channel().to_owned(), aim.bytes());
        Self { adapter, channel, servers: None, size, bytes, latency: None, throughput: None, heard: aim.is_heard() }
    }

    /// Enters what a measurement gave.
    pub(super) fn enter(&mut self, way: Way, measured: &Measured, missed: u64) {
        self.servers = self.servers.into_iter().chain(measured.servers).min();
        let counts = measured.counts;
        let seconds = round(measured.time.as_secs_f64(), 1e6);
        let per_second = if seconds > 0.0 { counts.sent as f64 / seconds } else { 0.0 };
        let rate = match way {
            Way::Pipelined => {
                let bytes_per_second = round(per_second * self.bytes as f64, 1.0);
                let per_second = round(per_second, 10.0);
                self.throughput = Some(Throughput { counts, seconds, per_second, bytes_per_second });
                return;
            }
            Way::Single => None,
            Way::Paced(rate) => Some(rate.per_second()),
        };
        let microseconds = Percentiles::of(&measured.latency);
        let per_second = round(per_second, 10.0);
        self.latency = Some(Latency { rate, counts, missed, seconds, per_second, microseconds });
    }

    /// Prints it, and says who read the events.
    pub(super) fn tell(&self, output: Output) -> Result<(), Failure> {
        if self.heard {
            output.say(&format!("read by: {}", servers(self.servers)));
        }
        match output.is_json() {
            true => output.object(self),
            false => output.bytes(self.page().as_bytes()),
        }
    }

    fn page(&self) -> String {
        let latency = self.latency.as_ref().map(Latency::words);
        latency.into_iter().chain(self.throughput.as_ref().map(Throughput::words)).collect()
    }
}

impl Latency {
    fn words(&self) -> String {
        let how = match self.rate {
            None => "one at a time".to_owned(),
            Some(rate) => format!("{}/s wished", digits(rate)),
        };
        let fates = [(self.counts.unknown, "unknown"), (self.counts.unsent, "not sent"), (self.missed, "missed")];
        let line = line("latency", self.counts.sent, &fates, self.seconds);
        let percentiles = self.microseconds.as_ref().map(Percentiles::words).unwrap_or_default();
        format!("{line}, {how} ({}/s)\n{percentiles}", digits(self.per_second))
    }
}

impl Throughput {
    fn words(&self) -> String {
        let fates = [(self.counts.unknown, "unknown"), (self.counts.unsent, "not sent")];
        let line = line("throughput", self.counts.sent, &fates, self.seconds);
        let megabytes = digits(self.bytes_per_second / 1e6);
        format!("{line}, pipelined ({}/s, {megabytes} MB/s)\n", digits(self.per_second))
    }
}

impl Percentiles {
    fn of(latency: &Histogram<u64>) -> Option<Self> {
        let micros = |nanos: f64| round(nanos / 1000.0, 10.0);
        let quantile = |quantile| micros(latency.value_at_quantile(quantile) as f64);
        (!latency.is_empty()).then(|| Self {
            min: micros(latency.min() as f64),
            mean: micros(latency.mean()),
            p50: quantile(0.5),
            p90: quantile(0.9),
            p99: quantile(0.99),
            p999: quantile(0.999),
            max: micros(latency.max() as f64),
        })
    }

    fn words(&self) -> String {
        let Self { min, p50, p90, p99, p999, max, .. } = *self;
        let named = [("min", min), ("p50", p50), ("p90", p90), ("p99", p99), ("p99.9", p999), ("max", max)];
        let words = named.map(|(name, micros)| format!("{name} {:.1?}", Duration::from_secs_f64(micros / 1e6)));
        format!("  {}\n", words.join(", "))
    }
}

/// What was measured, with how many events in which time, and what became of the others.
fn line(name: &str, sent: u64, fates: &[(u64, &str)], seconds: f64) -> String {
    let others = fates.iter().filter(|(count, _)| *count > 0);
    let others: String = others.map(|(count, fate)| format!(", {} {fate}", HumanCount(*count))).collect();
    let noun = if sent == 1 { "event" } else { "events" };
    format!("{name}: {} {noun}{others} in {seconds:.1}s", HumanCount(sent))
}

/// To so many parts of one.
fn round(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(sent: u64, seconds: f64, nanos: impl IntoIterator<Item = u64>) -> Measured {
        let mut latency = Histogram::new(3).unwrap();
        nanos.into_iter().for_each(|nanos| latency.record(nanos).unwrap());
        let counts = Counts { sent, ..Counts::default() };
        Measured { counts, time: Duration::from_secs_f64(seconds), latency, servers: Some(0) }
    }

    fn sheet() -> Sheet {
        Sheet {
            adapter: "classic",
            channel: "socket.io-bench-1#/#".to_owned(),
            servers: None,
            size: 100,
            bytes: 200,
            latency: None,
            throughput: None,
            heard: false,
        }
    }

    #[test]
    fn a_page_says_it_all() {
        let mut sheet = sheet();
        sheet.enter(Way::Single, &measured(1000, 2.0, (1..=1000).map(|n| n * 1000)), 0);
        sheet.enter(Way::Pipelined, &measured(1_234_567, 3.0, []), 0);
        assert_eq!(
            sheet.page(),
            "latency: 1,000 events in 2.0s, one at a time (500/s)\n  \
             min 1.0µs, p50 500.2µs, p90 900.1µs, p99 990.2µs, p99.9 999.4µs, max 1.0ms\n\
             throughput: 1,234,567 events in 3.0s, pipelined (412,000/s, 82 MB/s)\n"
        );
    }

    #[test]
    fn what_went_wrong_is_on_it() {
        let mut sheet = sheet();
        let mut measured = measured(1, 0.5, [41_000]);
        measured.counts = Counts { sent: 1, unknown: 2, unsent: 3 };
        sheet.enter(Way::Paced("20".parse().unwrap()), &measured, 4);
        sheet.enter(Way::Pipelined, &measured, 0);
        assert_eq!(
            sheet.page(),
            "latency: 1 event, 2 unknown, 3 not sent, 4 missed in 0.5s, 20/s wished (2.0/s)\n  \
             min 41.0µs, p50 41.0µs, p90 41.0µs, p99 41.0µs, p99.9 41.0µs, max 41.0µs\n\
             throughput: 1 event, 2 unknown, 3 not sent in 0.5s, pipelined (2.0/s, 0.0 MB/s)\n"
        );
    }

    #[test]
    fn its_names_and_units_stay() {
        let mut sheet = sheet();
        let json = |sheet: &Sheet| serde_json::to_string(sheet).unwrap();
        let start = r#"{"adapter":"classic","channel":"socket.io-bench-1#/#","servers":"#;
        assert_eq!(json(&sheet), format!(r#"{start}null,"size":100,"bytes":200,"latency":null,"throughput":null}}"#));
        sheet.enter(Way::Paced("20".parse().unwrap()), &measured(2, 0.5, [40_000, 42_000]), 1);
        sheet.enter(Way::Pipelined, &measured(0, 0.0, []), 0);
        assert_eq!(
            json(&sheet),
            [
                start,
                r#"0,"size":100,"bytes":200,"#,
                r#""latency":{"rate":20.0,"sent":2,"unknown":0,"unsent":0,"missed":1,"seconds":0.5,"per_second":4.0,"#,
                r#""microseconds":{"min":40.0,"mean":41.0,"p50":40.0,"p90":42.0,"p99":42.0,"p999":42.0,"max":42.0}},"#,
                r#""throughput":{"sent":0,"unknown":0,"unsent":0,"seconds":0.0,"per_second":0.0,"bytes_per_second":0.0}}"#,
            ]
            .concat()
        );
    }

    #[test]
    fn nothing_taken_has_no_percentiles() {
        let mut sheet = sheet();
        sheet.enter(Way::Single, &measured(0, 0.0, []), 0);
        assert_eq!(sheet.page(), "latency: 0 events in 0.0s, one at a time (0.0/s)\n");
        assert!(serde_json::to_value(&sheet).unwrap()["latency"]["microseconds"].is_null());
    }
}
