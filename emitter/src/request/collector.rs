use std::{collections::VecDeque, slice, sync::Arc, time::Duration};

use super::{
    RequestEnd, Response, ResponseStream, Summary, options::RequestOptions, progress::RequestProgress,
    room_filter::RoomFilter,
};
use crate::{
    adapter::{Adapter, RequestBody, RequestIds},
    base::{Deadline, Error},
    connection::{QueryResult, RedisQuery, Subscription},
    session::{RequestPermit, Session},
};

/// When to list the servers that are connected, after a request. Servers answer at once, so one that has not answered by
/// then may be missing; the list must be taken while it still shows the servers that were asked.
const ROSTER_DELAY: Duration = Duration::from_millis(200);

/// Receives the replies to one request until it ends.
pub(super) struct Collector<R> {
    session: Arc<Session>,
    adapter: Adapter,
    namespace: String,
    ids: RequestIds,
    options: RequestOptions,
    subscription: Subscription,
    /// Held until the servers have answered, or have had time enough to do so.
    permit: Option<RequestPermit>,
    /// When to stop waiting for replies. It leaves time to find out which servers are missing.
    receive_until: Deadline,
    deadline: Deadline,
    /// When to list the connected servers; `None` once that was done.
    roster_at: Option<Deadline>,
    /// The ids of the servers that were connected then.
    connected: Vec<String>,
    progress: RequestProgress,
    ready: VecDeque<R>,
    rooms: RoomFilter,
    ended: bool,
}

impl<R: Response> Collector<R> {
    /// Subscribes to the responses, then sends the request.
    pub(super) async fn open(
        session: &Arc<Session>,
        body: &RequestBody,
        deadline: Deadline,
        required_servers: u64,
        options: RequestOptions,
    ) -> Result<Self, Error> {
        let ids = RequestIds::random();
        let (adapter, request) = ResponseStream::<R>::encode(session, body, &ids, deadline).await?;
        let namespace = body.target().namespace.clone();
        let counted = match adapter.subscriber_count(&namespace) {
            Some(_) if required_servers == 0 => None,
            _ => session.count_servers(&adapter, &namespace, deadline).await?,
        };
        if let Some(found) = counted.filter(|found| *found < required_servers) {
            return Err(Error::TooFewServers { required: required_servers, found, namespace });
        }
        let permit = session.limiter().acquire(&adapter, body, deadline).await;
        let connection = session.connection();
        let subscription = connection.subscribe(&request.responses, deadline).await?;
        let count = adapter.subscriber_count(&namespace);
        let replies = connection.send(slice::from_ref(&request.command), count.as_ref(), deadline).await?;
        replies.results.into_iter().collect::<Result<Vec<_>, _>>()?;
        session.note_servers(replies.servers);
        let summary = Summary::new(adapter.name(), replies.servers.or(counted));
        let acks = matches!(body, RequestBody::Acks(_));
        let progress = RequestProgress::new(summary, acks, adapter.every_server_answers(), count.is_none());
        tracing::debug!(adapter = adapter.name(), namespace, servers = replies.servers, "request sent");
        Ok(Self {
            session: Arc::clone(session),
            rooms: options.room_filter(&adapter),
            adapter,
            namespace,
            ids,
            options,
            subscription,
            permit,
            receive_until: deadline.minus_reserve(),
            deadline,
            roster_at: Some(deadline.minus_reserve().at_most(ROSTER_DELAY)),
            connected: Vec::new(),
            progress,
            ready: VecDeque::new(),
            ended: false,
        })
    }

    /// The next response that has arrived.
    pub(super) fn take(&mut self) -> Option<R> {
        if self.ended {
            return None;
        }
        let response = self.ready.pop_front()?;
        if self.options.limit.is_some_and(|limit| self.progress.summary.count >= limit) {
            self.progress.summary.limited = true;
            self.end(RequestEnd::Enough);
            return None;
        }
        self.progress.summary.count += 1;
        Some(response)
    }

    /// Waits until [`take`](Self::take) has a response, or the request has ended.
    pub(super) async fn receive(&mut self) {
        while !self.ended && self.ready.is_empty() {
            match self.progress.end(self.options.expect) {
                Some(end) => self.end(end),
                None => self.receive_one().await,
            }
        }
    }

    pub(super) fn has_ended(&self) -> bool {
        self.ended
    }

    pub(super) fn summary(&self) -> &Summary {
        &self.progress.summary
    }

    async fn receive_one(&mut self) {
        let roster_at = self.roster_at.filter(|_| self.progress.lacks_servers());
        let Some(frame) = self.subscription.next(roster_at.unwrap_or(self.receive_until)).await else {
            if roster_at.is_some() {
                // More may have arrived in time since then.
                return self.list_servers().await;
            }
            return self.end(if self.subscription.is_lost() { RequestEnd::Lost } else { RequestEnd::Timeout });
        };
        // A malformed reply counts as none: its server is reported as missing.
        let Ok(Some(reply)) = self.adapter.read_reply(&frame.frame(), &self.ids, self.options.detail) else { return };
        if R::accepts(&reply.body) && self.progress.add(reply.server.as_deref(), &reply.body) {
            self.ready.extend(R::read(reply.body, reply.server, &mut self.rooms));
            self.progress.summary.hidden = self.rooms.hidden();
        }
        if !self.progress.lacks_servers() {
            self.permit = None;
        }
    }

    fn end(&mut self, end: RequestEnd) {
        (self.ended, self.permit) = (true, None);
        self.progress.summary.missed = self.subscription.missed();
        self.progress.finish(end, std::mem::take(&mut self.connected));
    }

    /// Lists the connected servers, on adapters whose channels show their ids.
    async fn list_servers(&mut self) {
        (self.roster_at, self.permit) = (None, None);
        let Some(roster) = self.adapter.roster(&self.namespace) else { return };
        let query = RedisQuery::Matching { pattern: roster.pattern(), sharded: roster.sharded() };
        let Ok(Some(results)) = self.session.connection().query(&[query], self.deadline).await else { return };
        let channels = results.into_iter().filter_map(Result::ok).flat_map(QueryResult::channels);
        self.connected = channels.filter_map(|channel| roster.server(&channel).map(str::to_owned)).collect();
    }
}
