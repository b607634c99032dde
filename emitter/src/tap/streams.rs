//! What comes into being while one looks on: streams, and shard channels that nobody listens to.

use std::{collections::HashSet, sync::Arc};

use tokio::{task::JoinSet, time::sleep_until};

use super::{
    Tapped,
    bus::Bus,
    ear::{Deafness, Ear},
    queue::Queue,
    soon,
};
use crate::{
    deadline::Deadline,
    emitter::Emitter,
    error::Error,
    link::{Answer, Listen, Query},
};

/// Looks for streams to read, and for shard channels that cannot be heard.
pub(super) struct Look {
    emitter: Emitter,
    /// The streams that could be, and are not read so far.
    keys: Vec<String>,
    /// How shard channels begin of which nothing is heard, and is yet to be said so.
    unheard: Vec<String>,
    queue: Queue,
    deafness: Arc<Deafness>,
    readers: JoinSet<()>,
}

impl Look {
    pub(super) fn new(
        emitter: Emitter,
        bus: &Bus,
        deaf_to_shards: bool,
        queue: Queue,
        deafness: Arc<Deafness>,
    ) -> Self {
        let unheard = if deaf_to_shards { bus.shard_channels() } else { Vec::new() };
        Self { emitter, keys: bus.streams(), unheard, queue, deafness, readers: JoinSet::new() }
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
        while !self.keys.is_empty() || !self.unheard.is_empty() {
            sleep_until(soon()).await;
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
        let types = self.keys.iter().cloned().map(Query::Type);
        let shards = self.unheard.iter().cloned().map(|start| Query::Channels { start, sharded: true });
        let queries: Vec<_> = types.chain(shards).collect();
        if queries.is_empty() {
            return Ok(Vec::new());
        }
        let answers = self.emitter.link().ask(&queries, deadline).await?.unwrap_or_default();
        let mut answers = answers.into_iter();
        let streams: HashSet<String> = self
            .keys
            .iter()
            .zip(answers.by_ref().take(self.keys.len()))
            .filter(|(_, answer)| answer.as_ref().is_ok_and(Answer::is_stream))
            .map(|(key, _)| key.clone())
            .collect();
        // A Redis before 7 has no shard channels.
        let channels: Vec<String> = answers.flatten().flat_map(Answer::channels).collect();
        if !channels.is_empty() {
            self.unheard.clear();
            self.queue.notice(Tapped::Unheard { channels });
        }
        let (found, rest) = std::mem::take(&mut self.keys).into_iter().partition(|key| streams.contains(key));
        self.keys = rest;
        Ok(found)
    }

    fn ear(&self, to: Listen) -> Ear {
        Ear::new(self.emitter.clone(), to, false, self.queue.clone(), Arc::clone(&self.deafness))
    }
}
