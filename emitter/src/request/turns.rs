use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Asked;
use crate::{adapter::Adapter, deadline::Deadline};

/// So many questions with large answers are open at once.
const AT_ONCE: usize = 2;

/// Turns to ask for sockets or rooms where servers answer everybody on the same channel: each who asks hears the
/// answers to all others, and Redis cuts off whoever cannot keep up.
#[derive(Debug)]
pub(crate) struct Turns(Arc<Semaphore>);

/// A turn, until it is dropped.
#[derive(Debug)]
pub(super) struct Turn {
    _place: OwnedSemaphorePermit,
}

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_ONCE)))
    }
}

impl Turns {
    /// Waits for a turn if this question needs one, but not for long: to ask out of turn is better than not at all.
    pub(super) async fn take(&self, adapter: &Adapter, asked: Asked<'_>, deadline: Deadline) -> Option<Turn> {
        let (Adapter::Classic(_), Asked::Sockets(_) | Asked::Rooms(_)) = (adapter, asked) else { return None };
        let place = deadline.half().bound(Arc::clone(&self.0).acquire_owned()).await;
        place.ok()?.ok().map(|place| Turn { _place: place })
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
    async fn two_at_a_time_ask_where_everybody_hears_it() {
        let (turns, target) = (Turns::default(), Target::default());
        let (classic, asked) = (Adapter::Classic(Classic::default()), Asked::Sockets(&target));
        let (long, short) = (Duration::from_secs(60), Duration::from_secs(1));
        let first = turns.take(&classic, asked, Deadline::after(long)).await;
        let second = turns.take(&classic, Asked::Rooms(&target), Deadline::after(long)).await;
        assert!(first.is_some() && second.is_some());

        let deadline = Deadline::after(short);
        assert!(turns.take(&classic, asked, deadline).await.is_none());
        assert!(!deadline.left().is_zero(), "there is time left to ask out of turn");

        let (third, ()) = tokio::join!(turns.take(&classic, asked, Deadline::after(long)), async { drop(first) });
        assert!(third.is_some());
        for (adapter, asked) in
            [(&classic, Asked::Servers(&target)), (&Adapter::Sharded(Sharded::default()), Asked::Sockets(&target))]
        {
            assert!(turns.take(adapter, asked, Deadline::after(long)).await.is_none());
        }
    }
}
