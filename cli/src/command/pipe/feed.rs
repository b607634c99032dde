//! The messages of the input, one by one, as they may go.

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
    ledger::Book,
    pace::Pace,
    reader::{Chunk, Chunks, Record},
    replay::Replay,
};
use crate::{failure::Failure, rate::Rate};

/// A stream of messages, that enters every line into the ledger as it is taken up.
pub(super) struct Feed {
    emitter: Emitter,
    chunks: Chunks,
    records: vec::IntoIter<(u64, Record)>,
    book: Book,
    pace: Option<Pace>,
    replay: Replay,
    stop: oneshot::Receiver<()>,
    /// End with the first line that is bad.
    strict: bool,
    ended: bool,
}

impl Feed {
    /// It ends early when the other side of `stop` is dropped.
    pub(super) fn new(emitter: Emitter, chunks: Chunks, book: Book, stop: oneshot::Receiver<()>) -> Self {
        let (records, replay) = (Vec::new().into_iter(), Replay::default());
        Self { emitter, chunks, records, book, pace: None, replay, stop, strict: false, ended: false }
    }

    /// At this rate.
    pub(super) fn paced(self, rate: Option<Rate>) -> Self {
        Self { pace: rate.map(Pace::from), ..self }
    }

    /// Sends what a tap heard even if it would hear it again.
    pub(super) fn unchecked(self, unchecked: bool) -> Self {
        Self { replay: if unchecked { Replay::unchecked() } else { self.replay }, ..self }
    }

    /// Ends with the first line that is bad.
    pub(super) fn strict(self, strict: bool) -> Self {
        Self { strict, ..self }
    }

    /// Waits until the next line may be taken up; false at the end.
    fn poll_line(&mut self, cx: &mut Context<'_>) -> Poll<bool> {
        loop {
            if self.ended {
                return Poll::Ready(false);
            }
            let next = match (self.records.as_slice().first(), &mut self.pace) {
                (Some((_, Record::Replay(_, origin))), _) if !self.replay.permits(origin) => {
                    self.replay.poll_check(origin, &self.emitter, cx).map(Next::Checked)
                }
                (Some((_, Record::Message(_) | Record::Replay(..))), Some(pace)) => {
                    pace.poll_next(cx).map(|()| Next::Line)
                }
                (Some(_), _) => Poll::Ready(Next::Line),
                (None, _) => self.chunks.poll_recv(cx).map(Next::Chunk),
            };
            // Asked only where there is a pause anyway: it is not for free.
            let pause = !matches!(next, Poll::Ready(Next::Line));
            if pause && Pin::new(&mut self.stop).poll(cx).is_ready() {
                self.ended = true;
                continue;
            }
            match ready!(next) {
                Next::Line => return Poll::Ready(true),
                Next::Checked(Ok(())) => {}
                Next::Checked(Err(failure)) => {
                    self.book.lock().refused = Some(failure);
                    self.ended = true;
                }
                Next::Chunk(Some(Ok(chunk))) => {
                    self.book.lock().chunk(&chunk);
                    self.records = chunk.records.into_iter();
                }
                Next::Chunk(Some(Err(error))) => {
                    self.book.lock().unreadable = Some(error);
                    self.ended = true;
                }
                Next::Chunk(None) => self.ended = true,
            }
        }
    }
}

/// What was waited for.
enum Next {
    /// The next line may be taken up.
    Line,
    /// It is known whether a tap's lines may be.
    Checked(Result<(), Failure>),
    /// More lines came, or none will.
    Chunk(Option<io::Result<Chunk>>),
}

impl Stream for Feed {
    type Item = Outgoing;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        while ready!(self.poll_line(cx)) {
            match self.records.next() {
                Some((line, Record::Message(message) | Record::Replay(message, _))) => {
                    self.book.lock().handed(line);
                    return Poll::Ready(Some(self.emitter.send(message)));
                }
                Some((line, Record::Aside)) => self.book.lock().skipped(line),
                Some((line, Record::Bad(problem))) => {
                    self.book.lock().bad(line, &problem);
                    self.ended = self.strict;
                }
                None => {}
            }
        }
        Poll::Ready(None)
    }
}
