//! `sio emit`: an event to clients, once, many times, or on a beat.

mod draft;
mod every;
mod health;
mod help;
mod report;

use std::{
    future::IntoFuture,
    pin::pin,
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};

use clap::Args;
use serde::Serialize;
use socketio_doors::ENVIRONMENT;
use socketio_emitter::{Command, Emitter};

use self::{
    draft::Draft,
    every::Every,
    report::{Report, Sent},
};
use crate::{exit::Exit, failure::Failure, global::Global, interrupt::Interrupts, output::Output, value::Typed};

/// Sends an event to everyone on the namespace, or to rooms
#[derive(Args)]
#[command(after_help = help::SHORT, after_long_help = format!("{}\n\nEnvironment:\n{ENVIRONMENT}", help::LONG))]
pub(crate) struct Emit {
    /// Name of the event
    #[arg(value_name = "EVENT")]
    event: String,

    #[command(flatten)]
    typed: Typed,

    /// To the sockets in this room; repeat it for more rooms
    #[arg(long, value_name = "ROOM", alias = "room", allow_hyphen_values = true)]
    to: Vec<String>,

    /// But not to the sockets in this room; repeat it for more rooms
    #[arg(long, value_name = "ROOM", allow_hyphen_values = true)]
    except: Vec<String>,

    /// Drop it where a client's connection is not ready to take it
    #[arg(long)]
    volatile: bool,

    /// Do not compress it on its way to clients
    #[arg(long)]
    no_compress: bool,

    /// Send only if at least so many servers are on the namespace, else exit with 3
    #[arg(long, value_name = "N", default_value_t = 0, hide_default_value = true)]
    require_servers: u64,

    /// Send it so many times
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..))]
    count: Option<u64>,

    /// Send it again and again, at this beat, until Ctrl-C or --count
    #[arg(long, value_name = "DUR", value_parser = socketio_doors::duration)]
    every: Option<Duration>,

    /// EVENT, ARG, --string, --to and --except are templates (see --help)
    #[arg(short = 'T', long)]
    template: bool,

    /// Print the Redis command instead of sending it; with --adapter no Redis is needed
    #[arg(long)]
    dry_run: bool,
}

impl Emit {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        let Self { count, every, dry_run, require_servers, .. } = self;
        let mut draft = Draft::new(self, global)?;
        output.detail(&format!("Redis as named by {}", global.cluster.url_source()));
        if dry_run {
            return print(&global.cluster.writer()?, &mut draft, count.unwrap_or(1), output).await;
        }
        let emitter = global.cluster.emitter()?;
        match (every, count) {
            (Some(period), beats) => {
                Every::new(emitter, draft, period, beats, global.cluster.timeout())
                    .require_servers(require_servers)
                    .run(output)
                    .await
            }
            (None, None) => once(&emitter, &mut draft, require_servers, output).await,
            (None, Some(count)) => many(&emitter, &mut draft, count, require_servers, output).await,
        }
    }
}

/// Prints the commands that would be sent.
async fn print(emitter: &Emitter, draft: &mut Draft, count: u64, output: Output) -> Result<Exit, Failure> {
    #[derive(Serialize)]
    struct Line {
        command: Command,
    }
    for number in 1..=count {
        let command = emitter.send(draft.message(number)?).command().await?;
        match output.is_json() {
            true => output.object(&Line { command })?,
            false => output.line(&command.to_string())?,
        }
    }
    Ok(Exit::Done)
}

async fn once(emitter: &Emitter, draft: &mut Draft, required: u64, output: Output) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::new()?;
    let message = draft.message(1)?;
    let report = Report::of(&message);
    let sending = emitter.send(message).require_servers(required);
    let sent = interrupts.unless(sending.into_future()).await.map_err(unknown)??;
    report.sent(&sent.into(), output)?;
    Ok(Exit::Done)
}

/// Sends many messages in few round trips.
async fn many(
    emitter: &Emitter,
    draft: &mut Draft,
    count: u64,
    required: u64,
    output: Output,
) -> Result<Exit, Failure> {
    let mut interrupts = Interrupts::new()?;
    let first = draft.message(1)?;
    let report = Report::of(&first);
    let mut ahead: Option<Sent> = None;
    if required > 0 {
        // A batch does not count before it sends, so the first message goes ahead of it.
        let sending = emitter.send(first).require_servers(required);
        ahead = Some(interrupts.unless(sending.into_future()).await.map_err(unknown)??.into());
    }
    let stop = AtomicBool::new(false);
    let mut numbers = (ahead.iter().len() as u64 + 1)..=count;
    let mut broken = None;
    let (sent, interrupted) = {
        let messages = std::iter::from_fn(|| {
            let number = numbers.next().filter(|_| !stop.load(Ordering::Relaxed))?;
            draft.message(number).map(|message| emitter.send(message)).map_err(|failure| broken = Some(failure)).ok()
        });
        let mut sending = pin!(emitter.send_all(messages).into_future());
        match interrupts.unless(&mut sending).await {
            Ok(sent) => (sent, None),
            Err(exit) => {
                // What is on its way is waited for, so that the count is true; who cannot wait interrupts again.
                stop.store(true, Ordering::Relaxed);
                (interrupts.unless(&mut sending).await.map_err(unknown)?, Some(exit))
            }
        }
    };
    let sent = Sent::from(sent?).after(ahead);
    report.sent(&sent, output)?;
    match (broken, interrupted) {
        (Some(failure), _) => Err(failure),
        (None, Some(exit)) => Err(Failure::interrupted(exit, "interrupted")),
        (None, None) => Ok(Exit::Done),
    }
}

fn unknown(exit: Exit) -> Failure {
    Failure::interrupted(exit, "interrupted; what was on its way may have been taken or not")
}
