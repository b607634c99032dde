//! The report of `sio bench`, as text and as JSON.

use std::time::Duration;

use hdrhistogram::Histogram;
use indicatif::HumanCount;
use serde::Serialize;

use super::{
    latency_recorder::{BenchResult, EventCounts},
    measurement::BenchMode,
    target::BenchTarget,
};
use crate::{cli_error::CliError, output::Output, rate::format_rate, send_receipt::format_servers};

/// All results. Scripts depend on the names and units of its JSON.
#[derive(Debug, Serialize)]
pub(super) struct BenchReport {
    adapter: &'static str,
    /// The channel or the stream of the events.
    channel: String,
    /// The fewest servers at any time; `None` if Redis did not permit counting.
    servers: Option<u64>,
    /// The size of the argument, in bytes.
    size: usize,
    /// The size of one event in Redis, channel and payload, in bytes.
    bytes: usize,
    /// `None` if it was not measured.
    latency: Option<LatencyReport>,
    /// `None` if it was not measured.
    throughput: Option<ThroughputReport>,
    #[serde(skip)]
    read_by_servers: bool,
}

#[derive(Debug, Serialize)]
struct LatencyReport {
    /// The requested events per second; `None` if events were sent one at a time.
    rate: Option<f64>,
    #[serde(flatten)]
    counts: EventCounts,
    /// Events that were due but not submitted.
    missed: u64,
    seconds: f64,
    per_second: f64,
    /// `None` if Redis accepted no event.
    microseconds: Option<LatencyPercentiles>,
}

/// The time from when an event was due until Redis accepted it, in microseconds.
#[derive(Debug, Serialize)]
struct LatencyPercentiles {
    min: f64,
    mean: f64,
    p50: f64,
    p90: f64,
    p99: f64,
    p999: f64,
    max: f64,
}

#[derive(Debug, Serialize)]
struct ThroughputReport {
    #[serde(flatten)]
    counts: EventCounts,
    seconds: f64,
    per_second: f64,
    bytes_per_second: f64,
}

impl BenchReport {
    /// An empty report. `size` is the size of the argument, in bytes.
    pub(super) fn new(target: &BenchTarget, size: usize) -> Self {
        Self {
            adapter: target.adapter(),
            channel: target.channel().to_owned(),
            servers: None,
            size,
            bytes: target.bytes(),
            latency: None,
            throughput: None,
            read_by_servers: target.is_read_by_servers(),
        }
    }

    /// Adds the result of a measurement.
    pub(super) fn add(&mut self, mode: BenchMode, result: &BenchResult, missed: u64) {
        self.servers = self.servers.into_iter().chain(result.servers).min();
        let counts = result.counts;
        let seconds = round(result.time.as_secs_f64(), 1e6);
        let per_second = if seconds > 0.0 { counts.sent as f64 / seconds } else { 0.0 };
        let rate = match mode {
            BenchMode::Pipelined => {
                let bytes_per_second = round(per_second * self.bytes as f64, 1.0);
                let per_second = round(per_second, 10.0);
                self.throughput = Some(ThroughputReport { counts, seconds, per_second, bytes_per_second });
                return;
            }
            BenchMode::Sequential => None,
            BenchMode::AtRate(rate) => Some(rate.per_second()),
        };
        let microseconds = LatencyPercentiles::new(&result.latency);
        let per_second = round(per_second, 10.0);
        self.latency = Some(LatencyReport { rate, counts, missed, seconds, per_second, microseconds });
    }

    /// Prints the report, and the number of servers that read the events.
    pub(super) fn print(&self, output: Output) -> Result<(), CliError> {
        if self.read_by_servers {
            output.note(&format!("read by: {}", format_servers(self.servers)));
        }
        match output.is_json() {
            true => output.json_line(self),
            false => output.bytes(self.text().as_bytes()),
        }
    }

    fn text(&self) -> String {
        let latency = self.latency.as_ref().map(LatencyReport::text);
        latency.into_iter().chain(self.throughput.as_ref().map(ThroughputReport::text)).collect()
    }
}

impl LatencyReport {
    fn text(&self) -> String {
        let mode = match self.rate {
            None => "one at a time".to_owned(),
            Some(rate) => format!("requested {}/s", format_rate(rate)),
        };
        let others = [(self.counts.unknown, "unknown"), (self.counts.unsent, "not sent"), (self.missed, "missed")];
        let line = counts_line("latency", self.counts.sent, &others, self.seconds);
        let percentiles = self.microseconds.as_ref().map(LatencyPercentiles::text).unwrap_or_default();
        format!("{line}, {mode} ({}/s)\n{percentiles}", format_rate(self.per_second))
    }
}

impl ThroughputReport {
    fn text(&self) -> String {
        let others = [(self.counts.unknown, "unknown"), (self.counts.unsent, "not sent")];
        let line = counts_line("throughput", self.counts.sent, &others, self.seconds);
        let megabytes = format_rate(self.bytes_per_second / 1e6);
        format!("{line}, pipelined ({}/s, {megabytes} MB/s)\n", format_rate(self.per_second))
    }
}

impl LatencyPercentiles {
    /// `None` if the histogram of nanoseconds is empty.
    fn new(latency: &Histogram<u64>) -> Option<Self> {
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

    fn text(&self) -> String {
        let Self { min, p50, p90, p99, p999, max, .. } = *self;
        let named = [("min", min), ("p50", p50), ("p90", p90), ("p99", p99), ("p99.9", p999), ("max", max)];
        let named = named.map(|(name, micros)| format!("{name} {:.1?}", Duration::from_secs_f64(micros / 1e6)));
        format!("  {}\n", named.join(", "))
    }
}

/// The number of events by result, and the time.
fn counts_line(name: &str, sent: u64, others: &[(u64, &str)], seconds: f64) -> String {
    let others = others.iter().filter(|(count, _)| *count > 0);
    let others: String = others.map(|(count, result)| format!(", {} {result}", HumanCount(*count))).collect();
    let noun = if sent == 1 { "event" } else { "events" };
    format!("{name}: {} {noun}{others} in {seconds:.1}s", HumanCount(sent))
}

/// Rounds to a multiple of 1 / `parts`.
fn round(number: f64, parts: f64) -> f64 {
    (number * parts).round() / parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn result(sent: u64, seconds: f64, nanos: impl IntoIterator<Item = u64>) -> BenchResult {
        let mut latency = Histogram::new(3).unwrap();
        nanos.into_iter().for_each(|nanos| latency.record(nanos).unwrap());
        let counts = EventCounts { sent, ..EventCounts::default() };
        BenchResult { counts, time: Duration::from_secs_f64(seconds), latency, servers: Some(0) }
    }

    fn report() -> BenchReport {
        BenchReport {
            adapter: "classic",
            channel: "socket.io-bench-1#/#".to_owned(),
            servers: None,
            size: 100,
            bytes: 200,
            latency: None,
            throughput: None,
            read_by_servers: false,
        }
    }

    #[test]
    fn text_shows_latency_and_throughput() {
        let mut report = report();
        report.add(BenchMode::Sequential, &result(1000, 2.0, (1..=1000).map(|n| n * 1000)), 0);
        report.add(BenchMode::Pipelined, &result(1_234_567, 3.0, []), 0);
        assert_eq!(
            report.text(),
            "latency: 1,000 events in 2.0s, one at a time (500/s)\n  \
             min 1.0µs, p50 500.2µs, p90 900.1µs, p99 990.2µs, p99.9 999.4µs, max 1.0ms\n\
             throughput: 1,234,567 events in 3.0s, pipelined (412,000/s, 82 MB/s)\n"
        );
    }

    #[test]
    fn text_shows_failed_and_missed_events() {
        let mut report = report();
        let mut result = result(1, 0.5, [41_000]);
        result.counts = EventCounts { sent: 1, unknown: 2, unsent: 3 };
        report.add(BenchMode::AtRate("20".parse().unwrap()), &result, 4);
        report.add(BenchMode::Pipelined, &result, 0);
        assert_eq!(
            report.text(),
            "latency: 1 event, 2 unknown, 3 not sent, 4 missed in 0.5s, requested 20/s (2.0/s)\n  \
             min 41.0µs, p50 41.0µs, p90 41.0µs, p99 41.0µs, p99.9 41.0µs, max 41.0µs\n\
             throughput: 1 event, 2 unknown, 3 not sent in 0.5s, pipelined (2.0/s, 0.0 MB/s)\n"
        );
    }

    #[test]
    fn json_keys_and_units_are_stable() {
        let mut report = report();
        let json = |report: &BenchReport| serde_json::to_string(report).unwrap();
        let start = r#"{"adapter":"classic","channel":"socket.io-bench-1#/#","servers":"#;
        assert_eq!(json(&report), format!(r#"{start}null,"size":100,"bytes":200,"latency":null,"throughput":null}}"#));
        report.add(BenchMode::AtRate("20".parse().unwrap()), &result(2, 0.5, [40_000, 42_000]), 1);
        report.add(BenchMode::Pipelined, &result(0, 0.0, []), 0);
        assert_eq!(
            json(&report),
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
    fn no_accepted_events_means_no_percentiles() {
        let mut report = report();
        report.add(BenchMode::Sequential, &result(0, 0.0, []), 0);
        assert_eq!(report.text(), "latency: 0 events in 0.0s, one at a time (0.0/s)\n");
        assert!(serde_json::to_value(&report).unwrap()["latency"]["microseconds"].is_null());
    }
}
