use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bytes::{Bytes, BytesMut};
use tokio::{
    io::{AsyncWrite, AsyncWriteExt},
    sync::Notify,
};

use crate::{
    message::Message,
    reply::{Protocol, Reply},
};

/// What is smaller is copied, so that many messages go out in one write; what is larger is shared by its receivers.
const CHUNK: usize = 64 * 1024;

/// What is to go to a client, answers and messages in one order. Whoever has something puts it in; only the
/// connection's own task takes it out.
#[derive(Debug)]
pub(crate) struct Outbox {
    waiting: Mutex<Waiting>,
    limit: usize,
    ready: Notify,
    cut_off: Notify,
}

#[derive(Debug, Default)]
struct Waiting {
    protocol: Protocol,
    chunks: VecDeque<Bytes>,
    last: BytesMut,
    /// How many bytes there are, with those that are being written.
    size: usize,
    state: State,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    #[default]
    Open,
    Finished,
    CutOff,
}

impl Outbox {
    pub(crate) fn new(limit: usize) -> Self {
        Self { waiting: Mutex::default(), limit, ready: Notify::new(), cut_off: Notify::new() }
    }

    pub(crate) fn protocol(&self) -> Protocol {
        self.waiting().protocol
    }

    pub(crate) fn speak(&self, protocol: Protocol) {
        self.waiting().protocol = protocol;
    }

    /// Adds what `write` writes, which happens under this outbox's lock: it may not ask the hub, which fills
    /// outboxes under its own.
    pub(crate) fn reply(&self, write: impl FnOnce(&mut Reply<'_>)) {
        self.put(|waiting| {
            let before = waiting.last.len();
            write(&mut Reply::new(&mut waiting.last, waiting.protocol));
            waiting.last.len() - before
        });
    }

    /// Adds a message.
    pub(crate) fn push(&self, message: &mut Message<'_>) {
        self.put(|waiting| {
            let encoded = message.encoded(waiting.protocol);
            if encoded.len() < CHUNK {
                waiting.last.extend_from_slice(encoded);
            } else {
                waiting.seal();
                waiting.chunks.push_back(encoded.clone());
            }
            encoded.len()
        });
    }

    /// Nothing more will come.
    pub(crate) fn finish(&self) {
        let mut waiting = self.waiting();
        if waiting.state == State::Open {
            waiting.state = State::Finished;
        }
        self.ready.notify_one();
    }

    /// Waits until more has piled up than the limit.
    pub(crate) async fn cut_off(&self) {
        self.cut_off.notified().await;
    }

    /// Writes what comes in until the outbox is finished and empty, or cannot be written.
    pub(crate) async fn drain(&self, socket: &mut (impl AsyncWrite + Unpin)) {
        loop {
            let (chunk, state) = self.take();
            if let Some(chunk) = chunk {
                if socket.write_all(&chunk).await.is_err() {
                    return;
                }
                self.waiting().size -= chunk.len();
            } else if state == State::Open {
                self.ready.notified().await;
            } else {
                return;
            }
        }
    }

    fn put(&self, add: impl FnOnce(&mut Waiting) -> usize) {
        let mut waiting = self.waiting();
        if waiting.state != State::Open {
            return;
        }
        let was_empty = waiting.size == 0;
        waiting.size += add(&mut waiting);
        if waiting.size > self.limit {
            waiting.state = State::CutOff;
            waiting.chunks.clear();
            waiting.last = BytesMut::new();
            self.cut_off.notify_one();
        } else if was_empty {
            self.ready.notify_one();
        } else if waiting.last.len() >= CHUNK {
            waiting.seal();
        }
    }

    fn take(&self) -> (Option<Bytes>, State) {
        let mut waiting = self.waiting();
        if waiting.chunks.is_empty() {
            waiting.seal();
        }
        (waiting.chunks.pop_front(), waiting.state)
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    fn seal(&mut self) {
        if !self.last.is_empty() {
            self.chunks.push_back(self.last.split().freeze());
        }
    }
}
