//! One open emitter: its connection, its options, what it found out about the servers, and what it sends.

mod batch;
mod outgoing;
mod receipt;
mod request_limiter;

use std::{fmt, sync::Arc};

use futures_util::FutureExt;

use self::request_limiter::RequestLimiter;
pub(crate) use self::request_limiter::RequestPermit;
pub use self::{
    batch::{Batch, BatchSource, Iterated, Streamed},
    outgoing::Outgoing,
    receipt::{BatchReceipt, Receipt},
};
use crate::{
    adapter::{Adapter, Command},
    base::{Deadline, Error},
    connection::{Connection, Options},
    discovery::{DiscoveryCache, count_servers},
    message::CheckedMessage,
};

/// The state that an emitter, its clones and everything they send share.
pub(crate) struct Session {
    connection: Arc<Connection>,
    options: Options,
    discovery: DiscoveryCache,
    limiter: RequestLimiter,
}

impl Session {
    pub(crate) fn new(connection: Arc<Connection>, options: Options) -> Self {
        let discovery = DiscoveryCache::new(&options);
        Self { connection, options, discovery, limiter: RequestLimiter::default() }
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    pub(crate) fn options(&self) -> &Options {
        &self.options
    }

    pub(crate) fn limiter(&self) -> &RequestLimiter {
        &self.limiter
    }

    /// Another session on the same connection, for servers of this adapter and its prefix.
    pub(crate) fn with_adapter(&self, adapter: Adapter) -> Self {
        let options = Options { adapter: Some(adapter), prefix: None, socket_io: None, ..self.options.clone() };
        Self::new(Arc::clone(&self.connection), options)
    }

    /// The name of the adapter, if it is configured or was detected. Sends nothing.
    pub(crate) fn known_adapter(&self) -> Option<&'static str> {
        self.discovery.known_adapter()
    }

    /// The adapter of a namespace's servers: configured, cached, or detected now.
    pub(crate) async fn adapter(&self, namespace: &str, deadline: Deadline) -> Result<Arc<Adapter>, Error> {
        match self.discovery.current_adapter() {
            Some(adapter) => Ok(adapter),
            // Boxed: most calls do not get here, and all of their futures would be as large.
            None => self.discovery.adapter(&self.connection, &self.options, namespace, deadline).boxed().await,
        }
    }

    /// The adapter with the versions of a namespace's servers.
    pub(crate) async fn with_versions(
        &self,
        adapter: &Adapter,
        namespace: &str,
        deadline: Deadline,
    ) -> Result<Adapter, Error> {
        match adapter {
            Adapter::Classic(classic) if !classic.has_versions() => {
                let versions = self.discovery.versions(classic, &self.connection, namespace, deadline).boxed().await?;
                Ok(Adapter::Classic(classic.clone().with_versions(versions)))
            }
            adapter => Ok(adapter.clone()),
        }
    }

    /// The Redis command for a message. Looks up the servers' versions if the command depends on them.
    pub(crate) async fn encode(
        &self,
        adapter: &Adapter,
        message: &CheckedMessage,
        deadline: Deadline,
    ) -> Result<Command, Error> {
        // First without a lookup: what is refused for every version needs none.
        let command = adapter.encode_checked(message)?;
        if !adapter.depends_on_version(message) {
            return Ok(command);
        }
        self.with_versions(adapter, &message.target.namespace, deadline).await?.encode_checked(message)
    }

    /// The number of servers on a namespace; `None` without Redis.
    pub(crate) async fn count_servers(
        &self,
        adapter: &Adapter,
        namespace: &str,
        deadline: Deadline,
    ) -> Result<Option<u64>, Error> {
        count_servers(&self.connection, adapter, namespace, deadline).await
    }

    /// Takes note of a count of servers that came with a reply.
    pub(crate) fn note_servers(&self, servers: Option<u64>) {
        self.discovery.note_servers(servers);
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("connection", &self.connection)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}
