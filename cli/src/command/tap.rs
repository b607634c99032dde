//! `sio tap`: shows the messages on the bus.

mod help;
mod printer;
mod text;

use std::{
    future::IntoFuture,
    time::{Duration, Instant},
};

use clap::Args;
use futures_util::{FutureExt, StreamExt};
use globset::GlobMatcher;
use indicatif::HumanCount;
use socketio_common::{TapFilter, duration, glob, namespace_glob};
use socketio_emitter::{
    Error,
    tap::{TapEvent, TapStream},
};
use tokio::time::sleep;

use self::{printer::TapPrinter, text::TapLineFormat};
use crate::{
    cli_error::CliError, exit::Exit, global_args::GlobalArgs, help::with_environment, output::Output,
    shutdown::Shutdown,
};

/// Messages that are available at once are printed together, up to about this number of bytes.
const PAGE_BYTES: usize = 64 * 1024;

/// Shows every message on the bus, live; servers do not notice
#[derive(Args)]
#[command(after_help = help::SHORT, after_long_help = with_environment(&[help::LONG]))]
pub(crate) struct TapCommand {
    /// Show only events whose name matches
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    event: Option<GlobMatcher>,

    /// Show only messages to a matching room, and joins and leaves of one
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    room: Option<GlobMatcher>,

    /// Also show requests, responses and heartbeats between servers
    #[arg(long)]
    requests: bool,

    /// Stop after N messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// Stop after DUR
    #[arg(long = "for", value_name = "DUR", value_parser = duration)]
    time: Option<Duration>,

    /// Show shard channels without a replica, by MONITOR; this can halve the throughput of Redis
    #[arg(long)]
    monitor: bool,
}

impl TapCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        let namespace = global.namespace_option().map(namespace_glob).transpose();
        let namespace = namespace.map_err(|reason| CliError::usage(format!("--namespace: {reason}")))?;
        let filter = TapFilter { event: self.event, room: self.room, namespace, requests: self.requests };
        let mut shutdown = Shutdown::new()?;
        output.verbose_redis_source(global);
        let emitter = global.cluster.emitter()?;
        let opening = emitter.tap().monitor(self.monitor).into_future();
        let Ok(opened) = shutdown.until_signal(opening).await else { return Ok(Exit::Success) };
        let tap = opened.map_err(|error| match error {
            error @ Error::Unsupported { .. } => CliError::from(error).with_hint("use --monitor"),
            error => error.into(),
        })?;
        output.verbose("listening; press Ctrl-C to stop");

        let start = Instant::now();
        let mut counts = TapCounts::default();
        let mut printer = TapPrinter::start(output)?;
        let display = TapDisplay { filter, limit: self.count, format: TapLineFormat::new(), output };
        let timeout = async {
            match self.time {
                Some(time) => sleep(time).await,
                None => std::future::pending().await,
            }
        };
        let ended = tokio::select! {
            biased;
            ended = shutdown.until_signal(display.run(tap, &mut printer, &mut counts)) => ended,
            () = timeout => Ok(Ok(())),
        };
        let ended = match ended {
            Ok(Ok(())) => shutdown.until_signal(printer.finish()).await.unwrap_or(Ok(())),
            Ok(Err(error)) => Err(error),
            Err(Exit::Interrupted) => Ok(()),
            Err(exit) => return Ok(exit),
        };
        output.note(&counts.text(start.elapsed()));
        ended.map(|()| Exit::Success)
    }
}

/// The number of messages that were shown and dropped.
#[derive(Default)]
struct TapCounts {
    shown: u64,
    dropped: u64,
}

impl TapCounts {
    fn add(&mut self, tapped: &TapEvent) {
        match tapped {
            TapEvent::Message(_) => self.shown += 1,
            TapEvent::Dropped { messages, .. } => self.dropped += messages,
            _ => {}
        }
    }

    fn text(&self, elapsed: Duration) -> String {
        let Self { shown, dropped } = *self;
        format!("{} shown, {} dropped in {:.1}s", HumanCount(shown), HumanCount(dropped), elapsed.as_secs_f64())
    }
}

/// Which tap entries are shown, and how.
struct TapDisplay {
    filter: TapFilter,
    limit: Option<u64>,
    format: TapLineFormat,
    output: Output,
}

impl TapDisplay {
    /// Shows the tap's entries up to the limit. Entries that are available at once are printed at once.
    async fn run(self, mut tap: TapStream, printer: &mut TapPrinter, counts: &mut TapCounts) -> Result<(), CliError> {
        let mut page = Vec::new();
        loop {
            let mut next = tap.next().await;
            while let Some(tapped) = next {
                if self.is_shown(&tapped) {
                    self.write_line(&tapped, &mut page)?;
                    counts.add(&tapped);
                    self.report(&tapped);
                }
                if self.limit == Some(counts.shown) {
                    return printer.print(page).await;
                }
                next = if page.len() < PAGE_BYTES { tap.next().now_or_never().flatten() } else { None };
            }
            if !page.is_empty() {
                printer.print(std::mem::take(&mut page)).await?;
            }
        }
    }

    fn is_shown(&self, tapped: &TapEvent) -> bool {
        match tapped {
            TapEvent::Message(seen) => self.filter.wants(seen),
            _ => true,
        }
    }

    fn write_line(&self, tapped: &TapEvent, page: &mut Vec<u8>) -> Result<(), CliError> {
        if self.output.is_json() {
            serde_json::to_writer(&mut *page, tapped).map_err(|error| CliError::failed(error.to_string()))?;
            page.push(b'\n');
        } else if let TapEvent::Message(seen) = tapped {
            page.extend_from_slice(self.format.line(seen).as_bytes());
        }
        Ok(())
    }

    /// Reports changes of the tap itself on stderr.
    fn report(&self, tapped: &TapEvent) {
        match tapped {
            TapEvent::Dropped { messages, .. } => {
                let count = HumanCount(*messages);
                self.output
                    .warn(&format!("{count} messages were dropped because they arrived faster than they were read"));
            }
            TapEvent::Interrupted { reason, .. } => {
                self.output.warn(&format!("some messages are no longer received ({reason}); reconnecting"));
            }
            TapEvent::Resumed => self.output.warn("all messages are received again; those in between are lost"),
            TapEvent::ShardChannelsTapped { replica: Some(replica), .. } => {
                self.output.verbose(&format!("receiving shard channels from the replica {replica}"));
            }
            TapEvent::ShardChannelsTapped { replica: None, .. } => {
                self.output.verbose("receiving shard channels by MONITOR")
            }
            TapEvent::ShardChannelsUnavailable { channels, .. } => {
                let first = channels.first().map_or("", String::as_str);
                self.output.warn(&format!(
                    "servers use shard channels ({first}), which are not shown without a replica; use --monitor to show \
                     them, at a cost for Redis"
                ));
            }
            _ => {}
        }
    }
}
