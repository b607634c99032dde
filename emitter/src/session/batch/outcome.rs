use super::Report;
use crate::{base::Error, connection::CommandReplies, session::BatchReceipt};

/// The result of one pipeline.
pub(super) struct SentPipeline {
    pub(super) adapter: &'static str,
    /// How many messages were sent to Redis.
    pub(super) sent: usize,
    pub(super) replies: Result<CommandReplies, Error>,
    /// Skipped messages, each with its position in the pipeline.
    pub(super) skipped: Vec<(usize, Error)>,
    /// Why the message after these could not be sent.
    pub(super) error: Option<Error>,
}

/// The result of the messages so far.
pub(super) struct BatchOutcome {
    adapter: &'static str,
    messages: u64,
    accepted: u64,
    skipped: u64,
    unknown: u64,
    servers: Option<u64>,
    /// The position of the first message that failed, and why.
    failure: Option<(u64, Error)>,
}

impl SentPipeline {
    /// The number of servers that were counted with it.
    pub(super) fn servers(&self) -> Option<u64> {
        self.replies.as_ref().ok()?.servers
    }
}

impl BatchOutcome {
    pub(super) fn new(adapter: &'static str) -> Self {
        Self { adapter, messages: 0, accepted: 0, skipped: 0, unknown: 0, servers: None, failure: None }
    }

    pub(super) fn has_failed(&self) -> bool {
        self.failure.is_some()
    }

    /// Adds the next pipeline and reports each of its messages.
    pub(super) fn add(&mut self, pipeline: SentPipeline, report: &mut Report<'_>) {
        let SentPipeline { adapter, sent, replies, skipped, error } = pipeline;
        self.adapter = adapter;
        let messages = sent + skipped.len();
        let start = self.messages;
        self.messages += messages as u64;
        let (mut taken, lost) = match replies {
            Ok(CommandReplies { results, servers }) => {
                self.servers = self.servers.into_iter().chain(servers).min();
                (results.into_iter(), None)
            }
            Err(error) => (Vec::new().into_iter(), Some(error)),
        };
        let mut skipped = skipped.into_iter().peekable();
        for (place, position) in (0..messages).zip(start..) {
            if let Some((_, error)) = skipped.next_if(|(skipped, _)| *skipped == place) {
                self.skipped += 1;
                report(position, Err(&error));
                continue;
            }
            match (taken.next(), &lost) {
                (Some(Err(error)), _) => {
                    self.unknown += u64::from(error.may_have_been_taken());
                    report(position, Err(&error));
                    self.fail(position, error);
                }
                (None, Some(error)) => {
                    self.unknown += u64::from(error.may_have_been_taken());
                    report(position, Err(error));
                }
                (Some(Ok(_)), _) => {
                    self.accepted += 1;
                    report(position, Ok(()));
                }
                // A supplied connection returned fewer replies than commands: the rest is unknown.
                (None, None) => {}
            }
        }
        if let Some(error) = lost {
            self.fail(start, error);
        }
        if let Some(error) = error {
            report(self.messages, Err(&error));
            self.fail(self.messages, error);
        }
    }

    fn fail(&mut self, position: u64, error: Error) {
        self.failure.get_or_insert((position, error));
    }

    pub(super) fn receipt(self) -> Result<BatchReceipt, Error> {
        let Self { adapter, accepted, skipped, unknown, servers, failure, .. } = self;
        match failure {
            None => Ok(BatchReceipt { adapter, messages: accepted, skipped, servers }),
            Some((index, source)) => Err(Error::Stopped { accepted, unknown, index, source: Box::new(source) }),
        }
    }
}
