mod flush;
mod tally;

use std::{fmt, future::IntoFuture, pin::pin};

use futures_util::{
    FutureExt, Stream, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use tokio::sync::Notify;

use self::{flush::Flushes, tally::Tally};
use crate::{emitter::Emitter, error::Error, outgoing::Outgoing, receipt::BatchReceipt};

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
        let flushes = Flushes::new(&emitter, messages, skip_invalid).await?;
        let mut tally = Tally::new(flushes.adapter.name());
        let failed = Notify::new();
        // After a failure nothing more is sent nor waited for, but what is on its way is.
        let flushes = flushes.stream().take_until(Box::pin(failed.notified()));
        let mut flushed = pin!(flushes.map(|flush| flush.send(&emitter)).buffered(FLUSHES));
        while let Some(flushed) = flushed.next().await {
            emitter.learn(flushed.servers());
            tally.add(flushed, &mut tell);
            if tally.failed() {
                failed.notify_one();
            }
        }
        tally.receipt()
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
