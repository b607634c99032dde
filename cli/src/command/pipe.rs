//! `sio pipe`: sends messages from a file or a program, one per line.

mod help;
mod input;
mod line_reader;
mod line_tracker;
mod loop_guard;
mod message_stream;
mod pacer;
mod progress;
mod record_reader;
mod summary;

use std::{future::IntoFuture, time::Instant};

use clap::Args;
use futures_util::{StreamExt, stream};
use socketio_emitter::{BatchReceipt, Emitter, Error, error::ErrorKind};
use tokio::sync::oneshot;

use self::{
    input::PipeInput,
    line_tracker::{LineTracker, SharedLineTracker},
    message_stream::MessageStream,
    progress::PipeProgress,
    record_reader::LineRecordReader,
    summary::{PipeSummary, resume_hint},
};
use crate::{
    cli_error::CliError, exit::Exit, global_args::GlobalArgs, help::with_environment, output::Output, rate::Rate,
    send_args::print_command, shutdown::Shutdown, size::parse_size,
};

/// Sends messages from a file or a program, one JSON object per line
#[derive(Args)]
#[command(after_help = help::SHORT, after_long_help = with_environment(&[help::LONG]))]
pub(crate) struct PipeCommand {
    /// File to read; - is stdin
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: String,

    /// Send at most N messages per second, evenly spaced; also N/m or N/h
    #[arg(long, value_name = "N")]
    rate: Option<Rate>,

    /// Stop at the first invalid line, after sending the lines before it
    #[arg(long)]
    strict: bool,

    /// Start with line N, counted from 1
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    from_line: u64,

    // Redis disconnects a subscriber with an output buffer of more than 32 MB.
    /// Reject longer lines
    #[arg(long, value_name = "BYTES", default_value = "16MiB", value_parser = parse_size)]
    max_line: usize,

    /// Print the Redis commands instead of sending them; needs no Redis if --adapter is given
    #[arg(long)]
    dry_run: bool,
}

/// The end of sending: a receipt, or `None` if nothing was sent. The line tracker knows the result of each line.
type PipeResult = Result<Option<BatchReceipt>, CliError>;

impl PipeCommand {
    pub(crate) async fn run(self, global: &GlobalArgs, output: Output) -> Result<Exit, CliError> {
        if global.namespace() != "/" {
            let reason = "--namespace does not apply to pipe; set it in each line, as in \"namespace\": \"/admin\"";
            return Err(CliError::usage(reason));
        }
        let cluster = &global.cluster;
        let emitter = if self.dry_run { cluster.writer()? } else { cluster.emitter()? };
        output.verbose_redis_source(global);
        let PipeInput { source, name, size, interactive } = PipeInput::open(&self.file)?;
        if interactive {
            output.note("reading one JSON object per line; press Ctrl-D to finish");
        }
        let mut shutdown = Shutdown::new()?;
        let tracker = LineTracker::new(PipeProgress::new(size, interactive, output), output);
        let tracker = SharedLineTracker::new(tracker);
        let chunks = LineRecordReader::new(source, self.from_line, self.max_line, cluster.numbers()).start()?;
        let (stop, stopped) = oneshot::channel();
        let messages = MessageStream::new(emitter.clone(), chunks, tracker.clone(), stopped)
            .with_rate(self.rate)
            .strict(self.strict)
            .allow_loops(self.dry_run);

        let start = Instant::now();
        let work = self.process(&emitter, messages, &tracker, output);
        let ended = shutdown.with_graceful_stop(work, || drop(stop)).await;
        let mut tracker = tracker.lock();
        let counts = tracker.close(ended.is_err());
        let (ended, interrupted) = match ended {
            Ok((ended, interrupted)) => (ended?, interrupted),
            Err(exit) => (Ok(None), Some(exit)),
        };
        let summary = PipeSummary::new(counts, start.elapsed(), ended.as_ref().ok().and_then(Option::as_ref));
        match self.dry_run {
            true => output.note(&summary.text("printed")),
            false => summary.print(output)?,
        }
        let resume = resume_hint(tracker.resume_point());
        if let Some(error) = tracker.loop_error.take() {
            return Err(error);
        }
        match (ended, tracker.read_error.take(), interrupted) {
            (Err(error), ..) => Err(error.with_hint(&resume)),
            (_, Some(error), _) => Err(CliError::failed(format!("cannot read {name}: {error}; {resume}"))),
            (.., Some(exit)) => Err(CliError::interrupted(exit, format!("interrupted; {resume}"))),
            _ if counts.bad > 0 => Ok(Exit::Usage),
            _ => Ok(Exit::Success),
        }
    }

    /// Sends or prints all messages.
    ///
    /// # Errors
    /// If writing to stdout fails.
    async fn process(
        &self,
        emitter: &Emitter,
        messages: MessageStream,
        tracker: &SharedLineTracker,
        output: Output,
    ) -> Result<PipeResult, CliError> {
        match self.dry_run {
            true => self.print(messages, tracker, output).await,
            false => Ok(self.send(emitter, messages, tracker).await),
        }
    }

    async fn send(&self, emitter: &Emitter, mut messages: MessageStream, tracker: &SharedLineTracker) -> PipeResult {
        // Waiting for the first message here means that empty input needs no Redis.
        let Some(first) = messages.next().await else { return Ok(None) };
        let messages = stream::iter([first]).chain(messages);
        let batch = emitter.send_all(messages).each(|_, result| tracker.lock().settle(result));
        let batch = if self.strict { batch } else { batch.skip_invalid() };
        match batch.into_future().await {
            Ok(receipt) => Ok(Some(receipt)),
            Err(Error::Stopped { source, .. }) => ignore_invalid(*source),
            Err(error) => ignore_invalid(error),
        }
    }

    async fn print(
        &self,
        mut messages: MessageStream,
        tracker: &SharedLineTracker,
        output: Output,
    ) -> Result<PipeResult, CliError> {
        while let Some(outgoing) = messages.next().await {
            let command = outgoing.command().await;
            tracker.lock().settle(command.as_ref().map(drop));
            match command {
                Ok(command) => print_command(command, output)?,
                Err(error) if error.kind() == ErrorKind::InvalidMessage && !self.strict => {}
                Err(error) => return Ok(ignore_invalid(error)),
            }
        }
        Ok(Ok(None))
    }
}

/// An invalid line is not an error of the batch: the tracker reported and counted it.
fn ignore_invalid(error: Error) -> PipeResult {
    if error.kind() == ErrorKind::InvalidMessage { Ok(None) } else { Err(error.into()) }
}
