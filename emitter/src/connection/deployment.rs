use std::sync::{Arc, OnceLock};

#[cfg(feature = "cluster")]
use super::cluster_deployment::ClusterDeployment;
#[cfg(feature = "sentinel")]
use super::sentinel_deployment::SentinelDeployment;
use super::{
    CommandError,
    access::{AccessOptions, HostPort},
    redis_node::{NodeRole, RedisNode},
    redis_url::RedisUrl,
    topology::Topology,
};
use crate::base::{Deadline, Error};

/// Who knows which servers there are.
#[derive(Debug)]
pub(super) enum Deployment {
    Server(Box<SingleServer>),
    #[cfg(feature = "cluster")]
    Cluster(ClusterDeployment),
    #[cfg(feature = "sentinel")]
    Sentinel(SentinelDeployment),
}

/// Why it is not known who to talk to. Nothing was sent.
#[derive(Debug)]
pub(super) enum ResolveError {
    /// It is a matter of time.
    Passing(CommandError),
    /// Nobody can say.
    Final(CommandError),
    /// What was asked for is not there.
    Wrong(Error),
}

/// One server, until it turns out to be a node of a cluster.
#[derive(Debug)]
pub(super) struct SingleServer {
    node: Arc<RedisNode>,
    /// `None` for a socket.
    at: Option<(HostPort, AccessOptions)>,
    #[cfg(feature = "cluster")]
    cluster: OnceLock<ClusterDeployment>,
    #[cfg(not(feature = "cluster"))]
    cluster: OnceLock<()>,
}

impl Deployment {
    pub(super) fn new(url: RedisUrl) -> Result<Self, Error> {
        match url {
            RedisUrl::Server { host, access } => {
                let node = RedisNode::at(&host, &access, NodeRole::Only)?;
                Ok(Self::server(node, Some((host, access))))
            }
            RedisUrl::Socket { path, access } => {
                let client = access.socket(&path).map_err(|source| Error::Unreachable { address: path, source })?;
                Ok(Self::server(RedisNode::new(client, NodeRole::Only), None))
            }
            #[cfg(feature = "cluster")]
            RedisUrl::Cluster { seeds, access } => Ok(Self::Cluster(ClusterDeployment::new(seeds, access))),
            #[cfg(not(feature = "cluster"))]
            RedisUrl::Cluster { .. } => Err(super::access::missing("redis-cluster://", "cluster")),
            #[cfg(feature = "sentinel")]
            RedisUrl::Sentinel { sentinels, asking, service, access } => {
                Ok(Self::Sentinel(SentinelDeployment::new(&sentinels, &asking, service, access)?))
            }
            #[cfg(not(feature = "sentinel"))]
            RedisUrl::Sentinel { .. } => Err(super::access::missing("redis-sentinel://", "sentinel")),
        }
    }

    fn server(node: RedisNode, at: Option<(HostPort, AccessOptions)>) -> Self {
        Self::Server(Box::new(SingleServer { node: Arc::new(node), at, cluster: OnceLock::new() }))
    }

    /// Looks who is there.
    pub(super) async fn resolve(
        &self,
        before: Option<&Topology>,
        deadline: Deadline,
    ) -> Result<Topology, ResolveError> {
        match self {
            Self::Server(server) => server.resolve(before, deadline).await,
            #[cfg(feature = "cluster")]
            Self::Cluster(cluster) => cluster.resolve(before, deadline).await,
            #[cfg(feature = "sentinel")]
            Self::Sentinel(sentinel) => sentinel.resolve(before, deadline).await,
        }
    }

    /// True if another server can take the place of one.
    pub(super) fn moves(&self) -> bool {
        match self {
            Self::Server(server) => server.cluster.get().is_some(),
            #[cfg(any(feature = "cluster", feature = "sentinel"))]
            _ => true,
        }
    }

    /// Where it is, in an error's words.
    pub(super) fn address(&self) -> String {
        match self {
            Self::Server(server) => server.node.address().to_owned(),
            #[cfg(feature = "cluster")]
            Self::Cluster(cluster) => cluster.address(),
            #[cfg(feature = "sentinel")]
            Self::Sentinel(sentinel) => sentinel.address(),
        }
    }

    /// The primary's replica there. None in a cluster, where clients count the subscribers of replicas too, and none
    /// beside a socket.
    pub(super) fn replica(&self, host: &HostPort) -> Option<Result<RedisNode, CommandError>> {
        match self {
            Self::Server(server) => {
                let (_, access) = server.at.as_ref().filter(|_| server.cluster.get().is_none())?;
                Some(RedisNode::at(host, access, NodeRole::Many))
            }
            #[cfg(feature = "cluster")]
            Self::Cluster(_) => None,
            #[cfg(feature = "sentinel")]
            Self::Sentinel(sentinel) => Some(sentinel.replica(host)),
        }
    }

    /// The server that another one, asked there, refers to.
    #[cfg(feature = "cluster")]
    pub(super) fn referred(&self, to: &str, asked: &str) -> Option<Arc<RedisNode>> {
        let cluster = match self {
            Self::Server(server) => server.cluster.get()?,
            Self::Cluster(cluster) => cluster,
            #[cfg(feature = "sentinel")]
            Self::Sentinel(_) => return None,
        };
        let (name, port) = to.rsplit_once(':')?;
        let host = super::cluster_deployment::located(name.trim_matches(['[', ']']), port.parse().ok()?, asked);
        cluster.node(&host).ok()
    }

    #[cfg(not(feature = "cluster"))]
    pub(super) fn referred(&self, _: &str, _: &str) -> Option<Arc<RedisNode>> {
        None
    }
}

impl SingleServer {
    async fn resolve(&self, before: Option<&Topology>, deadline: Deadline) -> Result<Topology, ResolveError> {
        #[cfg(feature = "cluster")]
        if let Some(cluster) = self.cluster.get() {
            return cluster.resolve(before, deadline).await;
        }
        let part = self.node.part(deadline).await.map_err(ResolveError::Final)?;
        if part.mode.is_none_or(|mode| mode != "cluster") {
            return Ok(Topology::single(Arc::clone(&self.node)));
        }
        self.belong(before, deadline).await
    }

    /// Alone it would count its own subscribers only, and refuse the keys of the others.
    #[cfg(feature = "cluster")]
    async fn belong(&self, before: Option<&Topology>, deadline: Deadline) -> Result<Topology, ResolveError> {
        let Some((host, access)) = &self.at else {
            let reason =
                "this Redis is a node of a Redis Cluster: write redis-cluster://HOST:PORT instead of its socket";
            return Err(ResolveError::Wrong(Error::Config(reason.to_owned())));
        };
        let cluster = self.cluster.get_or_init(|| ClusterDeployment::new(vec![host.clone()], access.clone()));
        cluster.resolve(before, deadline).await
    }

    #[cfg(not(feature = "cluster"))]
    async fn belong(&self, _: Option<&Topology>, _: Deadline) -> Result<Topology, ResolveError> {
        let what = format!("{} is a node of a Redis Cluster, which", self.node.address());
        Err(ResolveError::Wrong(super::access::missing(&what, "cluster")))
    }
}

impl ResolveError {
    pub(super) fn silence(address: &str, deadline: Deadline) -> Self {
        Self::Final(CommandError::silence(address, deadline.total))
    }
}
