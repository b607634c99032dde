use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    adapter::{Adapter, RequestBody},
    base::Deadline,
};

/// How many requests with large answers one emitter has open at once.
const CONCURRENT_REQUESTS: usize = 2;

/// Limits concurrent requests for sockets or rooms on the classic adapter.
///
/// Its servers answer on a channel that all requesters share, so every requester receives the answers to all requests, and
/// Redis disconnects a subscriber that cannot keep up.
#[derive(Debug)]
pub(crate) struct RequestLimiter(Arc<Semaphore>);

/// Allows one request until it is dropped.
#[derive(Debug)]
pub(crate) struct RequestPermit {
    _permit: OwnedSemaphorePermit,
}

impl Default for RequestLimiter {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(CONCURRENT_REQUESTS)))
    }
}

impl RequestLimiter {
    /// Waits for a permit if the request needs one, for at most half of the time that is left: a request beyond the limit
    /// is better than none.
    pub(crate) async fn acquire(
        &self,
        adapter: &Adapter,
        request: &RequestBody,
        deadline: Deadline,
    ) -> Option<RequestPermit> {
        let (Adapter::Classic(_), RequestBody::Sockets(_) | RequestBody::Rooms(_)) = (adapter, request) else {
            return None;
        };
        let permit = deadline.half().timeout(Arc::clone(&self.0).acquire_owned()).await;
        permit.ok()?.ok().map(|permit| RequestPermit { _permit: permit })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        adapter::{Classic, Sharded},
        message::Target,
    };

    #[tokio::test]
    async fn third_request_with_large_answers_waits_on_classic_and_no_other_request_does() {
        let limiter = RequestLimiter::default();
        let classic = Adapter::Classic(Classic::default());
        let (sockets, rooms) = (RequestBody::Sockets(Target::default()), RequestBody::Rooms(Target::default()));
        let (long, short) = (Duration::from_secs(60), Duration::from_secs(1));
        let first = limiter.acquire(&classic, &sockets, Deadline::after(long)).await;
        let second = limiter.acquire(&classic, &rooms, Deadline::after(long)).await;
        assert!(first.is_some() && second.is_some());

        let deadline = Deadline::after(short);
        assert!(limiter.acquire(&classic, &sockets, deadline).await.is_none());
        assert!(!deadline.remaining().is_zero(), "no time is left to send the request beyond the limit");

        let (third, ()) =
            tokio::join!(limiter.acquire(&classic, &sockets, Deadline::after(long)), async { drop(first) });
        assert!(third.is_some());
        for (adapter, request) in [
            (&classic, RequestBody::Servers(Target::default())),
            (&Adapter::Sharded(Sharded::default()), RequestBody::Sockets(Target::default())),
        ] {
            assert!(limiter.acquire(adapter, &request, Deadline::after(long)).await.is_none());
        }
    }
}
