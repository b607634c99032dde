//! What was heard and waits to be read: bounded, and honest about what did not fit.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    time::SystemTime,
};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::Tapped;
use crate::link::Caught;

/// Messages that wait.
const WAITING: usize = 1 << 14;

/// Their bytes.
const WAITING_BYTES: usize = 64 << 20;

/// What waits to be read.
#[derive(Debug)]
pub(super) enum Item {
    Caught { caught: Caught, sharded: bool, at: SystemTime },
    Notice(Tapped),
}

/// The end that hears.
#[derive(Debug, Clone)]
pub(super) struct Queue {
    sender: UnboundedSender<Item>,
    fill: Arc<Fill>,
}

/// The end that reads.
#[derive(Debug)]
pub(super) struct Waiting {
    items: UnboundedReceiver<Item>,
    fill: Arc<Fill>,
}

#[derive(Debug, Default)]
struct Fill {
    messages: AtomicUsize,
    bytes: AtomicUsize,
    /// Dropped since the last word about it.
    dropped: Mutex<u64>,
}

impl Queue {
    pub(super) fn new() -> (Self, Waiting) {
        let (sender, items) = unbounded_channel();
        let fill = Arc::new(Fill::default());
        (Self { sender, fill: Arc::clone(&fill) }, Waiting { items, fill })
    }

    /// A message, or one more that did not fit. Where something is missing, that is said in its place.
    pub(super) fn push(&self, caught: Caught, sharded: bool) {
        let size = caught.size();
        let mut dropped = self.fill.dropped();
        // Once something is missing, half of the queue is read first: one long gap is better than many short ones.
        if !self.fill.fits(size, if *dropped > 0 { 2 } else { 1 }) {
            *dropped += 1;
            return;
        }
        if *dropped > 0 {
            self.notice(Tapped::Dropped { messages: std::mem::take(&mut *dropped) });
        }
        self.fill.messages.fetch_add(1, Ordering::Relaxed);
        self.fill.bytes.fetch_add(size, Ordering::Relaxed);
        let _ = self.sender.send(Item::Caught { caught, sharded, at: SystemTime::now() });
    }

    /// So many were dropped on the way here.
    pub(super) fn missed(&self, messages: u64) {
        *self.fill.dropped() += messages;
    }

    /// A word, for which there is always room: there are few.
    pub(super) fn notice(&self, notice: Tapped) {
        let _ = self.sender.send(Item::Notice(notice));
    }
}

impl Waiting {
    /// The next one, or a word on those that were dropped since.
    pub(super) async fn next(&mut self) -> Item {
        let next = match self.items.try_recv() {
            Ok(item) => Some(item),
            Err(_) => {
                let dropped = std::mem::take(&mut *self.fill.dropped());
                if dropped > 0 {
                    return Item::Notice(Tapped::Dropped { messages: dropped });
                }
                self.items.recv().await
            }
        };
        // There is always a listener that holds the other end.
        let Some(item) = next else { return std::future::pending().await };
        if let Item::Caught { caught, .. } = &item {
            self.fill.messages.fetch_sub(1, Ordering::Relaxed);
            self.fill.bytes.fetch_sub(caught.size(), Ordering::Relaxed);
        }
        item
    }
}

impl Fill {
    /// True if there is room in such a part of the queue: 1 is the whole, 2 the half.
    fn fits(&self, size: usize, part: usize) -> bool {
        let (messages, bytes) = (self.messages.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        messages < WAITING / part && bytes <= WAITING_BYTES / part && bytes + size <= WAITING_BYTES
    }

    fn dropped(&self) -> MutexGuard<'_, u64> {
        self.dropped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn caught(bytes: usize) -> Caught {
        Caught::Published { channel: "c".to_owned(), payload: vec![0; bytes] }
    }

    #[tokio::test]
    async fn what_does_not_fit_is_dropped_and_said_in_its_place() {
        let (queue, mut waiting) = Queue::new();
        for _ in 0..WAITING + 5 {
            queue.push(caught(1), false);
        }
        assert!(matches!(waiting.next().await, Item::Caught { .. }));
        queue.push(caught(1), false);
        for _ in 0..WAITING / 2 {
            assert!(matches!(waiting.next().await, Item::Caught { .. }));
        }
        queue.push(caught(2), false);
        for _ in 1..WAITING / 2 {
            assert!(matches!(waiting.next().await, Item::Caught { caught, .. } if caught.size() == 2));
        }
        assert!(matches!(waiting.next().await, Item::Notice(Tapped::Dropped { messages: 6 })));
        assert!(matches!(waiting.next().await, Item::Caught { caught, .. } if caught.size() == 3));

        queue.push(caught(WAITING_BYTES), false);
        queue.missed(2);
        assert!(matches!(waiting.next().await, Item::Notice(Tapped::Dropped { messages: 3 })));
        queue.push(caught(WAITING_BYTES - 1), false);
        assert!(matches!(waiting.next().await, Item::Caught { .. }));
    }
}
