//! What an open emitter knows about its servers, and how long it believes it.

use std::{sync::Arc, time::Duration};

use super::{detect::detect, detection_queries::has_classic_servers, versions::VersionCache};
use crate::{
    adapter::{Adapter, Classic, ServerVersions, Streams},
    base::{Deadline, Error},
    connection::{Connection, Options, Refresh},
};

/// How long a detected adapter is believed: its servers may be replaced by servers of another adapter.
const ADAPTER_MAX_AGE: Duration = Duration::from_secs(30);

/// The servers' adapter, and their Socket.IO versions by namespace.
#[derive(Debug)]
pub(crate) struct DiscoveryCache {
    /// The adapter that the options name.
    configured: Option<Arc<Adapter>>,
    adapter: Refresh<Arc<Adapter>>,
    versions: VersionCache,
}

impl DiscoveryCache {
    /// An empty cache. An adapter that the options name is never detected.
    pub(crate) fn new(options: &Options) -> Self {
        let configured = options.adapter.clone().map(|adapter| Arc::new(options.apply_to(adapter)));
        Self { configured, adapter: Refresh::new(ADAPTER_MAX_AGE), versions: VersionCache::default() }
    }

    /// The name of the configured or detected adapter; `None` if it was not detected yet. Sends nothing.
    pub(crate) fn known_adapter(&self) -> Option<&'static str> {
        match &self.configured {
            Some(adapter) => Some(adapter.name()),
            None => self.adapter.peek().map(|aged| aged.value.name()),
        }
    }

    /// The adapter, if it needs no lookup.
    pub(crate) fn current_adapter(&self) -> Option<Arc<Adapter>> {
        match &self.configured {
            Some(adapter) if !matches!(&**adapter, Adapter::Streams(_)) => Some(Arc::clone(adapter)),
            _ => self.adapter.fresh(),
        }
    }

    /// The adapter: configured, cached, or detected now.
    pub(crate) async fn adapter(
        &self,
        connection: &Connection,
        options: &Options,
        namespace: &str,
        deadline: Deadline,
    ) -> Result<Arc<Adapter>, Error> {
        if let Some(configured) = &self.configured {
            return self.check_configured(configured, connection, deadline).await;
        }
        let mut last = None;
        let detected = self.adapter.get(async |before| {
            last = before.filter(|before| self.adapter.is_recent(before));
            // With a recent adapter to fall back to, leave half of the time to use it.
            let deadline = if last.is_some() { deadline.half() } else { deadline };
            let detected = detect(connection, options, namespace, deadline).await;
            match &detected {
                Ok(adapter) => tracing::debug!(%adapter, namespace, "adapter detected"),
                Err(error) => tracing::debug!(%error, namespace, "no adapter detected"),
            }
            detected.map(Arc::new)
        });
        match (detected.await, last) {
            // During a failover servers are disconnected for a moment, and a stream keeps what they read afterwards.
            (Err(error), Some(last)) if !matches!(error, Error::SeveralAdapters { .. }) => Ok(last.value),
            (detected, _) => detected,
        }
    }

    /// A configured adapter, with a note of other servers that its messages would harm.
    async fn check_configured(
        &self,
        configured: &Arc<Adapter>,
        connection: &Connection,
        deadline: Deadline,
    ) -> Result<Arc<Adapter>, Error> {
        let Adapter::Streams(streams) = &**configured else { return Ok(Arc::clone(configured)) };
        let Some(prefix) = streams.shared_classic_prefix() else { return Ok(Arc::clone(configured)) };
        let checked = self.adapter.get(async |_| {
            let would_harm_classic = has_classic_servers(connection, prefix, deadline).await?;
            Ok(Arc::new(Adapter::Streams(Streams { would_harm_classic, ..streams.clone() })))
        });
        checked.await
    }

    /// The versions of a namespace's servers: cached, or looked up now.
    pub(crate) async fn versions(
        &self,
        classic: &Classic,
        connection: &Connection,
        namespace: &str,
        deadline: Deadline,
    ) -> Result<ServerVersions, Error> {
        self.versions.get(connection, classic, namespace, deadline).await
    }

    /// Takes note of a count of servers: if there were none, other servers may come back in their place.
    pub(crate) fn note_servers(&self, servers: Option<u64>) {
        if servers == Some(0) && self.configured.is_none() {
            self.adapter.invalidate();
        }
    }
}
