mod outcome;
mod pipelines;

use std::{fmt, future::IntoFuture, pin::pin, sync::Arc};

use futures_util::{
    FutureExt, Stream, StreamExt,
    future::BoxFuture,
    stream::{self, BoxStream},
};
use tokio::sync::Notify;

use self::{outcome::BatchOutcome, pipelines::Pipelines};
use super::{BatchReceipt, Outgoing, Session};
use crate::base::Error;

/// How many pipelines are on their way to Redis at once.
const CONCURRENT_PIPELINES: usize = 4;

/// Many messages: `.await` it, or `.wait()` for it. See [`Emitter::send_all`](crate::Emitter::send_all).
///
/// # Cancellation
/// Dropping the future stops the batch. Up to four pipelines of up to 512 messages may have been taken by then.
#[must_use = "a batch is not sent until it is awaited or waited for"]
pub struct Batch<'a> {
    session: Arc<Session>,
    messages: BoxStream<'a, Outgoing>,
    skip_invalid: bool,
    report: Report<'a>,
}

/// Called with the position and the result of each message.
type Report<'a> = Box<dyn FnMut(u64, Result<(), &Error>) + Send + 'a>;

/// What [`Emitter::send_all`](crate::Emitter::send_all) takes: an iterator or a stream of [`Outgoing`]. `Kind` is
/// inferred. This trait is sealed.
pub trait BatchSource<'a, Kind>: sealed::SealedSource<Kind> {
    /// The messages, one by one.
    fn into_stream(self) -> BoxStream<'a, Outgoing>;
}

/// Marks an iterator as a [`BatchSource`].
#[derive(Debug)]
pub enum Iterated {}

/// Marks a stream as a [`BatchSource`].
#[derive(Debug)]
pub enum Streamed {}

mod sealed {
    use futures_util::Stream;

    use super::{Iterated, Outgoing, Streamed};

    pub trait SealedSource<Kind> {}

    impl<I: IntoIterator<Item = Outgoing>> SealedSource<Iterated> for I {}

    impl<S: Stream<Item = Outgoing>> SealedSource<Streamed> for S {}
}

impl<'a, I> BatchSource<'a, Iterated> for I
where
    I: IntoIterator<Item = Outgoing>,
    I::IntoIter: Send + 'a,
{
    fn into_stream(self) -> BoxStream<'a, Outgoing> {
        stream::iter(self).boxed()
    }
}

impl<'a, S> BatchSource<'a, Streamed> for S
where
    S: Stream<Item = Outgoing> + Send + 'a,
{
    fn into_stream(self) -> BoxStream<'a, Outgoing> {
        self.boxed()
    }
}

impl<'a> Batch<'a> {
    pub(crate) fn new(session: Arc<Session>, messages: BoxStream<'a, Outgoing>) -> Self {
        Self { session, messages, skip_invalid: false, report: Box::new(|_, _| {}) }
    }

    /// Skips messages that cannot be encoded ([`ErrorKind::InvalidMessage`](crate::error::ErrorKind::InvalidMessage))
    /// instead of stopping there. The receipt counts them.
    pub fn skip_invalid(mut self) -> Self {
        self.skip_invalid = true;
        self
    }

    /// Calls `report` with the result of each message, in order, as soon as it is known. Positions start at 0.
    ///
    /// Messages after the one that stopped the batch, which were not sent, are not reported.
    ///
    /// ```
    /// # use socketio_emitter::Emitter;
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), socketio_emitter::Error> {
    /// # let (io, sent) = Emitter::recorder();
    /// let names = ["tick", "connect", "tock"]; // "connect" is reserved
    /// let mut refused = Vec::new();
    /// let batch = io.send_all(names.map(|name| io.emit(name, &()))).skip_invalid();
    /// let receipt = batch.each(|position, result| refused.extend(result.err().map(|_| position))).await?;
    /// assert_eq!((receipt.messages, receipt.skipped), (2, 1));
    /// assert_eq!(refused, [1]);
    /// # Ok(())
    /// # }
    /// ```
    pub fn each(mut self, report: impl FnMut(u64, Result<(), &Error>) + Send + 'a) -> Self {
        self.report = Box::new(report);
        self
    }

    /// Sends the batch without async; see [`Outgoing::wait`].
    ///
    /// # Errors
    /// As for awaiting it.
    #[cfg(feature = "blocking")]
    pub fn wait(self) -> Result<BatchReceipt, Error> {
        crate::base::blocking::wait(self.into_future())?
    }

    async fn send(self) -> Result<BatchReceipt, Error> {
        let Self { session, messages, skip_invalid, mut report } = self;
        let pipelines = Pipelines::new(&session, messages, skip_invalid).await?;
        let mut outcome = BatchOutcome::new(pipelines.adapter_name());
        let failed = Notify::new();
        // After a failure no more messages are read, and only the pipelines on their way are waited for.
        let pipelines = pipelines.stream().take_until(Box::pin(failed.notified()));
        let mut sent = pin!(pipelines.map(|pipeline| pipeline.send(&session)).buffered(CONCURRENT_PIPELINES));
        while let Some(sent) = sent.next().await {
            session.note_servers(sent.servers());
            outcome.add(sent, &mut report);
            if outcome.has_failed() {
                failed.notify_one();
            }
        }
        outcome.receipt()
    }
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch").field("session", &self.session).finish_non_exhaustive()
    }
}

impl<'a> IntoFuture for Batch<'a> {
    type Output = Result<BatchReceipt, Error>;
    type IntoFuture = BoxFuture<'a, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let send = async {
            let result = self.send().await;
            match &result {
                Ok(receipt) => tracing::debug!(messages = receipt.messages, skipped = receipt.skipped, "batch sent"),
                Err(error) => tracing::debug!(%error, "batch stopped"),
            }
            result
        };
        send.boxed()
    }
}
