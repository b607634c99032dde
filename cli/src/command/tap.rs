//! `sio tap`: the bus, live.

mod help;
mod printer;
mod text;

use std::{
    future::IntoFuture,
    time::{Duration, Instant},
};

use clap::Args;
use futures_util::FutureExt;
use globset::GlobMatcher;
use indicatif::HumanCount;
use socketio_common::{TapFilter, duration, glob, namespace_glob};
use socketio_emitter::{Error, Tapped, Tapping};
use tokio::time::sleep;

use self::{printer::Printer, text::Text};
use crate::{
    exit::Exit,
    failure::Failure,
    global::Global,
    help::{more, page},
    interrupt::Interrupts,
    output::Output,
};

/// So much is printed at once, if so much is there.
const PAGE: usize = 64 * 1024;

/// Shows every message on the bus, live, without being noticed
#[derive(Args)]
#[command(after_help = more("tap"), after_long_help = page(&[help::LONG]))]
pub(crate) struct Tap {
    /// Only events whose names match
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    event: Option<GlobMatcher>,

    /// Only what is for such a room, or joins or leaves it
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    room: Option<GlobMatcher>,

    /// What servers ask each other, answer, and say about themselves, too
    #[arg(long)]
    requests: bool,

    /// End after so many messages
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// End after this time
    #[arg(long = "for", value_name = "DUR", value_parser = duration)]
    time: Option<Duration>,

    /// Overhear shard channels, where no replica repeats them, by MONITOR, which can halve what Redis does in a second
    #[arg(long)]
    monitor: bool,
}

/// How many messages were shown, and how many could not be.
#[derive(Default)]
struct Tally {
    shown: u64,
    dropped: u64,
}

impl Tap {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        let namespace = global.named_namespace().map(namespace_glob).transpose();
        let namespace = namespace.map_err(|reason| Failure::usage(format!("--namespace: {reason}")))?;
        let filter = TapFilter { event: self.event, room: self.room, namespace, requests: self.requests };
        let mut interrupts = Interrupts::new()?;
        output.detail(&format!("Redis as named by {}", global.cluster.url_source()));
        let emitter = global.cluster.emitter()?;
        let opening = interrupts.unless(emitter.tap().monitor(self.monitor).into_future()).await;
        let Ok(opened) = opening else { return Ok(Exit::Done) };
        let tapping = opened.map_err(|error| match error {
            error @ Error::Unsupported { .. } => Failure::from(error).hint("--monitor"),
            error => error.into(),
        })?;
        output.detail("listening; Ctrl-C ends");

        let start = Instant::now();
        let mut tally = Tally::default();
        let mut printer = Printer::start(output)?;
        let showing = Showing { filter, limit: self.count, text: Text::new(), output };
        let time = async {
            match self.time {
                Some(time) => sleep(time).await,
                None => std::future::pending().await,
            }
        };
        let ended = tokio::select! {
            biased;
            ended = interrupts.unless(showing.run(tapping, &mut printer, &mut tally)) => ended,
            () = time => Ok(Ok(())),
        };
        let ended = match ended {
            Ok(Ok(())) => interrupts.unless(printer.end()).await.unwrap_or(Ok(())),
            Ok(Err(failure)) => Err(failure),
            Err(Exit::Interrupted) => Ok(()),
            Err(exit) => return Ok(exit),
        };
        output.say(&tally.words(start.elapsed()));
        ended.map(|()| Exit::Done)
    }
}

/// How to show what comes.
struct Showing {
    filter: TapFilter,
    limit: Option<u64>,
    text: Text,
    output: Output,
}

impl Showing {
    /// Shows all that comes, up to the limit; what is there at once is printed at once.
    async fn run(self, mut tapping: Tapping, printer: &mut Printer, tally: &mut Tally) -> Result<(), Failure> {
        let mut page = Vec::new();
        loop {
            let mut next = Some(tapping.next().await);
            while let Some(tapped) = next {
                if self.wants(&tapped) {
                    self.line(&tapped, &mut page)?;
                    tally.count(&tapped);
                    self.say(&tapped);
                }
                if self.limit == Some(tally.shown) {
                    return printer.print(page).await;
                }
                next = if page.len() < PAGE { tapping.next().now_or_never() } else { None };
            }
            if !page.is_empty() {
                printer.print(std::mem::take(&mut page)).await?;
            }
        }
    }

    fn wants(&self, tapped: &Tapped) -> bool {
        match tapped {
            Tapped::Seen(seen) => self.filter.wants(seen),
            _ => true,
        }
    }

    fn line(&self, tapped: &Tapped, page: &mut Vec<u8>) -> Result<(), Failure> {
        if self.output.is_json() {
            serde_json::to_writer(&mut *page, tapped).map_err(|error| Failure::failed(error.to_string()))?;
            page.push(b'\n');
        } else if let Tapped::Seen(seen) = tapped {
            page.extend_from_slice(self.text.line(seen).as_bytes());
        }
        Ok(())
    }

    /// What is no message is said on stderr.
    fn say(&self, tapped: &Tapped) {
        match tapped {
            Tapped::Dropped { messages } => {
                let words = "dropped: they came faster than this was read";
                self.output.warn(&format!("{} messages were {words}", HumanCount(*messages)));
            }
            Tapped::Away { reason } => {
                self.output.warn(&format!("not all is heard any more ({reason}); trying again and again"));
            }
            Tapped::Back => self.output.warn("all is heard again; what was said in between is not known"),
            Tapped::Hearing { replica: Some(replica) } => {
                self.output.detail(&format!("shard channels are heard at the replica {replica}"));
            }
            Tapped::Hearing { replica: None } => self.output.detail("shard channels are overheard by MONITOR"),
            Tapped::Unheard { channels } => {
                let first = channels.first().map_or("", String::as_str);
                self.output.warn(&format!(
                    "servers listen on shard channels ({first}), of which nothing is heard without a \
                     replica; --monitor overhears them, at a cost for Redis"
                ));
            }
            _ => {}
        }
    }
}

impl Tally {
    fn count(&mut self, tapped: &Tapped) {
        match tapped {
            Tapped::Seen(_) => self.shown += 1,
            Tapped::Dropped { messages } => self.dropped += messages,
            _ => {}
        }
    }

    fn words(&self, elapsed: Duration) -> String {
        let Self { shown, dropped } = *self;
        format!("{} shown, {} dropped in {:.1}s", HumanCount(shown), HumanCount(dropped), elapsed.as_secs_f64())
    }
}
