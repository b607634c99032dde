mod tally;

use std::{
    fmt,
    future::{IntoFuture, ready},
    pin::{Pin, pin},
    sync::atomic::{AtomicBool, Ordering},
    task::{Context, Poll},
};

use futures_util::{
    FutureExt, Stream, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};

use self::tally::{Flushed, Tally};
use crate::{
    adapter::Adapter,
    command::Command,
    deadline::Deadline,
    emitter::Emitter,
    error::Error,
    link::{Census, Replies},
    outgoing::Outgoing,
    receipt::BatchReceipt,
};

/// Messages in one pipeline: more gain nothing, fewer cost round trips.
const FLUSH_MESSAGES: usize = 512;

/// Bytes in one pipeline, so that large messages do not pile up.
const FLUSH_BYTES: usize = 1 << 20;

/// Pipelines on their way at once.
const FLUSHES: usize = 4;

/// Many messages: `.await` it, or `.wait()` for it. See [`Emitter::send_all`].
#[must_use = "nothing is sent until this is awaited or waited for"]
pub struct Batch<'a> {
    emitter: Emitter,
    messages: BoxStream<'a, Outgoing>,
    skip_invalid: bool,
    tell: Tell<'a>,
}

/// Who wants to know what becomes of each message.
type Tell<'a> = Box<dyn FnMut(u64, Result<(), &Error>) + Send + 'a>;

/// What [`Emitter::send_all`] takes: an iterator or a stream of [`Outgoing`]. `Kind` tells the two apart.
pub trait Source<'a, Kind> {
    /// The messages, one by one.
    fn into_stream(self) -> BoxStream<'a, Outgoing>;
}

/// Marks an iterator as a [`Source`].
#[derive(Debug)]
pub enum Iterated {}

/// Marks a stream as a [`Source`].
#[derive(Debug)]
pub enum Streamed {}

impl<'a, I> Source<'a, Iterated> for I
where
    I: IntoIterator<Item = Outgoing>,
    I::IntoIter: Send + 'a,
{
    fn into_stream(self) -> BoxStream<'a, Outgoing> {
        stream::iter(self).boxed()
    }
}

impl<'a, S> Source<'a, Streamed> for S
where
    S: Stream<Item = Outgoing> + Send + 'a,
{
    fn into_stream(self) -> BoxStream<'a, Outgoing> {
        self.boxed()
    }
}

impl<'a> Batch<'a> {
    pub(crate) fn new(emitter: Emitter, messages: BoxStream<'a, Outgoing>) -> Self {
        Self { emitter, messages, skip_invalid: false, tell: Box::new(|_, _| {}) }
    }

    /// Passes over a message that cannot be published ([`Error::is_invalid`]) instead of ending with it. The receipt
    /// counts them.
    pub fn skip_invalid(mut self) -> Self {
        self.skip_invalid = true;
        self
    }

    /// Tells what became of each message, in order, as soon as it is known. Messages are counted from 0.
    ///
    /// Not told are those that came after the one that ended the batch and were not sent.
    ///
    /// ```
    /// # use socketio_emitter::Emitter;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), socketio_emitter::Error> {
    /// # let (io, sent) = Emitter::recorder();
    /// let names = ["tick", "connect", "tock"]; // "connect" is reserved
    /// let mut bad = Vec::new();
    /// let batch = io.send_all(names.map(|name| io.emit(name, &()))).skip_invalid();
    /// let receipt = batch.each(|index, fate| bad.extend(fate.err().map(|_| index))).await?;
    /// assert_eq!((receipt.messages, receipt.skipped), (2, 1));
    /// assert_eq!(bad, [1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn each(mut self, tell: impl FnMut(u64, Result<(), &Error>) + Send + 'a) -> Self {
        self.tell = Box::new(tell);
        self
    }

    /// Sends without async; see [`Outgoing::wait`].
    ///
    /// # Errors
    /// As for awaiting it.
    #[cfg(feature = "blocking")]
    pub fn wait(self) -> Result<BatchReceipt, Error> {
        crate::blocking::wait(self.into_future())?
    }

    async fn send(self) -> Result<BatchReceipt, Error> {
        let Self { emitter, messages, skip_invalid, mut tell } = self;
        let mut messages = messages.peekable();
        let first = Pin::new(&mut messages).peek().await.and_then(|outgoing| outgoing.message().ok());
        let namespace = first.map_or("/".to_owned(), |message| message.target.namespace.clone());
        let deadline = Deadline::after(emitter.options().timeout);
        let adapter = emitter.adapter(&namespace, deadline).await?;

        // What the servers run is found out once for all; if it cannot be, only a message that depends on it fails.
        let (adapter, undecided) = match emitter.recognise(&adapter, &namespace, deadline).await {
            Ok(adapter) => (adapter, None),
            Err(error) => (Adapter::clone(&adapter), Some(error)),
        };
        let mut tally = Tally::default();
        let failed = AtomicBool::new(false);
        let flushes = Flushes { messages, adapter: adapter.clone(), undecided, skip_invalid, ended: false };
        // After a failure nothing more is sent, but what is on its way is waited for.
        let flushes = flushes.take_while(|_| ready(!failed.load(Ordering::Relaxed)));
        let mut flushed = pin!(flushes.map(|flush| flush.send(&emitter)).buffered(FLUSHES));
        while let Some(flushed) = flushed.next().await {
            tally.add(flushed, &mut tell);
            failed.store(tally.failed(), Ordering::Relaxed);
        }
        emitter.learn(tally.servers());
        tally.receipt(adapter.name())
    }
}

/// The messages of a stream, encoded and cut into flushes: full ones, or what there is when the stream has to wait.
/// It ends with the first message that cannot be sent, unless that is passed over.
struct Flushes<S> {
    messages: S,
    adapter: Adapter,
    /// Why the servers' versions are not known.
    undecided: Option<Error>,
    skip_invalid: bool,
    ended: bool,
}

#[derive(Default)]
struct Flush {
    commands: Vec<Command>,
    bytes: usize,
    census: Option<Census>,
    /// What was passed over, by its place among the messages of this flush.
    skipped: Vec<(usize, Error)>,
    /// Why the message after these cannot be sent.
    error: Option<Error>,
}

impl<S: Stream<Item = Outgoing> + Unpin> Stream for Flushes<S> {
    type Item = Flush;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Flush>> {
        let mut flush = Flush::default();
        let this = &mut *self;
        while !this.ended && flush.messages() < FLUSH_MESSAGES && flush.bytes < FLUSH_BYTES {
            match this.messages.poll_next_unpin(cx) {
                Poll::Ready(Some(outgoing)) => match flush.add(&this.adapter, &mut this.undecided, outgoing) {
                    Ok(()) => {}
                    Err(error) if this.skip_invalid && error.is_invalid() => {
                        flush.skipped.push((flush.messages(), error));
                    }
                    Err(error) => {
                        flush.error = Some(error);
                        this.ended = true;
                    }
                },
                Poll::Ready(None) => this.ended = true,
                Poll::Pending if flush.messages() == 0 => return Poll::Pending,
                Poll::Pending => break,
            }
        }
        let nothing = flush.messages() == 0 && flush.error.is_none();
        Poll::Ready(if nothing { None } else { Some(flush) })
    }
}

impl Flush {
    /// How many messages it is about.
    fn messages(&self) -> usize {
        self.commands.len() + self.skipped.len()
    }

    fn add(&mut self, adapter: &Adapter, undecided: &mut Option<Error>, outgoing: Outgoing) -> Result<(), Error> {
        let message = outgoing.into_message()?;
        let command = adapter.encode(&message)?;
        if adapter.depends_on_version(&message)
            && let Some(error) = undecided.take()
        {
            return Err(error);
        }
        if self.commands.is_empty() {
            self.census = adapter.census(&message.target.namespace);
        }
        self.bytes += command.size();
        self.commands.push(command);
        Ok(())
    }

    async fn send(self, emitter: &Emitter) -> Flushed {
        let Self { commands, census, skipped, error, .. } = self;
        let handed = commands.len();
        let replies = match handed {
            0 => Ok(Replies { taken: Vec::new(), servers: None }),
            _ => emitter.link().send(&commands, census.as_ref(), Deadline::after(emitter.options().timeout)).await,
        };
        Flushed { handed, replies, skipped, error }
    }
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("emitter", &self.emitter).finish_non_exhaustive()
    }
}

impl<'a> IntoFuture for Batch<'a> {
    type Output = Result<BatchReceipt, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.send().boxed()
    }
}
