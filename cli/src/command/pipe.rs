//! `sio pipe`: messages from a file or a program, one a line.

mod feed;
mod help;
mod input;
mod ledger;
mod lines;
mod pace;
mod progress;
mod reader;
mod replay;
mod summary;

use std::{future::IntoFuture, time::Instant};

use clap::Args;
use futures_util::{StreamExt, stream};
use socketio_emitter::{BatchReceipt, Emitter, Error};
use tokio::sync::oneshot;

use self::{
    feed::Feed,
    input::Input,
    ledger::{Book, Ledger},
    progress::Progress,
    reader::Reader,
    summary::{Summary, resume},
};
use crate::{
    exit::Exit,
    failure::Failure,
    global::Global,
    help::{more, page},
    interrupt::Interrupts,
    output::Output,
    rate::Rate,
    sending::print,
    size::size,
};

/// Sends messages from a file or a program, one JSON object a line
#[derive(Args)]
#[command(after_help = more("pipe"), after_long_help = page(&[help::LONG]))]
pub(crate) struct Pipe {
    /// File to read; - is stdin
    #[arg(value_name = "FILE", default_value = "-", hide_default_value = true)]
    file: String,

    /// Send no more than so many messages a second, evenly; also N/m, N/h
    #[arg(long, value_name = "N")]
    rate: Option<Rate>,

    /// End with the first bad line, after all lines before it were sent
    #[arg(long)]
    strict: bool,

    /// Begin with this line, counted from 1
    #[arg(long, value_name = "N", default_value_t = 1, hide_default_value = true)]
    #[arg(value_parser = clap::value_parser!(u64).range(1..))]
    from_line: u64,

    // Redis cuts off a subscriber with more than 32 MB before it.
    /// A longer line is bad
    #[arg(long, value_name = "SIZE", default_value = "16MiB", value_parser = size)]
    max_line: usize,

    /// Print the Redis commands instead of sending; with --adapter no Redis is needed
    #[arg(long)]
    dry_run: bool,
}

/// How the work ended, apart from what the ledger knows: with a receipt, unless nothing was sent.
type Ended = Result<Option<BatchReceipt>, Failure>;

impl Pipe {
    pub(crate) async fn run(self, global: &Global, output: Output) -> Result<Exit, Failure> {
        if global.namespace() != "/" {
            let reason = "--namespace is not for pipe: each line says its own, as in \"namespace\": \"/admin\"";
            return Err(Failure::usage(reason));
        }
        let cluster = &global.cluster;
        let emitter = if self.dry_run { cluster.writer()? } else { cluster.emitter()? };
        output.detail(&format!("Redis as named by {}", cluster.url_source()));
        let Input { source, name, size, typed } = Input::open(&self.file)?;
        if typed {
            output.say("one JSON object a line; Ctrl-D ends");
        }
        let mut interrupts = Interrupts::new()?;
        let book = Book::new(Ledger::new(Progress::new(size, typed, output), output));
        let chunks = Reader::new(source, self.from_line, self.max_line, cluster.numbers()).start()?;
        let (stop, stopped) = oneshot::channel();
        let feed = Feed::new(emitter.clone(), chunks, book.clone(), stopped).paced(self.rate);
        let feed = feed.strict(self.strict).unchecked(self.dry_run);

        let start = Instant::now();
        let ended = interrupts.winding_up(self.work(&emitter, feed, &book, output), || drop(stop)).await;
        let mut ledger = book.lock();
        let counts = ledger.close(ended.is_err());
        let (ended, interrupted) = match ended {
            Ok((ended, interrupted)) => (ended?, interrupted),
            Err(exit) => (Ok(None), Some(exit)),
        };
        let summary = Summary::new(counts, start.elapsed(), ended.as_ref().ok().and_then(Option::as_ref));
        match self.dry_run {
            true => output.say(&summary.words("printed")),
            false => summary.tell(output)?,
        }
        let resume = resume(ledger.stop());
        if let Some(failure) = ledger.refused.take() {
            return Err(failure);
        }
        match (ended, ledger.unreadable.take(), interrupted) {
            (Err(failure), ..) => Err(failure.hint(&resume)),
            (_, Some(error), _) => Err(Failure::failed(format!("cannot read {name}: {error}; {resume}"))),
            (.., Some(exit)) => Err(Failure::interrupted(exit, format!("interrupted; {resume}"))),
            _ if counts.bad > 0 => Ok(Exit::Usage),
            _ => Ok(Exit::Done),
        }
    }

    /// Sends or prints all that comes.
    ///
    /// # Errors
    /// Where stdout failed, after which nothing is left to say.
    async fn work(&self, emitter: &Emitter, feed: Feed, book: &Book, output: Output) -> Result<Ended, Failure> {
        match self.dry_run {
            true => self.print(feed, book, output).await,
            false => Ok(self.send(emitter, feed, book).await),
        }
    }

    /// Sends all that comes.
    async fn send(&self, emitter: &Emitter, mut feed: Feed, book: &Book) -> Ended {
        // Where there is nothing to send, Redis need not be there.
        let Some(first) = feed.next().await else { return Ok(None) };
        let batch = emitter.send_all(stream::iter([first]).chain(feed)).each(|_, fate| book.lock().fate(fate));
        let batch = if self.strict { batch } else { batch.skip_invalid() };
        match batch.into_future().await {
            Ok(receipt) => Ok(Some(receipt)),
            Err(Error::Stopped { source, .. }) => stopped(*source),
            Err(error) => stopped(error),
        }
    }

    /// Prints the commands for all that comes.
    async fn print(&self, mut feed: Feed, book: &Book, output: Output) -> Result<Ended, Failure> {
        while let Some(outgoing) = feed.next().await {
            let command = outgoing.command().await;
            book.lock().fate(command.as_ref().map(drop));
            match command {
                Ok(command) => print(command, output)?,
                Err(error) if error.is_invalid() && !self.strict => {}
                Err(error) => return Ok(stopped(error)),
            }
        }
        Ok(Ok(None))
    }
}

/// What ended the work. A bad line, which was named when it came, is no failure of its own.
fn stopped(error: Error) -> Ended {
    if error.is_invalid() { Ok(None) } else { Err(error.into()) }
}
