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
    published_message::PublishedMessage,
    resp_writer::{RespVersion, RespWriter},
};

/// Bytes. Smaller messages are copied, so that one write sends many of them; larger ones are shared by all receivers.
const CHUNK_SIZE: usize = 64 * 1024;

/// Replies and messages to one client, in order. Any task can add to it. The connection's own task writes it to the
/// socket.
#[derive(Debug)]
pub(crate) struct OutputBuffer {
    queue: Mutex<OutputQueue>,
    limit: usize,
    ready: Notify,
    overflow: Notify,
}

#[derive(Debug, Default)]
struct OutputQueue {
    version: RespVersion,
    chunks: VecDeque<Bytes>,
    last: BytesMut,
    /// Bytes, including those that are being written.
    size: usize,
    state: OutputState,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum OutputState {
    #[default]
    Open,
    Finished,
    Overflowed,
}

impl OutputBuffer {
    pub(crate) fn new(limit: usize) -> Self {
        Self { queue: Mutex::default(), limit, ready: Notify::new(), overflow: Notify::new() }
    }

    pub(crate) fn version(&self) -> RespVersion {
        self.queue().version
    }

    pub(crate) fn set_version(&self, version: RespVersion) {
        self.queue().version = version;
    }

    /// Adds the reply that `write` writes. `write` runs under the buffer's lock and must not use the hub, which locks
    /// itself before output buffers.
    pub(crate) fn reply(&self, write: impl FnOnce(&mut RespWriter<'_>)) {
        self.put(|queue| {
            let before = queue.last.len();
            write(&mut RespWriter::new(&mut queue.last, queue.version));
            queue.last.len() - before
        });
    }

    /// Adds a message.
    pub(crate) fn push(&self, message: &mut PublishedMessage<'_>) {
        self.put(|queue| {
            let encoded = message.encoded(queue.version);
            if encoded.len() < CHUNK_SIZE {
                queue.last.extend_from_slice(encoded);
            } else {
                queue.seal();
                queue.chunks.push_back(encoded.clone());
            }
            encoded.len()
        });
    }

    /// Ends [`drain`](Self::drain) once the buffer is empty.
    pub(crate) fn finish(&self) {
        let mut queue = self.queue();
        if queue.state == OutputState::Open {
            queue.state = OutputState::Finished;
        }
        self.ready.notify_one();
    }

    /// Waits until the buffer has exceeded its limit.
    pub(crate) async fn overflowed(&self) {
        self.overflow.notified().await;
    }

    /// Writes to the socket until the buffer is finished and empty, or the socket fails.
    pub(crate) async fn drain(&self, socket: &mut (impl AsyncWrite + Unpin)) {
        loop {
            let (chunk, state) = self.take();
            if let Some(chunk) = chunk {
                if socket.write_all(&chunk).await.is_err() {
                    return;
                }
                self.queue().size -= chunk.len();
            } else if state == OutputState::Open {
                self.ready.notified().await;
            } else {
                return;
            }
        }
    }

    fn put(&self, add: impl FnOnce(&mut OutputQueue) -> usize) {
        let mut queue = self.queue();
        if queue.state != OutputState::Open {
            return;
        }
        let was_empty = queue.size == 0;
        queue.size += add(&mut queue);
        if queue.size > self.limit {
            queue.state = OutputState::Overflowed;
            queue.chunks.clear();
            queue.last = BytesMut::new();
            self.overflow.notify_one();
        } else if was_empty {
            self.ready.notify_one();
        } else if queue.last.len() >= CHUNK_SIZE {
            queue.seal();
        }
    }

    fn take(&self) -> (Option<Bytes>, OutputState) {
        let mut queue = self.queue();
        if queue.chunks.is_empty() {
            queue.seal();
        }
        (queue.chunks.pop_front(), queue.state)
    }

    fn queue(&self) -> MutexGuard<'_, OutputQueue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl OutputQueue {
    fn seal(&mut self) {
        if !self.last.is_empty() {
            self.chunks.push_back(self.last.split().freeze());
        }
    }
}
