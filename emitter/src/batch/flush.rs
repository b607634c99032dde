//! The messages of a batch, encoded and cut into pipelines.

use std::{
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use futures_util::{
    Stream, StreamExt,
    stream::{self, BoxStream, Peekable},
};
use tokio::time::Instant;

use super::tally::Flushed;
use crate::{
    adapter::Adapter,
    command::Command,
    deadline::Deadline,
    emitter::Emitter,
    error::Error,
    link::{Census, Replies},
    outgoing::Outgoing,
};

/// Messages in one pipeline: more gain nothing, fewer cost round trips.
const FLUSH_MESSAGES: usize = 512;

/// Bytes in one pipeline, so that large messages do not pile up.
const FLUSH_BYTES: usize = 1 << 20;

/// How often it is asked for: where nobody is there, that takes a while.
const LOOK: Duration = Duration::from_secs(1);

/// How long is believed what the servers run: a batch may take days.
const FRESH: Duration = Duration::from_secs(10);

/// The messages of a stream, encoded and cut into flushes: full ones, or what there is when the stream has to wait.
/// It ends with the first message that cannot be sent, unless that is passed over.
pub(super) struct Flushes<'a> {
    emitter: &'a Emitter,
    messages: Pin<Box<Peekable<BoxStream<'a, Outgoing>>>>,
    /// Of the first message: its servers are asked what they run.
    namespace: String,
    /// As it was found, and as it is written.
    found: Arc<Adapter>,
    pub(super) adapter: Adapter,
    /// Why the servers' versions are not known.
    undecided: Option<Error>,
    at: Instant,
    looked: Instant,
    skip_invalid: bool,
    ended: bool,
}

/// One pipeline.
#[derive(Default)]
pub(super) struct Flush {
    adapter: &'static str,
    commands: Vec<Command>,
    bytes: usize,
    census: Option<Census>,
    /// What was passed over, by its place among the messages of this flush.
    skipped: Vec<(usize, Error)>,
    /// Why the message after these cannot be sent.
    error: Option<Error>,
}

impl<'a> Flushes<'a> {
    /// Finds out what the servers run.
    pub(super) async fn new(
        emitter: &'a Emitter,
        messages: BoxStream<'a, Outgoing>,
        skip_invalid: bool,
    ) -> Result<Self, Error> {
        let mut messages = Box::pin(messages.peekable());
        let first = messages.as_mut().peek().await.and_then(|outgoing| outgoing.message().ok());
        let namespace = first.map_or("/".to_owned(), |message| message.target.namespace.clone());
        let deadline = Deadline::after(emitter.options().timeout);
        let found = emitter.adapter(&namespace, deadline).await?;
        let (adapter, undecided) = recognised(emitter, &found, &namespace, deadline).await;
        let at = Instant::now();
        Ok(Self { emitter, messages, namespace, found, adapter, undecided, at, looked: at, skip_invalid, ended: false })
    }

    pub(super) fn stream(self) -> impl Stream<Item = Flush> {
        stream::unfold(self, |mut flushes| async {
            if flushes.ended {
                return None;
            }
            // There may be a long time before the next message.
            flushes.messages.as_mut().peek().await;
            flushes.refresh().await;
            let flush = poll_fn(|cx| Poll::Ready(flushes.cut(cx))).await?;
            Some((flush, flushes))
        })
    }

    /// Looks again what the servers run. While nobody can say, it is as it was.
    async fn refresh(&mut self) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        let deadline = Deadline::after(self.emitter.options().timeout).half();
        let Ok(found) = self.emitter.adapter(&self.namespace, deadline).await else { return };
        if found == self.found && self.at.elapsed() < FRESH {
            return;
        }
        (self.adapter, self.undecided) = recognised(self.emitter, &found, &self.namespace, deadline).await;
        (self.found, self.at) = (found, Instant::now());
    }

    /// All that is there, up to a full flush; none at the end.
    fn cut(&mut self, cx: &mut Context<'_>) -> Option<Flush> {
        let mut flush = Flush { adapter: self.adapter.name(), ..Flush::default() };
        while !self.ended && flush.messages() < FLUSH_MESSAGES && flush.bytes < FLUSH_BYTES {
            match self.messages.poll_next_unpin(cx) {
                Poll::Ready(Some(outgoing)) => match flush.add(&self.adapter, &mut self.undecided, outgoing) {
                    Ok(()) => {}
                    Err(error) if self.skip_invalid && error.is_invalid() => {
                        flush.skipped.push((flush.messages(), error));
                    }
                    Err(error) => {
                        flush.error = Some(error);
                        self.ended = true;
                    }
                },
                Poll::Ready(None) => self.ended = true,
                Poll::Pending => break,
            }
        }
        let nothing = flush.messages() == 0 && flush.error.is_none();
        (!nothing).then_some(flush)
    }
}

/// The adapter as it is written for these servers. If nobody can say what they run, only a message that depends on it
/// fails.
async fn recognised(
    emitter: &Emitter,
    found: &Adapter,
    namespace: &str,
    deadline: Deadline,
) -> (Adapter, Option<Error>) {
    match emitter.recognise(found, namespace, deadline).await {
        Ok(adapter) => (adapter, None),
        Err(error) => (found.clone(), Some(error)),
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

    pub(super) async fn send(self, emitter: &Emitter) -> Flushed {
        let Self { adapter, commands, census, skipped, error, .. } = self;
        let handed = commands.len();
        let replies = match handed {
            0 => Ok(Replies { taken: Vec::new(), servers: None }),
            _ => emitter.link().send(&commands, census.as_ref(), Deadline::after(emitter.options().timeout)).await,
        };
        Flushed { adapter, handed, replies, skipped, error }
    }
}
