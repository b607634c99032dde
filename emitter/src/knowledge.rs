//! What an emitter knows of its servers, and how it finds out.

use std::{
    sync::{Arc, PoisonError, RwLock},
    time::Duration,
};

use tokio::time::Instant;

use crate::{
    adapter::{Adapter, Streams},
    command::Command,
    deadline::Deadline,
    detect::{classic_servers, detect},
    emitter::Emitter,
    error::Error,
    link::Query,
    message::Message,
    recognise::Recognised,
    roll_call::roll_call,
};

/// How long the adapter that was found is believed: servers may be replaced by those of another one.
const FRESH: Duration = Duration::from_secs(30);

/// Their adapter, and which Socket.IO they run.
#[derive(Debug)]
pub(crate) struct Knowledge {
    found: RwLock<Option<Found>>,
    recognised: Recognised,
}

/// The adapter that was found, until its servers are gone or too much time has passed.
#[derive(Debug)]
struct Found {
    adapter: Arc<Adapter>,
    given: bool,
    /// When it was found or, if it was given, looked at.
    at: Option<Instant>,
    /// Nobody was there of late: its servers may be about to come back, or others in their place.
    doubtful: bool,
}

impl Knowledge {
    /// Nothing but what was said.
    pub(crate) fn given(adapter: Option<Adapter>) -> Self {
        let found = adapter.map(|adapter| Found { adapter: Arc::new(adapter), given: true, at: None, doubtful: false });
        Self { found: RwLock::new(found), recognised: Recognised::default() }
    }
}

impl Emitter {
    /// The adapter that messages are written for, by its name, such as `classic`; `None` where it was not given and not
    /// found yet. It asks nobody.
    pub fn known_adapter(&self) -> Option<&'static str> {
        let found = self.knowledge().found.read().unwrap_or_else(PoisonError::into_inner);
        found.as_ref().map(|found| found.adapter.name())
    }

    /// The adapter: as given, as found before, or found now.
    pub(crate) async fn adapter(&self, namespace: &str, deadline: Deadline) -> Result<Arc<Adapter>, Error> {
        let (given, last) = match &*self.knowledge().found.read().unwrap_or_else(PoisonError::into_inner) {
            Some(Found { adapter, at, doubtful, given }) => {
                let fresh = at.is_some_and(|at| at.elapsed() < FRESH);
                if fresh && (*given || !doubtful) {
                    return Ok(Arc::clone(adapter));
                }
                (given.then(|| Arc::clone(adapter)), fresh.then(|| Arc::clone(adapter)))
            }
            None => (None, None),
        };
        if let Some(given) = given {
            return self.look_at(given, deadline).await;
        }
        let deadline = if last.is_some() { deadline.half() } else { deadline };
        match (detect(self.link(), self.options(), namespace, deadline).await, last) {
            (Ok(found), _) => {
                let found = Arc::new(found);
                self.remember(Found {
                    adapter: Arc::clone(&found),
                    given: false,
                    at: Some(Instant::now()),
                    doubtful: false,
                });
                Ok(found)
            }
            // After a failover servers are away for a moment, and a stream takes what they will read then.
            (Err(error), Some(last)) if !matches!(error, Error::SeveralAdapters { .. }) => Ok(last),
            (Err(error), _) => Err(error),
        }
    }

    /// An adapter that was given, and whether there are others whom its messages would harm.
    async fn look_at(&self, given: Arc<Adapter>, deadline: Deadline) -> Result<Arc<Adapter>, Error> {
        let Adapter::Streams(streams) = &*given else { return Ok(given) };
        let Some(prefix) = streams.overhearing_prefix() else { return Ok(given) };
        let overheard = classic_servers(self.link(), prefix, deadline).await?;
        let adapter = Arc::new(Adapter::Streams(Streams { overheard, ..streams.clone() }));
        self.remember(Found { adapter: Arc::clone(&adapter), given: true, at: Some(Instant::now()), doubtful: false });
        Ok(adapter)
    }

    /// The servers on a namespace; `None` if nobody can say.
    pub(crate) async fn count(
        &self,
        adapter: &Adapter,
        namespace: &str,
        deadline: Deadline,
    ) -> Result<Option<u64>, Error> {
        let Some(census) = adapter.census(namespace) else {
            return roll_call(self.link(), adapter, namespace, deadline).await.map(Some);
        };
        let answers = self.link().ask(&[Query::Count(census)], deadline).await?;
        let answer = answers.and_then(|answers| answers.into_iter().next()).transpose().map_err(Error::Refused)?;
        Ok(answer.map(|answer| answer.count()))
    }

    /// The Redis command for a message. Where it depends on the servers' versions, they are found out first.
    pub(crate) async fn encode(
        &self,
        adapter: &Adapter,
        message: &Message,
        deadline: Deadline,
    ) -> Result<Command, Error> {
        // What is refused whatever the version is costs no question.
        let command = adapter.encode(message)?;
        if !adapter.depends_on_version(message) {
            return Ok(command);
        }
        self.recognise(adapter, &message.target.namespace, deadline).await?.encode(message)
    }

    /// The adapter, with the versions of the servers on a namespace in it: as given, or found out.
    pub(crate) async fn recognise(
        &self,
        adapter: &Adapter,
        namespace: &str,
        deadline: Deadline,
    ) -> Result<Adapter, Error> {
        let Adapter::Classic(classic) = adapter else {
            return Ok(adapter.clone());
        };
        if classic.is_recognised() {
            return Ok(adapter.clone());
        }
        let versions = self.knowledge().recognised.versions(self.link(), classic, namespace, deadline).await?;
        Ok(Adapter::Classic(classic.clone().with_versions(versions)))
    }

    /// Servers that went away may come back with another adapter.
    pub(crate) fn learn(&self, servers: Option<u64>) {
        if servers == Some(0)
            && self.options().adapter.is_none()
            && let Some(found) = &mut *self.knowledge().found.write().unwrap_or_else(PoisonError::into_inner)
        {
            found.doubtful = true;
        }
    }

    fn remember(&self, found: Found) {
        *self.knowledge().found.write().unwrap_or_else(PoisonError::into_inner) = Some(found);
    }
}
