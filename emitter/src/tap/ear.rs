//! Whoever listens, again and again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use tokio::time::sleep;

use super::{Tapped, queue::Queue};
use crate::{
    deadline::Deadline,
    emitter::Emitter,
    error::Error,
    link::{Answer, Listen, Listener, Query},
};

/// How long to wait before the next attempt to listen.
const PAUSE: Duration = Duration::from_millis(300);

/// The same while there is no replica: they come seldom, and not all that a primary names can be reached from here.
const NO_REPLICA: Duration = Duration::from_secs(3);

/// How long to listen before it is looked whether something was dropped.
const BEAT: Duration = Duration::from_secs(1);

/// How many of the ears hear nothing because Redis is away: the first and the last of them say so.
#[derive(Debug)]
pub(super) struct Deafness {
    ears: AtomicUsize,
    queue: Queue,
}

/// One subscription.
pub(super) struct Ear {
    emitter: Emitter,
    /// What to listen to; if that is not there, to the next one.
    to: Vec<Listen>,
    queue: Queue,
    deafness: Arc<Deafness>,
}

impl Deafness {
    pub(super) fn new(queue: Queue) -> Self {
        Self { ears: AtomicUsize::new(0), queue }
    }

    fn begins(&self, reason: String) {
        if self.ears.fetch_add(1, Ordering::Relaxed) == 0 {
            self.queue.notice(Tapped::Away { reason });
        }
    }

    fn ends(&self) {
        if self.ears.fetch_sub(1, Ordering::Relaxed) == 1 {
            self.queue.notice(Tapped::Back);
        }
    }
}

impl Ear {
    pub(super) fn new(emitter: Emitter, to: Vec<Listen>, queue: Queue, deafness: Arc<Deafness>) -> Self {
        Self { emitter, to, queue, deafness }
    }

    /// Listens, to the first of what there is.
    ///
    /// # Errors
    /// Of the last, where nothing can be listened to.
    pub(super) async fn open(&self, deadline: Deadline) -> Result<Listener, Error> {
        let mut result = Err(Error::CannotListen);
        for (to, left) in self.to.iter().zip((0..self.to.len()).rev()) {
            let part = if left > 0 { deadline.half() } else { deadline };
            result = self.emitter.link().listen(to, part).await;
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// Listens for ever, at first by what is open already.
    pub(super) async fn listen(mut self, open: Option<Listener>) {
        let mut open = match open {
            Some(listener) => listener,
            None => self.until_open().await,
        };
        loop {
            if self.shard_channels().is_some() {
                self.queue.notice(Tapped::Hearing { replica: open.replica().map(str::to_owned) });
            }
            let reason = self.hear(open).await;
            self.deafness.begins(reason);
            self.resume();
            sleep(PAUSE).await;
            open = self.until_open().await;
            self.deafness.ends();
        }
    }

    /// Hears all that comes, and at the end why nothing more does.
    async fn hear(&self, mut listener: Listener) -> String {
        let (mut missed, sharded) = (0, self.shard_channels().is_some());
        loop {
            let caught = listener.next(Deadline::after(BEAT)).await;
            if listener.missed() > missed {
                self.queue.missed(listener.missed() - missed);
                missed = listener.missed();
            }
            match caught {
                Some(caught) => self.queue.push(caught, sharded),
                None => {
                    if let Some(lost) = listener.lost() {
                        return lost.to_string();
                    }
                }
            }
        }
    }

    /// Tries again and again. Where servers listen on shard channels that cannot be heard, that is said once.
    async fn until_open(&self) -> Listener {
        let (mut said, time) = (false, self.emitter.options().timeout);
        loop {
            if let Ok(listener) = self.open(Deadline::after(time)).await {
                return listener;
            }
            let Some(starts) = self.shard_channels() else {
                sleep(PAUSE).await;
                continue;
            };
            if !said && let Some(channels) = self.unheard(starts, Deadline::after(time)).await {
                self.queue.notice(Tapped::Unheard { channels });
                said = true;
            }
            sleep(NO_REPLICA).await;
        }
    }

    /// How shard channels begin, if they are what is listened to.
    fn shard_channels(&self) -> Option<&[String]> {
        match self.to.as_slice() {
            [Listen::Repeated(starts), ..] => Some(starts),
            _ => None,
        }
    }

    /// The shard channels that servers listen on, if there are some.
    async fn unheard(&self, starts: &[String], deadline: Deadline) -> Option<Vec<String>> {
        let queries: Vec<_> =
            starts.iter().map(|start| Query::Channels { start: start.clone(), sharded: true }).collect();
        let answers = self.emitter.link().ask(&queries, deadline).await.ok().flatten()?;
        // A Redis before 7 has no shard channels.
        let channels: Vec<_> = answers.into_iter().flatten().flat_map(Answer::channels).collect();
        (!channels.is_empty()).then_some(channels)
    }

    /// A stream that was new is not so any more.
    fn resume(&mut self) {
        for to in &mut self.to {
            if let Listen::NewStream(key) = to {
                *to = Listen::Stream(key.clone());
            }
        }
    }
}
