use super::Tell;
use crate::{error::Error, link::Replies, receipt::BatchReceipt};

/// What became of one flush.
pub(super) struct Flushed {
    /// What it was written for.
    pub(super) adapter: &'static str,
    /// How many messages were handed to Redis.
    pub(super) handed: usize,
    pub(super) replies: Result<Replies, Error>,
    /// What was passed over, by its place among the messages of the flush.
    pub(super) skipped: Vec<(usize, Error)>,
    /// Why the message after these could not be sent.
    pub(super) error: Option<Error>,
}

/// What became of the messages so far.
pub(super) struct Tally {
    adapter: &'static str,
    seen: u64,
    accepted: u64,
    skipped: u64,
    unknown: u64,
    servers: Option<u64>,
    failed: Option<(u64, Error)>,
}

impl Flushed {
    /// The servers that were there.
    pub(super) fn servers(&self) -> Option<u64> {
        self.replies.as_ref().ok()?.servers
    }
}

impl Tally {
    /// Nothing so far, written for this adapter.
    pub(super) fn new(adapter: &'static str) -> Self {
        Self { adapter, seen: 0, accepted: 0, skipped: 0, unknown: 0, servers: None, failed: None }
    }

    /// True once the batch cannot go on.
    pub(super) fn failed(&self) -> bool {
        self.failed.is_some()
    }

    pub(super) fn add(&mut self, flushed: Flushed, tell: &mut Tell<'_>) {
        let Flushed { adapter, handed, replies, skipped, error } = flushed;
        self.adapter = adapter;
        let messages = handed + skipped.len();
        let start = self.seen;
        self.seen += messages as u64;
        let (mut taken, lost) = match replies {
            Ok(Replies { taken, servers }) => {
                self.servers = self.servers.into_iter().chain(servers).min();
                (taken.into_iter(), None)
            }
            Err(error) => (Vec::new().into_iter(), Some(error)),
        };
        let mut skipped = skipped.into_iter().peekable();
        for (place, index) in (0..messages).zip(start..) {
            if let Some((_, error)) = skipped.next_if(|(skipped, _)| *skipped == place) {
                self.skipped += 1;
                tell(index, Err(&error));
                continue;
            }
            match (taken.next(), &lost) {
                (Some(Err(error)), _) => {
                    self.unknown += u64::from(error.is_unknown());
                    tell(index, Err(&error));
                    self.fail(index, error);
                }
                (None, Some(error)) => {
                    self.unknown += u64::from(error.is_unknown());
                    tell(index, Err(error));
                }
                (Some(Ok(_)), _) => {
                    self.accepted += 1;
                    tell(index, Ok(()));
                }
                // A given connection that answers less than it was asked says nothing about the rest.
                (None, None) => {}
            }
        }
        if let Some(error) = lost {
            self.fail(start, error);
        }
        if let Some(error) = error {
            tell(self.seen, Err(&error));
            self.fail(self.seen, error);
        }
    }

    fn fail(&mut self, index: u64, error: Error) {
        self.failed.get_or_insert((index, error));
    }

    pub(super) fn receipt(self) -> Result<BatchReceipt, Error> {
        let Self { adapter, accepted, skipped, unknown, servers, failed, .. } = self;
        match failed {
            None => Ok(BatchReceipt { adapter, messages: accepted, skipped, servers }),
            Some((index, source)) => Err(Error::Stopped { accepted, unknown, index, source: Box::new(source) }),
        }
    }
}
