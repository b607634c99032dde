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

use super::outcome::SentPipeline;
use crate::{
    adapter::{Adapter, Command, SubscriberCount},
    base::{Deadline, Error, ErrorKind},
    connection::CommandReplies,
    session::{Outgoing, Session},
};

/// Messages in one pipeline: more gain nothing, fewer cost round trips.
const PIPELINE_MESSAGES: usize = 512;

/// Bytes in one pipeline, so that large messages do not pile up in memory.
const PIPELINE_BYTES: usize = 1 << 20;

/// How often a batch asks which servers there are. While there are none, each lookup takes a while.
const DISCOVERY_INTERVAL: Duration = Duration::from_secs(1);

/// A stream of messages, encoded and cut into pipelines: full ones, or what has arrived when the stream has to wait. It
/// ends with the first message that cannot be sent, unless that message is skipped.
pub(super) struct Pipelines<'a> {
    session: &'a Arc<Session>,
    messages: Pin<Box<Peekable<BoxStream<'a, Outgoing>>>>,
    /// The namespace of the first message: its servers decide adapter and versions.
    namespace: String,
    /// The adapter, with the servers' versions if they are known.
    adapter: Adapter,
    /// Why the servers' versions are unknown.
    versions_unknown: Option<Error>,
    discovered: Instant,
    skip_invalid: bool,
    ended: bool,
}

/// Commands that are sent together.
#[derive(Default)]
pub(super) struct Pipeline {
    adapter: &'static str,
    commands: Vec<Command>,
    bytes: usize,
    count: Option<SubscriberCount>,
    /// Skipped messages, each with its position in this pipeline.
    skipped: Vec<(usize, Error)>,
    /// Why the message after these cannot be sent.
    error: Option<Error>,
}

impl<'a> Pipelines<'a> {
    pub(super) async fn new(
        session: &'a Arc<Session>,
        messages: BoxStream<'a, Outgoing>,
        skip_invalid: bool,
    ) -> Result<Self, Error> {
        let mut messages = Box::pin(messages.peekable());
        let first = messages.as_mut().peek().await.and_then(|outgoing| outgoing.message().ok());
        let namespace = first.map_or("/".to_owned(), |message| message.target.namespace.clone());
        let deadline = Deadline::after(session.options().timeout);
        let (adapter, versions_unknown) = discover(session, &namespace, deadline).await?;
        let discovered = Instant::now();
        Ok(Self { session, messages, namespace, adapter, versions_unknown, discovered, skip_invalid, ended: false })
    }

    pub(super) fn adapter_name(&self) -> &'static str {
        self.adapter.name()
    }

    pub(super) fn stream(self) -> impl Stream<Item = Pipeline> {
        stream::unfold(self, |mut pipelines| async {
            if pipelines.ended {
                return None;
            }
            // The next message may be a long time coming, so servers are looked up after it has.
            pipelines.messages.as_mut().peek().await;
            pipelines.rediscover().await;
            let pipeline = poll_fn(|cx| Poll::Ready(pipelines.cut(cx))).await?;
            Some((pipeline, pipelines))
        })
    }

    /// Follows the servers: a batch may run for days. Keeps the last adapter if the lookup fails.
    async fn rediscover(&mut self) {
        if self.discovered.elapsed() < DISCOVERY_INTERVAL {
            return;
        }
        let deadline = Deadline::after(self.session.options().timeout).half();
        if let Ok(found) = discover(self.session, &self.namespace, deadline).await {
            (self.adapter, self.versions_unknown) = found;
        }
        self.discovered = Instant::now();
    }

    /// The messages that have arrived, up to a full pipeline; `None` at the end of the stream.
    fn cut(&mut self, cx: &mut Context<'_>) -> Option<Pipeline> {
        let mut pipeline = Pipeline { adapter: self.adapter.name(), ..Pipeline::default() };
        while !self.ended && pipeline.messages() < PIPELINE_MESSAGES && pipeline.bytes < PIPELINE_BYTES {
            match self.messages.poll_next_unpin(cx) {
                Poll::Ready(Some(outgoing)) => {
                    match pipeline.add(&self.adapter, &mut self.versions_unknown, outgoing) {
                        Ok(()) => {}
                        Err(error) if self.skip_invalid && error.kind() == ErrorKind::InvalidMessage => {
                            pipeline.skipped.push((pipeline.messages(), error));
                        }
                        Err(error) => {
                            pipeline.error = Some(error);
                            self.ended = true;
                        }
                    }
                }
                Poll::Ready(None) => self.ended = true,
                Poll::Pending => break,
            }
        }
        let is_empty = pipeline.messages() == 0 && pipeline.error.is_none();
        (!is_empty).then_some(pipeline)
    }
}

/// The adapter of the namespace's servers. If their versions are unknown, only a message that depends on them fails.
async fn discover(session: &Session, namespace: &str, deadline: Deadline) -> Result<(Adapter, Option<Error>), Error> {
    let adapter = session.adapter(namespace, deadline).await?;
    Ok(match session.with_versions(&adapter, namespace, deadline).await {
        Ok(adapter) => (adapter, None),
        Err(error) => (Adapter::clone(&adapter), Some(error)),
    })
}

impl Pipeline {
    /// The number of messages in it, skipped ones included.
    fn messages(&self) -> usize {
        self.commands.len() + self.skipped.len()
    }

    fn add(
        &mut self,
        adapter: &Adapter,
        versions_unknown: &mut Option<Error>,
        outgoing: Outgoing,
    ) -> Result<(), Error> {
        let message = outgoing.into_message()?;
        let command = adapter.encode_checked(&message)?;
        if adapter.depends_on_version(&message)
            && let Some(error) = versions_unknown.take()
        {
            return Err(error);
        }
        if self.commands.is_empty() {
            self.count = adapter.subscriber_count(&message.target.namespace);
        }
        self.bytes += command.size();
        self.commands.push(command);
        Ok(())
    }

    pub(super) async fn send(self, session: &Session) -> SentPipeline {
        let Self { adapter, commands, count, skipped, error, .. } = self;
        let sent = commands.len();
        let replies = match sent {
            0 => Ok(CommandReplies { results: Vec::new(), servers: None }),
            _ => {
                let deadline = Deadline::after(session.options().timeout);
                session.connection().send(&commands, count.as_ref(), deadline).await
            }
        };
        SentPipeline { adapter, sent, replies, skipped, error }
    }
}
