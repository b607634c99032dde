//! Frames and events that the caller has not read yet, within bounds.

use std::{
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::SystemTime,
};

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use super::TapEvent;
use crate::connection::OwnedFrame;

/// How many frames the queue holds.
const MAX_FRAMES: usize = 1 << 14;

/// How many bytes the frames in the queue may have together.
const MAX_BYTES: usize = 64 << 20;

#[derive(Debug)]
pub(super) enum TapQueueItem {
    Frame { frame: OwnedFrame, sharded: bool, time: SystemTime },
    Event(TapEvent),
}

/// The sending end.
#[derive(Debug, Clone)]
pub(super) struct TapQueue {
    sender: UnboundedSender<TapQueueItem>,
    level: Arc<TapQueueLevel>,
}

/// The receiving end.
#[derive(Debug)]
pub(super) struct TapQueueReader {
    items: UnboundedReceiver<TapQueueItem>,
    level: Arc<TapQueueLevel>,
}

#[derive(Debug, Default)]
struct TapQueueLevel {
    frames: AtomicUsize,
    bytes: AtomicUsize,
    /// Frames dropped since this was last reported.
    dropped: Mutex<u64>,
}

impl TapQueue {
    pub(super) fn new() -> (Self, TapQueueReader) {
        let (sender, items) = unbounded_channel();
        let level = Arc::new(TapQueueLevel::default());
        (Self { sender, level: Arc::clone(&level) }, TapQueueReader { items, level })
    }

    /// Adds a frame, or counts it as dropped. The number of dropped frames is reported at their position.
    pub(super) fn push(&self, frame: OwnedFrame, sharded: bool) {
        let size = frame.size();
        let mut dropped = self.level.dropped();
        // After a drop, wait until the queue is half empty: one long gap is better than many short ones.
        if !self.level.fits(size, if *dropped > 0 { 2 } else { 1 }) {
            *dropped += 1;
            return;
        }
        if *dropped > 0 {
            self.push_event(TapEvent::Dropped { messages: std::mem::take(&mut *dropped) });
        }
        self.level.frames.fetch_add(1, Ordering::Relaxed);
        self.level.bytes.fetch_add(size, Ordering::Relaxed);
        let _ = self.sender.send(TapQueueItem::Frame { frame, sharded, time: SystemTime::now() });
    }

    /// Counts messages that were dropped before they reached this queue.
    pub(super) fn add_dropped(&self, messages: u64) {
        *self.level.dropped() += messages;
    }

    /// Adds an event. The bounds do not apply: events are few.
    pub(super) fn push_event(&self, event: TapEvent) {
        let _ = self.sender.send(TapQueueItem::Event(event));
    }
}

impl TapQueueReader {
    /// The next item. Drops that no later frame has reported are reported once the queue is empty.
    pub(super) fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<TapQueueItem> {
        if let Ok(item) = self.items.try_recv() {
            return Poll::Ready(self.taken(item));
        }
        match std::mem::take(&mut *self.level.dropped()) {
            0 => {}
            messages => return Poll::Ready(TapQueueItem::Event(TapEvent::Dropped { messages })),
        }
        match self.items.poll_recv(cx) {
            Poll::Ready(Some(item)) => Poll::Ready(self.taken(item)),
            // A subscription always holds a sender, so the queue does not close.
            Poll::Ready(None) | Poll::Pending => Poll::Pending,
        }
    }

    fn taken(&self, item: TapQueueItem) -> TapQueueItem {
        if let TapQueueItem::Frame { frame, .. } = &item {
            self.level.frames.fetch_sub(1, Ordering::Relaxed);
            self.level.bytes.fetch_sub(frame.size(), Ordering::Relaxed);
        }
        item
    }
}

impl TapQueueLevel {
    /// Whether a frame of this size fits into one `part`th of the queue.
    fn fits(&self, size: usize, part: usize) -> bool {
        let (frames, bytes) = (self.frames.load(Ordering::Relaxed), self.bytes.load(Ordering::Relaxed));
        frames < MAX_FRAMES / part && bytes <= MAX_BYTES / part && bytes + size <= MAX_BYTES
    }

    fn dropped(&self) -> MutexGuard<'_, u64> {
        self.dropped.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;

    use super::*;

    fn frame(bytes: usize) -> OwnedFrame {
        OwnedFrame::Published { channel: "c".to_owned(), payload: vec![0; bytes] }
    }

    async fn next(reader: &mut TapQueueReader) -> TapQueueItem {
        poll_fn(|cx| reader.poll_next(cx)).await
    }

    #[tokio::test]
    async fn frames_that_do_not_fit_are_dropped_and_reported_at_their_position() {
        let (queue, mut reader) = TapQueue::new();
        for _ in 0..MAX_FRAMES + 5 {
            queue.push(frame(1), false);
        }
        assert!(matches!(next(&mut reader).await, TapQueueItem::Frame { .. }));
        queue.push(frame(1), false);
        for _ in 0..MAX_FRAMES / 2 {
            assert!(matches!(next(&mut reader).await, TapQueueItem::Frame { .. }));
        }
        queue.push(frame(2), false);
        for _ in 1..MAX_FRAMES / 2 {
            assert!(matches!(next(&mut reader).await, TapQueueItem::Frame { frame, .. } if frame.size() == 2));
        }
        assert!(matches!(next(&mut reader).await, TapQueueItem::Event(TapEvent::Dropped { messages: 6 })));
        assert!(matches!(next(&mut reader).await, TapQueueItem::Frame { frame, .. } if frame.size() == 3));

        queue.push(frame(MAX_BYTES), false);
        queue.add_dropped(2);
        assert!(matches!(next(&mut reader).await, TapQueueItem::Event(TapEvent::Dropped { messages: 3 })));
        queue.push(frame(MAX_BYTES - 1), false);
        assert!(matches!(next(&mut reader).await, TapQueueItem::Frame { .. }));
    }
}
