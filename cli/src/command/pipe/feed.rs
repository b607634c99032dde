//! The messages of the input, one by one, as they may go.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll, ready},
    vec,
};

use futures_util::Stream;
use socketio_emitter::{Emitter, Message, Outgoing};
use tokio::sync::oneshot;

use super::{
    ledger::Book,
    pace::{Pace, Rate},
    reader::{Chunks, Problem},
};

/// A stream of messages, that enters every line into the ledger as it is taken up.
pub(super) struct Feed {
    emitter: Emitter,
    chunks: Chunks,
    records: vec::IntoIter<(u64, Result<Message, Problem>)>,
    book: Book,
    pace: Option<Pace>,
    stop: oneshot::Receiver<()>,
    /// End with the first line that is bad.
    strict: bool,
    ended: bool,
}

impl Feed {
    /// It ends early when the other side of `stop` is dropped.
    pub(super) fn new(emitter: Emitter, chunks: Chunks, book: Book, stop: oneshot::Receiver<()>) -> Self {
        let records = Vec::new().into_iter();
        Self { emitter, chunks, records, book, pace: None, stop, strict: false, ended: false }
    }

    /// At this rate.
    pub(super) fn paced(self, rate: Option<Rate>) -> Self {
        Self { pace: rate.map(Pace::from), ..self }
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
            let wait = match (self.records.as_slice().first(), &mut self.pace) {
                (Some((_, Ok(_))), Some(pace)) => pace.poll_next(cx).map(|()| None),
                (Some(_), _) => Poll::Ready(None),
                (None, _) => self.chunks.poll_recv(cx).map(Some),
            };
            // Asked only where there is a pause anyway: it is not for free.
            let pause = wait.is_pending() || matches!(wait, Poll::Ready(Some(_)));
            if pause && Pin::new(&mut self.stop).poll(cx).is_ready() {
                self.ended = true;
                continue;
            }
            match ready!(wait) {
                None => return Poll::Ready(true),
                Some(Some(Ok(chunk))) => {
                    self.book.lock().chunk(&chunk);
                    self.records = chunk.records.into_iter();
                }
                Some(Some(Err(error))) => {
                    self.book.lock().unreadable = Some(error);
                    self.ended = true;
                }
                Some(None) => self.ended = true,
            }
        }
    }
}

impl Stream for Feed {
    type Item = Outgoing;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Outgoing>> {
        while ready!(self.poll_line(cx)) {
            match self.records.next() {
                Some((line, Ok(message))) => {
                    self.book.lock().handed(line);
                    return Poll::Ready(Some(self.emitter.send(message)));
                }
                Some((line, Err(problem))) => {
                    self.book.lock().bad(line, &problem);
                    self.ended = self.strict;
                }
                None => {}
            }
        }
        Poll::Ready(None)
    }
}
