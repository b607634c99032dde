use std::sync::{Arc, OnceLock};

#[cfg(feature = "cluster")]
use super::cluster_deployment::ClusterDeployment;
#[cfg(feature = "sentinel")]
use super::sentinel_deployment::SentinelDeployment;
use super::{
    CommandError,
    access_options::AccessOptions,
    host_port::HostPort,
    redis_node::{NodeRole, RedisNode},
    redis_url::RedisUrl,
    topology::Topology,
};
use crate::base::{Deadline, Error};

/// How Redis is deployed: what its topology is resolved from.
#[derive(Debug)]
pub(super) enum Deployment {
    Server(Box<SingleServer>),
    #[cfg(feature = "cluster")]
    Cluster(ClusterDeployment),
    #[cfg(feature = "sentinel")]
    Sentinel(SentinelDeployment),
}

/// Why the topology is unknown. No message was sent.
#[derive(Debug)]
pub(super) enum ResolveError {
    /// A server answered that the topology is changing, or named a primary that is not one yet: a later attempt may
    /// succeed.
    Transient(CommandError),
    /// No server answered, or none answered as it should.
    Permanent(CommandError),
    /// The URL or the program's features do not fit this Redis.
    Config(Error),
}

/// One server, until it turns out to be a node of a Redis Cluster.
#[derive(Debug)]
pub(super) struct SingleServer {
    node: Arc<RedisNode>,
    /// `None` for a Unix socket.
    location: Option<(HostPort, AccessOptions)>,
    #[cfg(feature = "cluster")]
    cluster: OnceLock<ClusterDeployment>,
    #[cfg(not(feature = "cluster"))]
    cluster: OnceLock<()>,
}

impl Deployment {
    pub(super) fn new(url: RedisUrl) -> Result<Self, Error> {
        match url {
            RedisUrl::Server { host, access } => {
                let node = RedisNode::at(&host, &access, NodeRole::Standalone)?;
                Ok(Self::server(node, Some((host, access))))
            }
            RedisUrl::Socket { path, access } => {
                let client =
                    access.socket_client(&path).map_err(|source| Error::Unreachable { address: path, source })?;
                Ok(Self::server(RedisNode::new(client, NodeRole::Standalone), None))
            }
            #[cfg(feature = "cluster")]
            RedisUrl::Cluster { seeds, access } => Ok(Self::Cluster(ClusterDeployment::new(seeds, access))),
            #[cfg(not(feature = "cluster"))]
            RedisUrl::Cluster { .. } => Err(super::config_error::missing_feature("redis-cluster://", "cluster")),
            #[cfg(feature = "sentinel")]
            RedisUrl::Sentinel { sentinels, sentinel_access, service, access } => {
                Ok(Self::Sentinel(SentinelDeployment::new(&sentinels, &sentinel_access, service, access)?))
            }
            #[cfg(not(feature = "sentinel"))]
            RedisUrl::Sentinel { .. } => Err(super::config_error::missing_feature("redis-sentinel://", "sentinel")),
        }
    }

    fn server(node: RedisNode, location: Option<(HostPort, AccessOptions)>) -> Self {
        Self::Server(Box::new(SingleServer { node: Arc::new(node), location, cluster: OnceLock::new() }))
    }

    /// Asks the servers for the topology. `before` is the one that was used until now.
    pub(super) async fn resolve(
        &self,
        before: Option<&Topology>,
        deadline: Deadline,
    ) -> Result<Topology, ResolveError> {
        let topology = match self {
            Self::Server(server) => server.resolve(before, deadline).await?,
            #[cfg(feature = "cluster")]
            Self::Cluster(cluster) => cluster.resolve(before, deadline).await?,
            #[cfg(feature = "sentinel")]
            Self::Sentinel(sentinel) => sentinel.resolve(before, deadline).await?,
        };
        if let Some(before) = before {
            topology.log_changes(before);
        }
        Ok(topology)
    }

    /// Whether another server can take the place of one that fails.
    pub(super) fn has_failover(&self) -> bool {
        match self {
            Self::Server(server) => server.cluster.get().is_some(),
            #[cfg(any(feature = "cluster", feature = "sentinel"))]
            _ => true,
        }
    }

    /// The address for error messages.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Server(server) => server.node.address().to_owned(),
            #[cfg(feature = "cluster")]
            Self::Cluster(cluster) => cluster.address(),
            #[cfg(feature = "sentinel")]
            Self::Sentinel(sentinel) => sentinel.address(),
        }
    }

    /// The primary's replica at `host`. `None` in a Redis Cluster, where servers count the subscribers of replicas too,
    /// and for a Unix socket.
    pub(super) fn replica(&self, host: &HostPort) -> Option<Result<RedisNode, CommandError>> {
        match self {
            Self::Server(server) => {
                let (_, access) = server.location.as_ref().filter(|_| server.cluster.get().is_none())?;
                Some(RedisNode::at(host, access, NodeRole::Member))
            }
            #[cfg(feature = "cluster")]
            Self::Cluster(_) => None,
            #[cfg(feature = "sentinel")]
            Self::Sentinel(sentinel) => Some(sentinel.replica(host)),
        }
    }

    /// The node at `address`, to which the node at `redirected_by` redirected a command.
    #[cfg(feature = "cluster")]
    pub(super) fn redirect_target(&self, address: &str, redirected_by: &str) -> Option<Arc<RedisNode>> {
        let cluster = match self {
            Self::Server(server) => server.cluster.get()?,
            Self::Cluster(cluster) => cluster,
            #[cfg(feature = "sentinel")]
            Self::Sentinel(_) => return None,
        };
        let (name, port) = address.rsplit_once(':')?;
        let host = HostPort::reported(name.trim_matches(['[', ']']), port.parse().ok()?, redirected_by);
        cluster.node(&host).ok()
    }

    #[cfg(not(feature = "cluster"))]
    pub(super) fn redirect_target(&self, _: &str, _: &str) -> Option<Arc<RedisNode>> {
        None
    }
}

impl SingleServer {
    async fn resolve(&self, before: Option<&Topology>, deadline: Deadline) -> Result<Topology, ResolveError> {
        #[cfg(feature = "cluster")]
        if let Some(cluster) = self.cluster.get() {
            return cluster.resolve(before, deadline).await;
        }
        let hello = self.node.hello(deadline).await.map_err(ResolveError::Permanent)?;
        if hello.mode.is_none_or(|mode| mode != "cluster") {
            return Ok(Topology::single(Arc::clone(&self.node)));
        }
        self.resolve_cluster(before, deadline).await
    }

    /// Uses the cluster that the server belongs to: the server alone would count its own subscribers only, and refuse
    /// the keys of other nodes.
    #[cfg(feature = "cluster")]
    async fn resolve_cluster(&self, before: Option<&Topology>, deadline: Deadline) -> Result<Topology, ResolveError> {
        let Some((host, access)) = &self.location else {
            let reason =
                "the Unix socket is that of a node of a Redis Cluster; write redis-cluster://HOST:PORT instead of it";
            return Err(ResolveError::Config(Error::Config(reason.to_owned())));
        };
        let cluster = self.cluster.get_or_init(|| ClusterDeployment::new(vec![host.clone()], access.clone()));
        cluster.resolve(before, deadline).await
    }

    #[cfg(not(feature = "cluster"))]
    async fn resolve_cluster(&self, _: Option<&Topology>, _: Deadline) -> Result<Topology, ResolveError> {
        let what = format!("{} is a node of a Redis Cluster, which", self.node.address());
        Err(ResolveError::Config(super::config_error::missing_feature(&what, "cluster")))
    }
}

impl ResolveError {
    /// None of the servers at `address` answered.
    pub(super) fn no_answer(address: &str, deadline: Deadline) -> Self {
        Self::Permanent(CommandError::no_answer(address, deadline.total))
    }
}
