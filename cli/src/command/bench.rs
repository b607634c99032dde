//! `sio bench`: measures latency and throughput of Redis.

mod event_stream;
mod help;
mod latency_recorder;
mod limit;
mod measurement;
mod progress;
mod report;
mod target;
mod timer;

use std::time::Duration;

use clap::{Args, ValueEnum};
use socketio_common::duration;

use self::{
    limit::BenchLimit,
    measurement::{BenchMeasurement, BenchMode},
    report::BenchReport,
    target::BenchTarget,
};
use crate::{
    cli_error::CliError, exit::Exit, global_args::GlobalArgs, help::with_environment, output::Output, rate::Rate,
    shutdown::Shutdown, size::parse_size,
};

/// The largest argument, in bytes. Redis disconnects a subscriber with an output buffer of more than 32 MB.
const MAX_ARGUMENT_BYTES: usize = 16 << 20;

/// Measures latency and throughput of Redis, with events that no client receives
#[derive(Args)]
#[command(after_help = help::SHORT, after_long_help = with_environment(&[help::LONG]))]
pub(crate) struct BenchCommand {
    /// Measure only this [default: latency, then throughput]
    #[arg(value_enum, value_name = "METRIC")]
    metric: Option<BenchMetric>,

    /// Stop each measurement after DUR [default: 3s, or 30 MB]
    #[arg(long = "for", value_name = "DUR", value_parser = duration)]
    time: Option<Duration>,

    /// Stop each measurement after N events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// Measure latency at N events per second, evenly spaced; also N/m or N/h
    #[arg(long, value_name = "N")]
    rate: Option<Rate>,

    /// Size of the event's only argument, a string
    #[arg(long, value_name = "BYTES", default_value = "100B", value_parser = parse_argument_size)]
    size: usize,

    /// Let the servers receive the events, in rooms without clients; requires --rate
    #[arg(long, requires = "rate")]
    servers: bool,

    /// Allow events to displace older ones from the servers' stream; requires --servers
    #[arg(long, requires = "servers")]
    trim: bool,
}

/// What is measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum BenchMetric {
    /// Time until Redis accepts an event
    Latency,
    /// Events per second
    Throughput,
}

impl BenchCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        let modes = self.modes()?;
        let mut shutdown = Shutdown::new()?;
        output.verbose_redis_source(global);
        let preparing = BenchTarget::prepare(global, self.size, self.servers, self.trim, output);
        let prepared = shutdown.until_signal(preparing).await;
        let target = prepared.map_err(|exit| CliError::interrupted(exit, "interrupted"))??;
        output.note(&target.describe());

        let limit = BenchLimit::new(self.time, self.count, target.bytes());
        let mut report = BenchReport::new(&target, self.size);
        let mut result = Ok(Exit::Success);
        for mode in modes {
            let measurement = BenchMeasurement::new(&target, mode, limit, output);
            result = measurement.run(&mut shutdown, &mut report).await;
            if result.is_err() {
                break;
            }
        }
        report.print(output)?;
        result
    }

    /// The measurements to make, in order.
    fn modes(&self) -> Result<Vec<BenchMode>, CliError> {
        match (self.metric, self.rate) {
            (Some(BenchMetric::Throughput), Some(_)) => {
                Err(CliError::usage("--rate applies only to latency; throughput is measured without a rate limit"))
            }
            (_, Some(rate)) => Ok(vec![BenchMode::AtRate(rate)]),
            (Some(BenchMetric::Latency), None) => Ok(vec![BenchMode::Sequential]),
            (Some(BenchMetric::Throughput), None) => Ok(vec![BenchMode::Pipelined]),
            (None, None) => Ok(vec![BenchMode::Sequential, BenchMode::Pipelined]),
        }
    }
}

fn parse_argument_size(text: &str) -> Result<usize, &'static str> {
    let size = parse_size(text)?;
    if size <= MAX_ARGUMENT_BYTES { Ok(size) } else { Err("the maximum is 16MiB") }
}
