//! `sio emit`: sends an event to clients, once or repeatedly.

mod help;
mod interval_sender;
mod message_template;
mod outage;

use std::{
    future::IntoFuture,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use clap::Args;
use socketio_emitter::{Emitter, request::Ack};

use self::{interval_sender::IntervalSender, message_template::MessageTemplate};
use crate::{
    ack_args::AckArgs,
    cli_error::CliError,
    event_args::RawEventArgs,
    exit::Exit,
    global_args::GlobalArgs,
    help::{ACK_EXIT_CODES, ARG, with_environment},
    output::Output,
    room_args::RoomArgs,
    send_args::{SendArgs, print_commands},
    send_receipt::{SendReceipt, SendReport},
    shutdown::Shutdown,
};

/// Sends an event to all clients of the namespace, or to rooms
#[derive(Args)]
#[command(after_help = help::SHORT, after_long_help = with_environment(&[ARG, help::LONG, ACK_EXIT_CODES]))]
pub(crate) struct EmitCommand {
    /// Name of the event
    #[arg(value_name = "EVENT")]
    event: String,

    #[command(flatten)]
    args: RawEventArgs,

    #[command(flatten)]
    rooms: RoomArgs,

    /// Drop the event for clients whose connection is not ready to receive it
    #[arg(long)]
    volatile: bool,

    /// Do not compress the event on the way to clients
    #[arg(long)]
    no_compress: bool,

    /// Send the event N times
    #[arg(long, value_name = "N", conflicts_with = "ack", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// Send the event every DUR, until Ctrl-C or --count
    #[arg(long, value_name = "DUR", conflicts_with = "ack", value_parser = socketio_common::duration)]
    every: Option<Duration>,

    /// Render EVENT, ARG, --string, --to and --except as templates (see --help)
    #[arg(short = 'T', long)]
    template: bool,

    #[command(flatten)]
    ack: AckArgs,

    #[command(flatten)]
    send: SendArgs,
}

impl EmitCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        let Self { count, every, ack, send, .. } = self;
        let mut template = MessageTemplate::new(self, global)?;
        if ack.ack {
            return ack.run::<Ack>(template.render(1)?, send, global, output).await;
        }
        if (every, count) == (None, None) {
            return send.run(template.render(1)?, global, output).await;
        }
        output.verbose_redis_source(global);
        if send.dry_run {
            let messages = (1..=count.unwrap_or(1)).map(|number| template.render(number));
            return print_commands(&global.cluster.writer()?, messages, output).await;
        }
        let emitter = global.cluster.emitter()?;
        match every {
            Some(period) => {
                IntervalSender::new(emitter, template, period, count, global.cluster.timeout())
                    .require_servers(send.require_servers)
                    .run(output)
                    .await
            }
            None => send_batch(&emitter, &mut template, count.unwrap_or(1), send, output).await,
        }
    }
}

/// Sends `count` messages in pipelines.
async fn send_batch(
    emitter: &Emitter,
    template: &mut MessageTemplate,
    count: u64,
    send: SendArgs,
    output: Output,
) -> Result<Exit, CliError> {
    let mut shutdown = Shutdown::new()?;
    let first = template.render(1)?;
    let report = SendReport::for_message(&first);
    let mut earlier: Option<SendReceipt> = None;
    if send.require_servers > 0 {
        // A batch does not count servers before it sends, so the first message is sent alone.
        earlier = Some(send.send(emitter, first, &mut shutdown).await?);
    }
    let stop = AtomicBool::new(false);
    let mut numbers = (earlier.iter().len() as u64 + 1)..=count;
    let mut template_error = None;
    let messages = std::iter::from_fn(|| {
        let number = numbers.next().filter(|_| !stop.load(Ordering::Relaxed))?;
        let message = template.render(number).map_err(|error| template_error = Some(error)).ok()?;
        Some(emitter.send(message))
    });
    let batch = emitter.send_all(messages).into_future();
    let ended = shutdown.with_graceful_stop(batch, || stop.store(true, Ordering::Relaxed)).await;
    let (sent, interrupted) = ended.map_err(CliError::interrupted_in_flight)?;
    report.print(&SendReceipt::from(sent?).merge(earlier), output)?;
    match (template_error, interrupted) {
        (Some(error), _) => Err(error),
        (None, Some(exit)) => Err(CliError::interrupted(exit, "interrupted")),
        (None, None) => Ok(Exit::Success),
    }
}
