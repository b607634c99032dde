//! The bus, decoded, as it is: for looking on, without being noticed.
//!
//! Nobody is counted for it. Channels are listened to by patterns, which NUMSUB does not count, and streams are read.
//! Shard channels have no patterns, and whoever subscribes to one is counted. Where the primary has a replica, they are
//! subscribed to there, by their names: it repeats what is published, and servers do not count at it. A new one is heard
//! within a second or so. A replica that becomes the primary is left within a second or so, and counts the tap until
//! then. Without a replica they are overheard by MONITOR, if that is [asked for](Tap::monitor);
//! otherwise nothing is heard of them until there is one.
//!
//! In a Redis Cluster it is always MONITOR: ioredis asks replicas, too, when servers count each other.

mod bus;
mod ear;
mod json;
mod origin;
mod queue;
mod seen;
mod streams;

use std::{fmt, future::IntoFuture, sync::Arc};

use futures_util::{FutureExt, future::BoxFuture};
use tokio::task::JoinSet;

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
    options::Options,
};

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
        let ear = |to| Ear::new(emitter.clone(), to, queue.clone(), Arc::clone(&deafness));
        if !bus.shard_channels().is_empty() {
            let repeated = Listen::Repeated(bus.shard_channels());
            let ear = ear(if monitor { vec![repeated, Listen::Monitor] } else { vec![repeated] });
            let listener = match ear.open(if monitor { deadline } else { deadline.half() }).await {
                Ok(listener) => Some(listener),
                Err(error) if monitor => return Err(error),
                Err(_) if bus.is_sharded_only() => return Err(no_way_to_hear_shards(emitter.options())),
                // Whatever is wrong with it: there may be a replica one day.
                Err(_) => None,
            };
            ears.spawn(ear.listen(listener));
        }
        if !bus.patterns().is_empty() {
            let ear = ear(vec![Listen::Patterns(bus.patterns())]);
            let listener = ear.open(deadline).await?;
            ears.spawn(ear.listen(Some(listener)));
        }
        let mut look = streams::Look::new(emitter.clone(), &bus, queue.clone(), Arc::clone(&deafness));
        look.first(deadline).await?;
        ears.spawn(look.on());
        Ok(Tapping { bus, origin, waiting, _ears: ears })
    }
}

impl Tapping {
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

fn no_way_to_hear_shards(options: &Options) -> Error {
    Error::Unsupported {
        adapter: options.adapter.as_ref().map_or("sharded", |adapter| adapter.name()),
        what: "a tap without a replica or MONITOR".to_owned(),
        instead: "to listen on a primary's shard channels is to be counted as a server; ask for MONITOR, which costs \
                  Redis a lot",
    }
}
