//! The messages of the input as a stream, at the requested rate.

use std::{
    future::Future,
    io,
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

use futures_util::Stream;
use socketio_emitter::{Emitter, Outgoing};
use tokio::sync::oneshot;

use super::{
    line_tracker::SharedLineTracker,
    loop_guard::LoopGuard,
    pacer::SendPacer,
    record_reader::{LineRecord, RecordChunk, RecordChunks},
};
use crate::{cli_error::CliError, rate::Rate};

/// A stream of messages. It registers every line with the tracker.
pub(super) struct MessageStream {
    emitter: Emitter,
    chunks: RecordChunks,
    records: vec::IntoIter<(u64, LineRecord)>,
    tracker: SharedLineTracker,
    pacer: Option<SendPacer>,
    loop_guard: LoopGuard,
    stop: oneshot::Receiver<()>,
    strict: bool,
    ended: bool,
}

impl MessageStream {
    /// The stream ends early when the sender of `stop` is dropped.
    pub(super) fn new(
        emitter: Emitter,
        chunks: RecordChunks,
        tracker: SharedLineTracker,
        stop: oneshot::Receiver<()>,
    ) -> Self {
        let (records, loop_guard) = (Vec::new().into_iter(), LoopGuard::default());
        Self { emitter, chunks, records, tracker, pacer: None, loop_guard, stop, strict: false, ended: false }
    }

    /// Limits the rate of messages.
    pub(super) fn with_rate(self, rate: Option<Rate>) -> Self {
        Self { pacer: rate.map(SendPacer::from), ..self }
    }

    /// Accepts tapped messages even if the tap would receive them again.
    pub(super) fn allow_loops(self, allow: bool) -> Self {
        Self { loop_guard: if allow { LoopGuard::disabled() } else { self.loop_guard }, ..self }
    }

    /// Ends the stream at the first invalid line.
    pub(super) fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// Waits until the next line may be processed. Returns false at the end of the stream.
    fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        loop {
            if self.ended {
                return Poll::Ready(false);
            }
            let next = match (self.records.as_slice().first(), &mut self.pacer) {
                (Some((_, LineRecord::Tapped(_, origin))), _) if !self.loop_guard.permits(origin) => {
                    self.loop_guard.poll_check(origin, &self.emitter, cx).map(NextStep::LoopChecked)
                }
                (Some((_, LineRecord::Message(_) | LineRecord::Tapped(..))), Some(pacer)) => {
                    pacer.poll_next(cx).map(|()| NextStep::Line)
                }
                (Some(_), _) => Poll::Ready(NextStep::Line),
                (None, _) => self.chunks.poll_recv(cx).map(NextStep::Chunk),
            };
            // Polling `stop` for every line would be slow, so it is polled only when there is no line.
            let has_line = matches!(next, Poll::Ready(NextStep::Line));
            if !has_line && Pin::new(&mut self.stop).poll(cx).is_ready() {
                self.ended = true;
                continue;
            }
            match ready!(next) {
                NextStep::Line => return Poll::Ready(true),
                NextStep::LoopChecked(Ok(())) => {}
                NextStep::LoopChecked(Err(error)) => {
                    self.tracker.lock().loop_error = Some(error);
                    self.ended = true;
                }
                NextStep::Chunk(Some(Ok(chunk))) => {
                    self.tracker.lock().advance(&chunk);
                    self.records = chunk.records.into_iter();
                }
                NextStep::Chunk(Some(Err(error))) => {
                    self.tracker.lock().read_error = Some(error);
                    self.ended = true;
                }
                NextStep::Chunk(None) => self.ended = true,
            }
        }
    }
}

/// What the stream waited for.
enum NextStep {
    /// The next line may be processed.
    Line,
    /// The check of a tap's origin completed.
    LoopChecked(Result<(), CliError>),
    /// More lines arrived, or the input ended.
    Chunk(Option<io::Result<RecordChunk>>),
}

impl Stream for MessageStream {
    type Item = Outgoing;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        while ready!(self.poll_line(cx)) {
            match self.records.next() {
                Some((line, LineRecord::Message(message) | LineRecord::Tapped(message, _))) => {
                    self.tracker.lock().submit(line);
                    return Poll::Ready(Some(self.emitter.send(message)));
                }
                Some((line, LineRecord::NotAMessage)) => self.tracker.lock().skip(line),
                Some((line, LineRecord::Invalid(problem))) => {
                    self.tracker.lock().reject(line, &problem);
                    self.ended = self.strict;
                }
                None => {}
            }
        }
        Poll::Ready(None)
    }
}
