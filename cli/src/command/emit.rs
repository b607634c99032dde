//! `sio emit`: an event to clients, once, many times, or on a beat.

mod draft;
mod every;
mod health;
mod help;

use std::{
    future::IntoFuture,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use clap::Args;
use socketio_emitter::Emitter;

use self::{draft::Draft, every::Every};
use crate::{
    acking::Acking,
    exit::Exit,
    failure::Failure,
    global::Global,
    help::{ACK_CODES, ARG, page},
    interrupt::Interrupts,
    output::Output,
    report::{Report, Sent},
    rooms::Rooms,
    sending::{Sending, show},
    value::Typed,
};

/// Sends an event to everyone on the namespace, or to rooms
#[derive(Args)]
#[command(after_help = help::SHORT, after_long_help = page(&[ARG, help::LONG, ACK_CODES]))]
pub(crate) struct Emit {
    /// Name of the event
    #[arg(value_name = "EVENT")]
    event: String,

    #[command(flatten)]
    typed: Typed,

    #[command(flatten)]
    rooms: Rooms,

    /// Drop it where a client's connection is not ready to take it
    #[arg(long)]
    volatile: bool,

    /// Do not compress it on its way to clients
    #[arg(long)]
    no_compress: bool,

    /// Send it so many times
    #[arg(long, value_name = "N", conflicts_with = "ack", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// Send it again and again, at this beat, until Ctrl-C or --count
    #[arg(long, value_name = "DUR", conflicts_with = "ack", value_parser = socketio_common::duration)]
    every: Option<Duration>,

    /// EVENT, ARG, --string, --to and --except are templates (see --help)
    #[arg(short = 'T', long)]
    template: bool,

    #[command(flatten)]
    acking: Acking,

    #[command(flatten)]
    sending: Sending,
}

impl Emit {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        let Self { count, every, acking, sending, .. } = self;
        let mut draft = Draft::new(self, global)?;
        if acking.ack {
            return acking.run(draft.message(1)?, Emitter::ask, sending, global, output).await;
        }
        if (every, count) == (None, None) {
            return sending.run(draft.message(1)?, global, output).await;
        }
        output.detail(&format!("Redis as named by {}", global.cluster.url_source()));
        if sending.dry_run {
            let messages = (1..=count.unwrap_or(1)).map(|number| draft.message(number));
            return show(&global.cluster.writer()?, messages, output).await;
        }
        let emitter = global.cluster.emitter()?;
        match every {
            Some(period) => {
                Every::new(emitter, draft, period, count, global.cluster.timeout())
                    .require_servers(sending.require_servers)
                    .run(output)
                    .await
            }
            None => many(&emitter, &mut draft, count.unwrap_or(1), sending, output).await,
        }
    }
}

/// Sends many messages in few round trips.
async fn many(
    emitter: &Emitter,
    draft: &mut Draft,
    count: u64,
    sending: Sending,
    output: Output,
) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::new()?;
    let first = draft.message(1)?;
    let report = Report::of(&first);
    let mut ahead: Option<Sent> = None;
    if sending.require_servers > 0 {
        // A batch does not count before it sends, so the first message goes ahead of it.
        ahead = Some(sending.send(emitter, first, &mut interrupts).await?);
    }
    let stop = AtomicBool::new(false);
    let mut numbers = (ahead.iter().len() as u64 + 1)..=count;
    let mut broken = None;
    let messages = std::iter::from_fn(|| {
        let number = numbers.next().filter(|_| !stop.load(Ordering::Relaxed))?;
        draft.message(number).map(|message| emitter.send(message)).map_err(|failure| broken = Some(failure)).ok()
    });
    let batch = emitter.send_all(messages).into_future();
    let (sent, interrupted) =
        interrupts.winding_up(batch, || stop.store(true, Ordering::Relaxed)).await.map_err(Failure::in_doubt)?;
    let sent = Sent::from(sent?).after(ahead);
    report.sent(&sent, output)?;
    match (broken, interrupted) {
        (Some(failure), _) => Err(failure),
        (None, Some(exit)) => Err(Failure::interrupted(exit, "interrupted")),
        (None, None) => Ok(Exit::Done),
    }
}
