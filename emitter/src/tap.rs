//! The bus, decoded, as it is: for looking on, without being noticed.
//!
//! Nobody is counted for it. Channels are listened to by patterns, which NUMSUB does not count, and streams are read.
//! Shard channels have no patterns, and whoever subscribes to one is counted. Where the primary has a replica, they are
//! subscribed to there, by their names: it repeats what is published, and servers do not count at it. Without one, they
//! are overheard by MONITOR, if that is [asked for](Tap::monitor).
//!
//! In a Redis Cluster it is always MONITOR: ioredis asks replicas, too, when servers count each other.

mod bus;
mod ear;
mod json;
mod origin;
mod queue;
mod seen;
mod streams;

use std::{fmt, future::IntoFuture, sync::Arc, time::Duration};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::{task::JoinSet, time::Instant};

use self::{
    bus::Bus,
    ear::{Deafness, Ear},
    queue::{Item, Queue, Waiting},
};
pub use self::{
    origin::Origin,
    seen::{Said, Seen, Tapped, Unreadable},
};
use crate::{
    deadline::Deadline,
    emitter::Emitter,
    error::Error,
    link::{Answer, Listen, Query},
};

/// How often it is looked for what is new: streams, and shard channels.
const LOOK: Duration = Duration::from_secs(1);

/// A view of the bus, still to be opened: `.await` it. See [`Emitter::tap`].
#[derive(Debug, Clone)]
#[must_use = "nothing is heard until this is awaited"]
pub struct Tap {
    emitter: Emitter,
    monitor: bool,
}

/// A view of the bus: every message, as it comes.
///
/// It outlives Redis: it says when Redis is away, and when it is back. What was said in between is not known. It
/// listens until it is dropped, on tasks of its own; what waits for a slow reader is bounded, and what does not fit is
/// dropped and counted.
pub struct Tapping {
    bus: Bus,
    origin: Arc<Origin>,
    waiting: Waiting,
    replica: Option<String>,
    /// Whoever listens, for as long as this is there.
    _ears: JoinSet<()>,
}

impl Tap {
    pub(crate) fn new(emitter: Emitter) -> Self {
        Self { emitter, monitor: false }
    }

    /// Overhears shard channels by MONITOR where no replica repeats them. Redis then repeats every command it runs to
    /// this connection, which can halve what it does in a second.
    pub fn monitor(mut self, monitor: bool) -> Self {
        self.monitor = monitor;
        self
    }

    async fn open(self) -> Result<Tapping, Error> {
        let Self { emitter, monitor } = self;
        let deadline = Deadline::after(emitter.options().timeout);
        let bus = Bus::new(emitter.options());
        let run_id = run_id(&emitter, deadline).await?;
        let origin = Arc::new(Origin::of(emitter.options(), run_id));

        let (queue, waiting) = Queue::new();
        let deafness = Arc::new(Deafness::new(queue.clone()));
        let mut ears = JoinSet::new();
        let mut hear = |to, sharded, listener| {
            let ear = Ear::new(emitter.clone(), to, sharded, queue.clone(), Arc::clone(&deafness));
            ears.spawn(ear.listen(Some(listener)));
        };
        let mut replica = None;
        if !bus.shard_channels().is_empty() {
            let to = Listen::Repeated(bus.shard_channels());
            // Whatever is wrong with it: there is another way, and time for it.
            if let Ok(listener) = emitter.link().listen(&to, deadline.half()).await {
                replica = listener.replica().map(str::to_owned);
                hear(to, true, listener);
            } else if monitor {
                hear(Listen::Monitor, true, emitter.link().listen(&Listen::Monitor, deadline).await?);
            } else if bus.is_sharded_only() {
                return Err(Error::Unsupported {
                    adapter: emitter.options().adapter.as_ref().map_or("sharded", |adapter| adapter.name()),
                    what: "a tap without a replica or MONITOR".to_owned(),
                    instead: "to listen on a primary's shard channels is to be counted as a server; ask for MONITOR, \
                              which costs Redis a lot",
                });
            }
        }
        if !bus.patterns().is_empty() {
            let to = Listen::Patterns(bus.patterns());
            let listener = emitter.link().listen(&to, deadline).await?;
            hear(to, false, listener);
        }
        let deaf = replica.is_none() && !monitor;
        let mut look = streams::Look::new(emitter, &bus, deaf, queue, deafness);
        look.first(deadline).await?;
        ears.spawn(look.on());
        Ok(Tapping { bus, origin, waiting, replica, _ears: ears })
    }
}

impl Tapping {
    /// The address of the replica at which shard channels are heard, if there was one at the start. A new channel is
    /// heard within a second or so, and what is said on it before is not.
    pub fn replica(&self) -> Option<&str> {
        self.replica.as_deref()
    }

    /// What comes next. It waits for as long as the bus is silent; whoever stops waiting misses nothing.
    pub async fn next(&mut self) -> Tapped {
        loop {
            match self.waiting.next().await {
                Item::Caught { caught, sharded, at } => {
                    if let Some(seen) = self.bus.read(caught, sharded, at, &self.origin) {
                        return Tapped::Seen(Box::new(seen));
                    }
                }
                Item::Notice(notice) => return notice,
            }
        }
    }
}

impl IntoFuture for Tap {
    type Output = Result<Tapping, Error>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.open().boxed()
    }
}

impl fmt::Debug for Tapping {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tapping").field("origin", &self.origin).finish_non_exhaustive()
    }
}

/// By what this Redis can be told from another; of several servers, always the same one's.
async fn run_id(emitter: &Emitter, deadline: Deadline) -> Result<Option<String>, Error> {
    Ok(run_ids(emitter, deadline).await?.into_iter().min())
}

/// What all servers of this Redis call themselves; none where it would not say.
async fn run_ids(emitter: &Emitter, deadline: Deadline) -> Result<Vec<String>, Error> {
    let answers = emitter.link().ask(&[Query::RunIds], deadline).await?.ok_or(Error::CannotListen)?;
    Ok(match answers.into_iter().next() {
        Some(Ok(Answer::RunIds(ids))) => ids,
        _ => Vec::new(),
    })
}

/// A moment, for those who wait for the next one.
fn soon() -> Instant {
    Instant::now() + LOOK
}
