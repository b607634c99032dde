//! `sio bench`: how fast this Redis takes events.

mod aim;
mod feed;
mod gauge;
mod help;
mod limit;
mod measurement;
mod metronome;
mod progress;
mod sheet;

use std::time::Duration;

use clap::{Args, ValueEnum};
use socketio_common::duration;

use self::{
    aim::Aim,
    limit::Limit,
    measurement::{Measurement, Way},
    sheet::Sheet,
};
use crate::{
    exit::Exit,
    failure::Failure,
    global::Global,
    help::{more, page},
    interrupt::Interrupts,
    output::Output,
    rate::Rate,
    size::size,
};

/// The largest argument, in bytes.
const LARGEST: usize = 16 << 20;

/// Measures how fast this Redis takes events, which nobody receives
#[derive(Args)]
#[command(after_help = more("bench"), after_long_help = page(&[help::LONG]))]
pub(crate) struct Bench {
    /// Measure one of the two; both, one after the other, where it is left out
    #[arg(value_enum, value_name = "WHAT")]
    what: Option<What>,

    /// End each measurement after this time [default: 3s, or 30 MB]
    #[arg(long = "for", value_name = "DUR", value_parser = duration)]
    time: Option<Duration>,

    /// End each measurement after so many events
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// Measure the latency at so many events a second, evenly; also N/m, N/h
    #[arg(long, value_name = "N")]
    rate: Option<Rate>,

    /// Size of the event's one argument, a text
    #[arg(long, value_name = "SIZE", default_value = "100B", value_parser = argument)]
    size: usize,

    /// Let the cluster's servers read the events, which are for rooms that nobody is in
    #[arg(long, requires = "rate")]
    servers: bool,

    /// With --servers, where events are kept in a stream: push as many older ones out of it
    #[arg(long, requires = "servers")]
    trim: bool,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum What {
    /// How long Redis takes for an event
    Latency,
    /// How many events go in a second
    Throughput,
}

impl Bench {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        let ways = self.ways()?;
        let mut interrupts = Interrupts::new()?;
        output.detail(&format!("Redis as named by {}", global.cluster.url_source()));
        let taking = Aim::take(global, self.size, self.servers, self.trim, output);
        let interrupted = |exit| Failure::interrupted(exit, "interrupted");
        let aim = interrupts.unless(taking).await.map_err(interrupted)??;
        output.say(&aim.words());

        let limit = Limit::new(self.time, self.count, aim.bytes());
        let mut sheet = Sheet::new(&aim, self.size);
        let mut ended = Ok(Exit::Done);
        for way in ways {
            let measurement = Measurement::new(&aim, way, limit, output);
            ended = measurement.run(&mut interrupts, &mut sheet).await;
            if ended.is_err() {
                break;
            }
        }
        sheet.tell(output)?;
        ended
    }

    /// What is measured, in this order.
    fn ways(&self) -> Result<Vec<Way>, Failure> {
        match (self.what, self.rate) {
            (Some(What::Throughput), Some(_)) => {
                Err(Failure::usage("--rate is for the latency: the throughput is as many events as go"))
            }
            (_, Some(rate)) => Ok(vec![Way::Paced(rate)]),
            (Some(What::Latency), None) => Ok(vec![Way::Single]),
            (Some(What::Throughput), None) => Ok(vec![Way::Pipelined]),
            (None, None) => Ok(vec![Way::Single, Way::Pipelined]),
        }
    }
}

/// A size that Redis hands on, too: it cuts off a subscriber with more than 32 MB before it.
fn argument(text: &str) -> Result<usize, &'static str> {
    size(text).and_then(|size| if size <= LARGEST { Ok(size) } else { Err("no more than 16MiB") })
}
