use std::{
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_util::{FutureExt, Stream, future::BoxFuture, stream::FusedStream};

use super::{Response, Summary, collector::Collector, options::RequestOptions};
use crate::{
    adapter::{Adapter, EncodedRequest, RequestBody, RequestIds},
    base::{Deadline, Error},
    session::Session,
};

/// A [`Stream`] of responses, each as it arrives. It ends when every server and client has responded, when the wanted
/// number of responses has arrived, or at the timeout; [`summary`](Self::summary) says which.
///
/// Responses that arrive in time count, even if the caller reads them later. Cancelling a wait for the next response
/// loses nothing.
#[must_use = "streams do nothing unless polled"]
pub struct ResponseStream<R> {
    state: State<R>,
    /// As of the last poll.
    summary: Summary,
}

enum State<R> {
    Idle(Box<Collector<R>>),
    Receiving(BoxFuture<'static, Box<Collector<R>>>),
    Ended,
}

impl<R: Response> ResponseStream<R> {
    pub(super) async fn open(
        session: &Arc<Session>,
        body: &RequestBody,
        deadline: Deadline,
        required_servers: u64,
        options: RequestOptions,
    ) -> Result<Self, Error> {
        // Boxed: as part of the callers' futures it would be too deep.
        let collector = Collector::open(session, body, deadline, required_servers, options).boxed().await?;
        Ok(Self { summary: collector.summary().clone(), state: State::Idle(Box::new(collector)) })
    }

    /// The adapter, and the request in its wire format.
    pub(super) async fn encode(
        session: &Session,
        body: &RequestBody,
        ids: &RequestIds,
        deadline: Deadline,
    ) -> Result<(Adapter, EncodedRequest), Error> {
        let namespace = &body.target().namespace;
        let adapter = session.adapter(namespace, deadline).await?;
        // First without a lookup: what is refused for every version needs none.
        adapter.encode_request(body, ids)?;
        let adapter = session.with_versions(&adapter, namespace, deadline).await?;
        let request = adapter.encode_request(body, ids)?;
        Ok((adapter, request))
    }
}

impl<R> ResponseStream<R> {
    /// Which servers and clients have responded so far, and which have not.
    pub fn summary(&self) -> &Summary {
        &self.summary
    }

    pub(super) fn into_summary(self) -> Summary {
        self.summary
    }
}

impl<R: Response> Stream for ResponseStream<R> {
    type Item = R;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<R>> {
        let this = self.get_mut();
        loop {
            match &mut this.state {
                State::Idle(collector) => {
                    let response = collector.take();
                    this.summary.clone_from(collector.summary());
                    if response.is_some() {
                        return Poll::Ready(response);
                    }
                    let State::Idle(mut collector) = std::mem::replace(&mut this.state, State::Ended) else { continue };
                    if collector.has_ended() {
                        return Poll::Ready(None);
                    }
                    let receiving = async move {
                        collector.receive().await;
                        collector
                    };
                    this.state = State::Receiving(receiving.boxed());
                }
                State::Receiving(receiving) => this.state = State::Idle(ready!(receiving.poll_unpin(cx))),
                State::Ended => return Poll::Ready(None),
            }
        }
    }
}

impl<R: Response> FusedStream for ResponseStream<R> {
    fn is_terminated(&self) -> bool {
        matches!(self.state, State::Ended)
    }
}

impl<R> fmt::Debug for ResponseStream<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseStream").field("summary", &self.summary).finish_non_exhaustive()
    }
}
