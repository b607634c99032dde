//! Streams, also those that come into being while one looks on.

use std::{collections::HashSet, sync::Arc, time::Duration};

use tokio::{task::JoinSet, time::sleep};

use super::{
    bus::Bus,
    ear::{Deafness, Ear},
    queue::Queue,
};
use crate::{
    deadline::Deadline,
    emitter::Emitter,
    error::Error,
    link::{Answer, Listen, Query},
};

/// How often it is looked for new ones.
const LOOK: Duration = Duration::from_secs(1);

/// Looks for streams to read.
pub(super) struct Look {
    emitter: Emitter,
    /// The streams that could be, and are not read so far.
    keys: Vec<String>,
    queue: Queue,
    deafness: Arc<Deafness>,
    readers: JoinSet<()>,
}

impl Look {
    pub(super) fn new(emitter: Emitter, bus: &Bus, queue: Queue, deafness: Arc<Deafness>) -> Self {
        Self { emitter, keys: bus.streams(), queue, deafness, readers: JoinSet::new() }
    }

    /// Reads the streams that are there, from now on.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub(super) async fn first(&mut self, deadline: Deadline) -> Result<(), Error> {
        for key in self.look(deadline).await? {
            let to = Listen::Stream(key);
            let listener = self.emitter.link().listen(&to, deadline).await?;
            let ear = self.ear(to);
            self.readers.spawn(ear.listen(Some(listener)));
        }
        Ok(())
    }

    /// Looks again and again. A stream that was not there a moment ago is read from its beginning.
    pub(super) async fn on(mut self) {
        while !self.keys.is_empty() {
            sleep(LOOK).await;
            // Whoever listens says that Redis is away.
            let Ok(keys) = self.look(Deadline::after(self.emitter.options().timeout)).await else { continue };
            for key in keys {
                let ear = self.ear(Listen::NewStream(key));
                self.readers.spawn(ear.listen(None));
            }
        }
        // The readers end with this.
        std::future::pending().await
    }

    /// The streams that are there and not read.
    async fn look(&mut self, deadline: Deadline) -> Result<Vec<String>, Error> {
        let queries: Vec<_> = self.keys.iter().cloned().map(Query::Type).collect();
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let answers = self.emitter.link().ask(&queries, deadline).await?.unwrap_or_default();
        let streams: HashSet<String> = self
            .keys
            .iter()
            .zip(answers)
            .filter(|(_, answer)| answer.as_ref().is_ok_and(Answer::is_stream))
            .map(|(key, _)| key.clone())
            .collect();
        let (found, rest) = std::mem::take(&mut self.keys).into_iter().partition(|key| streams.contains(key));
        self.keys = rest;
        Ok(found)
    }

    fn ear(&self, to: Listen) -> Ear {
        Ear::new(self.emitter.clone(), vec![to], self.queue.clone(), Arc::clone(&self.deafness))
    }
}
