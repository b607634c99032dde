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

use crate::{
    adapter::Adapter, command::Command, deadline::Deadline, emitter::Emitter, error::Error, link::Replies,
    outgoing::Outgoing, receipt::BatchReceipt,
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
}

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
        Self { emitter, messages }
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
        let Self { emitter, messages } = self;
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
        let flushes = Flushes { messages, adapter: adapter.clone(), undecided, ended: false };
        // After a failure nothing more is sent, but what is on its way is waited for.
        let flushes = flushes.take_while(|_| ready(!failed.load(Ordering::Relaxed)));
        let mut flushed = pin!(flushes.map(|flush| flush.send(&emitter)).buffered(FLUSHES));
        while let Some(flushed) = flushed.next().await {
            tally.add(flushed);
            failed.store(tally.failed.is_some(), Ordering::Relaxed);
        }
        emitter.learn(tally.servers);
        tally.receipt(adapter.name())
    }
}

/// The messages of a stream, encoded and cut into flushes: full ones, or what there is when the stream has to wait.
/// It ends with the first message that cannot be sent.
struct Flushes<S> {
    messages: S,
    adapter: Adapter,
    /// Why the servers' versions are not known.
    undecided: Option<Error>,
    ended: bool,
}

#[derive(Default)]
struct Flush {
    commands: Vec<Command>,
    bytes: usize,
    channel: String,
    /// Why the message after these cannot be sent.
    error: Option<Error>,
}

impl<S: Stream<Item = Outgoing> + Unpin> Stream for Flushes<S> {
    type Item = Flush;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Flush>> {
        let mut flush = Flush::default();
        let this = &mut *self;
        while !this.ended && flush.commands.len() < FLUSH_MESSAGES && flush.bytes < FLUSH_BYTES {
            match this.messages.poll_next_unpin(cx) {
                Poll::Ready(Some(outgoing)) => {
                    flush.error = flush.add(&this.adapter, &mut this.undecided, outgoing).err();
                    this.ended = flush.error.is_some();
                }
                Poll::Ready(None) => this.ended = true,
                Poll::Pending if flush.commands.is_empty() => return Poll::Pending,
                Poll::Pending => break,
            }
        }
        let nothing = flush.commands.is_empty() && flush.error.is_none();
        Poll::Ready(if nothing { None } else { Some(flush) })
    }
}

impl Flush {
    fn add(&mut self, adapter: &Adapter, undecided: &mut Option<Error>, outgoing: Outgoing) -> Result<(), Error> {
        let message = outgoing.into_message()?;
        let command = adapter.encode(&message)?;
        if adapter.depends_on_version(&message)
            && let Some(error) = undecided.take()
        {
            return Err(error);
        }
        if self.commands.is_empty() {
            self.channel = adapter.server_channel(&message.target.namespace);
        }
        self.bytes += command.size();
        self.commands.push(command);
        Ok(())
    }

    async fn send(self, emitter: &Emitter) -> Flushed {
        let Self { commands, channel, error, .. } = self;
        let messages = commands.len() as u64;
        let replies = match commands.is_empty() {
            true => Ok(Replies { taken: Vec::new(), subscribers: None }),
            false => emitter.link().send(&commands, &channel, Deadline::after(emitter.options().timeout)).await,
        };
        Flushed { messages, replies, error }
    }
}

struct Flushed {
    messages: u64,
    replies: Result<Replies, Error>,
    error: Option<Error>,
}

/// What became of the messages so far.
#[derive(Default)]
struct Tally {
    seen: u64,
    accepted: u64,
    unknown: u64,
    servers: Option<u64>,
    failed: Option<(u64, Error)>,
}

impl Tally {
    fn add(&mut self, flushed: Flushed) {
        let start = self.seen;
        self.seen += flushed.messages;
        match flushed.replies {
            Ok(Replies { taken, subscribers }) => {
                for (at, reply) in taken.into_iter().enumerate() {
                    match reply {
                        Ok(()) => self.accepted += 1,
                        Err(error) => self.fail(start + at as u64, Error::Refused(error)),
                    }
                }
                self.servers = self.servers.into_iter().chain(subscribers).min();
            }
            Err(error) => {
                if error.is_unknown() {
                    self.unknown += flushed.messages;
                }
                self.fail(start, error);
            }
        }
        if let Some(error) = flushed.error {
            self.fail(self.seen, error);
        }
    }

    fn fail(&mut self, index: u64, error: Error) {
        self.failed.get_or_insert((index, error));
    }

    fn receipt(self, adapter: &'static str) -> Result<BatchReceipt, Error> {
        let Self { accepted, unknown, servers, failed, .. } = self;
        match failed {
            None => Ok(BatchReceipt { adapter, messages: accepted, servers }),
            Some((index, source)) => Err(Error::Stopped { accepted, unknown, index, source: Box::new(source) }),
        }
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
