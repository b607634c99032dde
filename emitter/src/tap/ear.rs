//! Whoever listens, again and again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use super::{Tapped, queue::Queue};
use crate::{
    deadline::Deadline,
    emitter::Emitter,
    error::Error,
    link::{Listen, Listener},
};

/// How long to wait before the next attempt to listen.
const PAUSE: Duration = Duration::from_millis(300);

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
    to: Listen,
    sharded: bool,
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
    pub(super) fn new(emitter: Emitter, to: Listen, sharded: bool, queue: Queue, deafness: Arc<Deafness>) -> Self {
        Self { emitter, to, sharded, queue, deafness }
    }

    /// Listens for ever, at first by what is open already.
    pub(super) async fn listen(mut self, mut open: Option<Listener>) {
        loop {
            if let Some(listener) = open.take() {
                let reason = self.hear(listener).await;
                self.deafness.begins(reason);
            } else {
                // It never was open.
                match self.attempt().await {
                    Ok(listener) => {
                        open = Some(listener);
                        continue;
                    }
                    Err(error) => self.deafness.begins(error.to_string()),
                }
            }
            self.resume();
            open = Some(self.until_heard().await);
            self.deafness.ends();
        }
    }

    /// Hears all that comes, and at the end why nothing more does.
    async fn hear(&self, mut listener: Listener) -> String {
        let mut missed = 0;
        loop {
            let caught = listener.next(Deadline::after(BEAT)).await;
            if listener.missed() > missed {
                self.queue.missed(listener.missed() - missed);
                missed = listener.missed();
            }
            match caught {
                Some(caught) => self.queue.push(caught, self.sharded),
                None => {
                    if let Some(lost) = listener.lost() {
                        return lost.to_string();
                    }
                }
            }
        }
    }

    async fn until_heard(&self) -> Listener {
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Ok(listener) = self.attempt().await {
                return listener;
            }
        }
    }

    async fn attempt(&self) -> Result<Listener, Error> {
        let link = self.emitter.link();
        link.listen(&self.to, Deadline::after(self.emitter.options().timeout)).await
    }

    /// A stream that was new is not so any more.
    fn resume(&mut self) {
        if let Listen::NewStream(key) = &self.to {
            self.to = Listen::Stream(key.clone());
        }
    }
}
